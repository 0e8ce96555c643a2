import { createEmitter } from "../../shared/basics/emitter.ts";
import { harmless } from "../../shared/text/escapeFilter.ts";
import { choosePaint, type Paint } from "./paint.ts";

/** Standard output or error, as the commands see it. */
export interface Output {
  readonly isTerminal: boolean;
  /** Width of the terminal in characters; 80 where there is none. */
  readonly columns: number;
  readonly paint: Paint;
  /** A program reads it: nothing is written but the outcome. */
  readonly isForPrograms?: boolean;
  /**
   * Resolves when more may be written; at once when the reader is gone. A terminal gets no control sequences but
   * colours, whoever the text quotes, unless it is `raw`.
   */
  write(text: string, options?: { readonly raw?: boolean }): Promise<void>;
  /** Resolves when everything written has left this process, or the reader is gone. */
  flush(): Promise<void>;
  /** Stops waiting for the reader: what it has not taken by now is lost. */
  giveUp(): void;
  /** Calls back once when the reader is gone, as with `hitless logs api | head`. */
  onDidBreak(listener: () => void): void;
}

export function openOutput(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): Output {
  let broken = false;
  const waiting = new Set<() => void>();
  const breaks = createEmitter<void>();
  const letGo = () => {
    for (const resume of waiting) {
      resume();
    }
    waiting.clear();
  };
  stream.on("drain", letGo);
  stream.on("error", () => {
    if (!broken) {
      broken = true;
      letGo();
      breaks.fire();
    }
  });
  return {
    isTerminal: stream.isTTY === true,
    get columns() {
      // Some pseudo-terminals report 0 columns.
      return stream.columns || 80;
    },
    paint: choosePaint(stream.isTTY === true, environment),
    write(given, { raw = false } = {}) {
      const text = raw || stream.isTTY !== true ? given : harmless(given);
      if (broken || text === "" || stream.write(text)) {
        return Promise.resolve();
      }
      return new Promise((resolve) => waiting.add(resolve));
    },
    flush() {
      if (broken) {
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        waiting.add(resolve);
        stream.write("", () => resolve());
      });
    },
    giveUp() {
      broken = true;
      letGo();
    },
    onDidBreak: breaks.on,
  };
}
