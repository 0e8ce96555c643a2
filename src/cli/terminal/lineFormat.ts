import type { LogLine } from "../../shared/cliOutput.ts";
import { workerTag } from "../../shared/text/workerName.ts";
import type { Paint, Style } from "./paint.ts";

/** Formats a line of output, without its line ending. */
export type LineFormat = (line: LogLine) => string;

const workerStyles: readonly Style[] = ["cyan", "green", "magenta", "yellow", "blue"];

/**
 * Prefixes each line with `1·4 │ ` where several workers are shown, in a colour for each and with a red bar for stderr;
 * else leaves the line unchanged.
 */
export function createLineFormat(
  paint: Paint,
  { several, widest }: { readonly several: boolean; readonly widest: number },
): LineFormat {
  if (!several) {
    return (line) => line.text;
  }
  let width = widest;
  return (line) => {
    const { slot, stream, text } = line;
    const name = workerTag(line);
    width = Math.max(width, name.length);
    const style = workerStyles[(slot - 1) % workerStyles.length] ?? "cyan";
    return `${paint(style, name.padEnd(width))} ${stream === "stderr" ? paint("red", "│") : paint("dim", "│")} ${text}`;
  };
}
