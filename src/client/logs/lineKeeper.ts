import type { LogChunk } from "../../shared/logs.ts";

export interface LineKeeperOptions {
  /** Milliseconds after which a line that nobody goes on with is passed on as it is, such as a question to the person. */
  readonly patienceMs: number;
  /** Characters of a line that are kept; what is longer is passed on in parts. Default: 16 Mi. */
  readonly longest?: number;
  /** Steady milliseconds. */
  readonly now?: () => number;
}

/**
 * Keeps the pieces of what several workers wrote until they are whole lines: a pipe is read in pieces that end anywhere,
 * and those of other workers come in between.
 */
export interface LineKeeper {
  /** What is complete now, as pieces that end where a line does. */
  add(chunk: LogChunk): LogChunk[];
  /** Whether the beginning of a line is kept. */
  readonly keeps: boolean;
  /** Lines that were begun, and that nobody has gone on with for `patienceMs`. */
  overdue(): LogChunk[];
  /** Lines that were begun, and of which no more will come. */
  rest(): LogChunk[];
}

const usualLongest = 16 * 1_048_576;

interface Begun {
  /** Joined when it is needed: adding to one long text again and again would take the square of its length. */
  readonly parts: LogChunk[];
  length: number;
  touchedAt: number;
}

export function createLineKeeper(options: LineKeeperOptions): LineKeeper {
  const { patienceMs, longest = usualLongest, now = () => performance.now() } = options;
  const begun = new Map<string, Begun>();

  const take = (key: string): LogChunk[] => {
    const line = begun.get(key);
    begun.delete(key);
    const first = line?.parts[0];
    return first === undefined ? [] : [{ ...first, text: line?.parts.map(({ text }) => text).join("") ?? "" }];
  };

  return {
    add(chunk) {
      const key = `${chunk.worker} ${chunk.stream}`;
      const cut = chunk.text.lastIndexOf("\n") + 1;
      const line = begun.get(key) ?? { parts: [], length: 0, touchedAt: 0 };
      line.touchedAt = now();
      if (cut > 0) {
        const ended = [...line.parts.map(({ text }) => text), chunk.text.slice(0, cut)].join("");
        const rest = chunk.text.slice(cut);
        if (rest === "") {
          begun.delete(key);
        } else {
          begun.set(key, { ...line, parts: [{ ...chunk, text: rest }], length: rest.length });
        }
        return [{ ...(line.parts[0] ?? chunk), text: ended }];
      }
      if (chunk.text !== "") {
        line.parts.push(chunk);
        line.length += chunk.text.length;
        begun.set(key, line);
      }
      return line.length > longest ? take(key) : [];
    },
    get keeps() {
      return begun.size > 0;
    },
    overdue() {
      const before = now() - patienceMs;
      return [...begun].flatMap(([key, { touchedAt }]) => (touchedAt <= before ? take(key) : []));
    },
    rest: () => [...begun.keys()].flatMap(take),
  };
}
