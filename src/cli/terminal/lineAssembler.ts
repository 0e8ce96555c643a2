import type { LogLine } from "../../shared/cliOutput.ts";
import type { LogChunk } from "../../shared/logs.ts";

/** Characters after which a line without an end is passed on as it is. */
const longestLine = 65_536;

/** Makes whole lines of pieces that may hold several or a part of one, for each worker and stream apart. */
export interface LineAssembler {
  add(chunk: LogChunk): LogLine[];
  /** The lines that were begun and never ended. */
  rest(): LogLine[];
}

export function createLineAssembler(): LineAssembler {
  const begun = new Map<string, LogLine>();
  return {
    add(chunk) {
      const { worker, slot, generation, stream, time } = chunk;
      const key = `${worker} ${stream}`;
      const started = begun.get(key);
      const parts = ((started?.text ?? "") + chunk.text).split("\n");
      const rest = parts.pop() ?? "";
      const lines = parts.map((text, index): LogLine => {
        const whole = text.endsWith("\r") ? text.slice(0, -1) : text;
        return { time: index === 0 ? (started?.time ?? time) : time, worker, slot, generation, stream, text: whole };
      });
      const left = {
        time: parts.length === 0 ? (started?.time ?? time) : time,
        worker,
        slot,
        generation,
        stream,
        text: rest,
      };
      if (rest.length > longestLine) {
        begun.delete(key);
        return [...lines, left];
      }
      if (rest === "") {
        begun.delete(key);
      } else {
        begun.set(key, left);
      }
      return lines;
    },
    rest() {
      const lines = [...begun.values()].sort((a, b) => a.time - b.time);
      begun.clear();
      return lines;
    },
  };
}
