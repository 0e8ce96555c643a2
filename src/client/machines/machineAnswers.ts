import { HitlessError } from "../../shared/errors.ts";

/** Bytes of an answer, and characters of a line of one. */
const mostAnswer = 64 * 1_048_576;
const longestPiece = 4 * 1_048_576;

/** @throws HitlessError `badMessage` when there is no end to it. */
export async function wholeText(stream: AsyncIterable<unknown>): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of stream) {
    pieces.push(piece as Buffer);
    size += pieces.at(-1)?.length ?? 0;
    if (size > mostAnswer) {
      throw new HitlessError("badMessage", `An answer is longer than ${mostAnswer / 1_048_576} MiB.`);
    }
  }
  return Buffer.concat(pieces).toString("utf8");
}

/**
 * Lines, without the last one if it has no end.
 * @throws HitlessError `badMessage` for one without end.
 */
export async function* linesOf(stream: AsyncIterable<unknown>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let open = "";
  for await (const piece of stream) {
    const parts = (open + decoder.decode(piece as Buffer, { stream: true })).split("\n");
    open = parts.pop() ?? "";
    yield* parts;
    if (open.length > longestPiece) {
      throw new HitlessError("badMessage", `A piece of output is longer than ${longestPiece} characters.`);
    }
  }
}
