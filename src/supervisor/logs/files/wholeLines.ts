/** Bytes of a line; what is longer is written as several pieces. */
const longestLine = 16_777_216;

/** The lines of one stream of one worker. */
export interface WholeLines {
  /** Takes what was written; returns the lines that are complete with it. */
  push(bytes: Buffer): Buffer | undefined;
  /** The beginning of a line whose end has not come, which somebody else goes on with. */
  take(): Buffer | undefined;
  /** The stream has ended: returns a last line that was not. */
  end(): Buffer | undefined;
}

/**
 * Keeps the beginning of a line back until its end has come, so that lines of several workers can stand in one file.
 * @param prefix Stands in front of each line, if there is one.
 */
export function createWholeLines(prefix: () => string | undefined, longest: number = longestLine): WholeLines {
  let rest: Buffer[] = [];
  let size = 0;
  /** A line longer than the limit has been begun. */
  let begun = false;

  const complete = (last: Buffer): Buffer => {
    const whole = rest.length === 0 ? last : Buffer.concat([...rest, last]);
    rest = [];
    size = 0;
    const stamp = prefix();
    const stamped = stamp === undefined ? whole : withPrefix(whole, stamp, begun);
    begun = whole.at(-1) !== newline;
    return stamped;
  };
  return {
    push(bytes) {
      const end = bytes.lastIndexOf(newline) + 1;
      if (end === 0) {
        if (size + bytes.length > longest) {
          return complete(bytes);
        }
        keep(bytes);
        return undefined;
      }
      const lines = complete(end === bytes.length ? bytes : bytes.subarray(0, end));
      if (end < bytes.length) {
        keep(bytes.subarray(end));
      }
      return lines;
    },
    take() {
      const begin = size === 0 ? undefined : Buffer.concat(rest);
      rest = [];
      size = 0;
      return begin;
    },
    end() {
      return size === 0 && !begun ? undefined : complete(Buffer.from("\n"));
    },
  };

  function keep(bytes: Buffer): void {
    if (bytes.length > 0) {
      rest.push(bytes);
      size += bytes.length;
    }
  }
}

const newline = 0x0a;

/** @param begun Whether the first line was begun before, with its prefix. */
function withPrefix(lines: Buffer, prefix: string, begun: boolean): Buffer {
  // Bytes as characters of their own: nothing is decoded, and strings are quicker to search than buffers.
  const stamp = Buffer.from(prefix).toString("latin1");
  const text = lines.toString("latin1");
  const ends = text.endsWith("\n");
  const body = (ends ? text.slice(0, -1) : text).replaceAll("\n", `\n${stamp.replaceAll("$", "$$$$")}`);
  return Buffer.from(`${begun ? "" : stamp}${body}${ends ? "\n" : ""}`, "latin1");
}

/** How many lines end in it. */
export function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) {
    lines += 1;
  }
  return lines;
}
