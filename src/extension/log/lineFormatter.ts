import type { EventLevel, LogChunk } from "../../shared/logs.ts";
import { createEscapeFilter, type EscapeFilter } from "../../shared/text/escapeFilter.ts";
import { trailing } from "../../shared/text/trailing.ts";

export interface LineFormatOptions {
  /** Whether each line says when it was read. */
  readonly timestamps: boolean;
}

/**
 * Turns chunks of output of many workers into lines for one terminal, each prefixed with the place and the generation of its worker
 * (`1·4`), since ids only grow. An unfinished line
 * is shown at once; when another worker writes meanwhile, the rest continues on a line of its own.
 */
export interface LineFormatter {
  format(chunk: LogChunk): string;
  /** Adds a line of Hitless's own. */
  note(text: string, level?: EventLevel): string;
  /** Begins anew, as on an empty terminal. */
  clear(): void;
}

const reset = "\u001b[0m";
const dim = "\u001b[2m";
const red = "\u001b[31m";
const noteColours: Readonly<Record<EventLevel, string>> = { info: dim, warning: "\u001b[33m", error: red };
/** Colours that are legible on dark and light themes; neighbours differ. */
const workerColours = ["\u001b[36m", "\u001b[35m", "\u001b[34m", "\u001b[32m", "\u001b[33m", "\u001b[96m"];

export function createLineFormatter(options: LineFormatOptions): LineFormatter {
  const filters = new Map<string, EscapeFilter>();
  /** The worker that wrote the unfinished line. */
  let open: string | undefined;
  /** It ended with a carriage return: the next output overwrites it, unless it is the line feed of a pair. */
  let returned = false;

  const closeLine = () => {
    const text = open === undefined ? "" : `${reset}\r\n`;
    open = undefined;
    return text;
  };

  return {
    format(chunk) {
      const writer = `${chunk.worker} ${chunk.stream}`;
      const text = filterOf(filters, writer).filter(chunk.text);
      if (text === "") {
        return "";
      }
      const prefix = linePrefix(chunk, options);
      const redraws = open === writer && returned && !text.startsWith("\n");
      let output = open === writer ? (redraws ? `\r${prefix}` : "") : closeLine();
      const lines = text.split(/\r?\n/);
      const last = lines.pop() ?? "";
      for (const line of lines) {
        output += `${open === writer ? "" : prefix}${redrawn(line, prefix)}${reset}\r\n`;
        open = undefined;
      }
      if (last !== "") {
        output += `${open === writer ? "" : prefix}${redrawn(last, prefix)}`;
        open = writer;
        returned = last.endsWith("\r");
      }
      return output;
    },
    note(text, level = "info") {
      return `${closeLine()}${noteColours[level]}── ${text} ──${reset}\r\n`;
    },
    clear() {
      open = undefined;
      returned = false;
    },
  };
}

function filterOf(filters: Map<string, EscapeFilter>, writer: string): EscapeFilter {
  const known = filters.get(writer) ?? createEscapeFilter();
  filters.set(writer, known);
  return known;
}

function linePrefix(chunk: LogChunk, { timestamps }: LineFormatOptions): string {
  const colour = workerColours[(chunk.slot - 1) % workerColours.length] ?? reset;
  const time = timestamps ? `${dim}${clock(chunk.time)}${reset} ` : "";
  const bar = chunk.stream === "stderr" ? `${red}│${reset}` : `${dim}│${reset}`;
  return `${reset}${time}${colour}${String(chunk.slot).padStart(2)}${reset}${dim}·${chunk.generation}${reset} ${bar} `;
}

/** A carriage return redraws the line from its start, where the prefix is. */
function redrawn(line: string, prefix: string): string {
  const end = line.length - trailing(line, (character) => character === "\r").length;
  return line.slice(0, end).replace(/\r+/g, `\r${prefix}`);
}

function clock(time: number): string {
  const at = new Date(time);
  const two = (part: number) => String(part).padStart(2, "0");
  const milliseconds = String(at.getMilliseconds()).padStart(3, "0");
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${milliseconds}`;
}
