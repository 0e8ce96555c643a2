import { type JsonLogEntry, type LogLevel, logLevels, readJsonLine } from "../../client/logs/jsonLine.ts";
import type { LogChunk } from "../../shared/logs.ts";

/** What of a log is shown, and how. */
export interface LogView {
  /** Lines of JSON as they were written. */
  readonly raw: boolean;
  /** Lines below this level are left out. What is no JSON counts as `info`, and on stderr as `error`. */
  readonly level: LogLevel;
  /** Only the worker at this place. */
  readonly slot?: number;
}

export const wholeLog: LogView = { raw: false, level: "trace" };

/** The chunk as it is to be shown; its text is empty if nothing of it is. */
export function viewChunk(chunk: LogChunk, view: LogView): LogChunk {
  const { text, stream, slot } = chunk;
  if (view.slot !== undefined && view.slot !== slot) {
    return { ...chunk, text: "" };
  }
  if (!text.includes("{") && view.level === "trace") {
    return chunk;
  }
  const lines = text.split("\n");
  // What follows the last line end is empty, or a line that is not complete yet.
  const rest = lines.pop() ?? "";
  const shown = lines.flatMap((line) => viewLine(line, stream, view));
  const last = rest === "" ? [] : viewLine(rest, stream, view);
  return { ...chunk, text: [...shown, ...(last.length > 0 ? last : [""])].join("\n") };
}

function viewLine(line: string, stream: LogChunk["stream"], { raw, level }: LogView): string[] {
  const entry = readJsonLine(line);
  const itsLevel = entry?.level ?? (stream === "stderr" ? "error" : "info");
  if (logLevels.indexOf(itsLevel) < logLevels.indexOf(level)) {
    return [];
  }
  return entry === undefined || raw ? [line] : readable(entry);
}

const reset = "\u001b[0m";
const dim = "\u001b[2m";
const levelColours: Readonly<Record<LogLevel, string>> = {
  trace: dim,
  debug: "\u001b[36m",
  info: "\u001b[32m",
  warn: "\u001b[33m",
  error: "\u001b[31m",
  fatal: "\u001b[1;31m",
};

/** `WARN  the message  name=value`, and below it the stack. */
function readable({ level, message, fields, stack }: JsonLogEntry): string[] {
  const word = `${levelColours[level]}${level.toUpperCase().padEnd(5)}${reset}`;
  const rest = fields.map(([name, value]) => `${dim}${name}=${reset}${value}`);
  const [first = "", ...more] = message.split("\n");
  return [
    [word, first, ...rest].filter((part) => part !== "").join(" "),
    ...more,
    ...stack.map((line) => `    ${line}`),
  ];
}
