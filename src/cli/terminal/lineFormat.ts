import type { LogLine } from "../../shared/cliOutput.ts";
import type { Paint, Style } from "./paint.ts";

/** How a line of output is shown, without its end. */
export type LineFormat = (line: LogLine) => string;

const workerStyles: readonly Style[] = ["cyan", "green", "magenta", "yellow", "blue"];

/**
 * `w3 │ ` before each line where several workers are shown, with a colour of its own for each and a red bar for stderr;
 * else the line as it is.
 */
export function createLineFormat(
  paint: Paint,
  { several, widest }: { readonly several: boolean; readonly widest: number },
): LineFormat {
  if (!several) {
    return (line) => line.text;
  }
  let width = `w${widest}`.length;
  return ({ worker, stream, text }) => {
    const name = `w${worker}`;
    width = Math.max(width, name.length);
    const style = workerStyles[(worker - 1) % workerStyles.length] ?? "cyan";
    return `${paint(style, name.padEnd(width))} ${stream === "stderr" ? paint("red", "│") : paint("dim", "│")} ${text}`;
  };
}
