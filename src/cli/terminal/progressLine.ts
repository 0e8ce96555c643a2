import { harmless } from "../../shared/text/escapeFilter.ts";
import type { Output } from "./output.ts";
import { displayWidth } from "./table.ts";
import { duration } from "./units.ts";

export interface ProgressLine {
  /** Erases the line for good. */
  end(): void;
}

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const frameMs = 100;

/** Milliseconds after which a wait is reported. */
const patienceMs = 2_000;
/** Where lines stay, it is reported again after this many milliseconds if it has changed, or after the longer time. */
const newsMs = 10_000;
const againMs = 60_000;

/**
 * Shows what goes on, with the time it takes: on a terminal in one line that is drawn anew, anywhere else in a line after
 * 2 s and now and then after that.
 */
export function openProgressLine(output: Output, text: () => string): ProgressLine {
  return output.isTerminal ? drawLine(output, text) : openWaitNotes(output, text);
}

/** Waits for something that mostly takes no time; says what it is waiting for after 2 s. */
export async function during<T>(output: Output, what: string | (() => string), work: Promise<T>): Promise<T> {
  let line: ProgressLine | undefined;
  const timer = setTimeout(
    () => {
      line = openProgressLine(output, () => `waiting for ${typeof what === "string" ? what : what()}`);
    },
    output.isTerminal ? patienceMs : 0,
  );
  try {
    return await work;
  } finally {
    clearTimeout(timer);
    line?.end();
  }
}

/** Says in lines what is waited for, where others write too; `text` is `undefined` while nothing is. */
export function openWaitNotes(output: Output, text: () => string | undefined): ProgressLine {
  if (output.isForPrograms === true) {
    return { end: () => undefined };
  }
  const startedAt = performance.now();
  let told = "";
  let toldAt = 0;
  const tell = () => {
    const spent = performance.now() - startedAt;
    const line = text();
    if (line === undefined) {
      told = "";
      toldAt = 0;
    } else if (toldAt === 0 || spent - toldAt >= (line === told ? againMs : newsMs)) {
      told = line;
      toldAt = spent;
      void output.write(`${output.paint("dim", "hitless")} ${line} · ${duration(Math.floor(spent / 1_000) * 1_000)}\n`);
    }
  };
  const timer = setInterval(tell, patienceMs);
  return { end: () => clearInterval(timer) };
}

function drawLine(output: Output, text: () => string): ProgressLine {
  const startedAt = performance.now();
  let frame = 0;
  const draw = () => {
    const spent = performance.now() - startedAt;
    const line = harmless(`${text()} · ${duration(Math.floor(spent / 1_000) * 1_000)}`);
    frame = (frame + 1) % frames.length;
    // A line that wraps could not be erased.
    const shown = displayWidth(line) > output.columns - 3 ? line.slice(0, Math.max(0, output.columns - 4)) : line;
    void output.write(`\r\u001b[2K${output.paint("cyan", frames[frame] ?? "")} ${shown}`, { raw: true });
  };
  const timer = setInterval(draw, frameMs);
  draw();
  return {
    end() {
      clearInterval(timer);
      void output.write("\r\u001b[2K", { raw: true });
    },
  };
}
