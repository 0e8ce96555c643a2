import type { Output } from "./output.ts";
import { displayWidth } from "./table.ts";
import { duration } from "./units.ts";

export interface ProgressLine {
  /** Wipes the line, for good. */
  end(): void;
}

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const frameMs = 100;

/** Shows on a terminal what goes on, with the time it takes; nothing anywhere else. */
export function openProgressLine(output: Output, text: () => string): ProgressLine {
  if (!output.isTerminal) {
    return { end: () => undefined };
  }
  const startedAt = performance.now();
  let frame = 0;
  const draw = () => {
    const spent = performance.now() - startedAt;
    const line = `${text()} · ${duration(Math.floor(spent / 1_000) * 1_000)}`;
    frame = (frame + 1) % frames.length;
    // A line that wraps could not be wiped.
    const shown = displayWidth(line) > output.columns - 3 ? line.slice(0, Math.max(0, output.columns - 4)) : line;
    void output.write(`\r\u001b[2K${output.paint("cyan", frames[frame] ?? "")} ${shown}`);
  };
  const timer = setInterval(draw, frameMs);
  draw();
  return {
    end() {
      clearInterval(timer);
      void output.write("\r\u001b[2K");
    },
  };
}
