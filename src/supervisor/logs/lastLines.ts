/** One piece of output, and who wrote it to which stream. */
export interface WrittenPiece {
  readonly writer: string;
  readonly text: string;
  readonly bytes: number;
}

/** The part of a piece that belongs to the lines that were asked for. */
export interface PartOfLines<Piece extends WrittenPiece> {
  readonly piece: Piece;
  readonly text: string;
}

/**
 * The last lines of several writers whose pieces came in any order, by where they end: found from the end, so that old
 * output costs nothing. A line that is not finished is one too.
 * @param newestFirst All pieces.
 * @param maxBytes Where the lines are more, the first ones are left out, as whole ones; a single one may be longer.
 * @returns Oldest first.
 */
export function lastLines<Piece extends WrittenPiece>(
  newestFirst: Iterable<Piece>,
  lines: number,
  maxBytes: number,
): PartOfLines<Piece>[] {
  const parts: PartOfLines<Piece>[] = [];
  /** Whether the beginning of a writer's line, whose end is among those asked for, is still looked for. */
  const begins = new Map<string, boolean>();
  let left = lines;
  let size = 0;
  let isFull = false;
  for (const piece of newestFirst) {
    const isBegun = begins.get(piece.writer);
    const isNeeded = isBegun ?? left > 0;
    if (isNeeded) {
      size += piece.bytes;
      if (size > maxBytes && parts.length > 0) {
        isFull = true;
        break;
      }
      const found = takeFrom(piece.text, { isBegun: isBegun ?? false, left });
      left = found.left;
      begins.set(piece.writer, found.isBegun);
      if (found.text !== "") {
        parts.push({ piece, text: found.text });
      }
    } else {
      begins.set(piece.writer, false);
    }
    if (left === 0 && ![...begins.values()].includes(true)) {
      break;
    }
  }
  const complete = isFull ? withoutHeadless(parts, begins) : parts;
  return complete.reverse();
}

interface Taken {
  readonly text: string;
  readonly isBegun: boolean;
  readonly left: number;
}

/** The end of a piece that belongs to the lines; `isBegun` afterwards if the first of them begins before it. */
function takeFrom(text: string, before: { readonly isBegun: boolean; readonly left: number }): Taken {
  let { isBegun, left } = before;
  let from = text.length;
  let end = text.length;
  if (!isBegun && !text.endsWith("\n")) {
    left -= 1;
    isBegun = true;
  }
  for (;;) {
    const newline = end === 0 ? -1 : text.lastIndexOf("\n", end - 1);
    if (newline === -1) {
      return { text: text.slice(isBegun ? 0 : from), isBegun, left };
    }
    if (isBegun) {
      from = newline + 1;
    }
    if (left === 0) {
      return { text: text.slice(from), isBegun: false, left };
    }
    left -= 1;
    isBegun = true;
    end = newline;
  }
}

/** Without the rests of lines whose beginnings did not fit; all of it if it is nothing but such a rest. */
function withoutHeadless<Piece extends WrittenPiece>(
  newestFirst: readonly PartOfLines<Piece>[],
  begins: ReadonlyMap<string, boolean>,
): PartOfLines<Piece>[] {
  const headless = new Set([...begins].filter(([, isBegun]) => isBegun).map(([writer]) => writer));
  const kept: PartOfLines<Piece>[] = [];
  for (const part of [...newestFirst].reverse()) {
    if (!headless.has(part.piece.writer)) {
      kept.unshift(part);
      continue;
    }
    const newline = part.text.indexOf("\n");
    if (newline !== -1) {
      headless.delete(part.piece.writer);
      const text = part.text.slice(newline + 1);
      if (text !== "") {
        kept.unshift({ ...part, text });
      }
    }
  }
  return kept.length === 0 ? [...newestFirst] : kept;
}
