import type { LogLine } from "../../shared/cliOutput.ts";
import type { LogChunk } from "../../shared/logs.ts";
import { createLineKeeper } from "./lineKeeper.ts";

/** Characters after which a line without an end is passed on as it is. */
const usualLongest = 65_536;

/** Assembles lines from chunks that hold several or a part of one, separately for each worker and stream. */
export interface LineAssembler {
  add(chunk: LogChunk): LogLine[];
  /** The unfinished lines. */
  rest(): LogLine[];
}

/** @param longest Characters of a line; default 65,536. */
export function createLineAssembler(longest: number = usualLongest): LineAssembler {
  const keeper = createLineKeeper({ patienceMs: Number.POSITIVE_INFINITY, longest });
  return {
    add: (chunk) => keeper.add(chunk).flatMap((whole) => linesOf(whole, chunk.time)),
    rest: () =>
      keeper
        .rest()
        .flatMap((chunk) => linesOf(chunk, chunk.time))
        .sort((a, b) => a.time - b.time),
  };
}

/** The first line is dated by its beginning, the others by what they came with. */
function linesOf({ time, worker, slot, generation, stream, text }: LogChunk, later: number): LogLine[] {
  const texts = text.split("\n");
  if (texts.at(-1) === "") {
    texts.pop();
  }
  return texts.map((line, index) => {
    const whole = line.endsWith("\r") ? line.slice(0, -1) : line;
    return { time: index === 0 ? time : later, worker, slot, generation, stream, text: whole };
  });
}
