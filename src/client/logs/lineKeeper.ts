import type { LogChunk } from "../../shared/logs.ts";

export interface LineKeeperOptions {
  /** Milliseconds after which an unfinished line is passed on as it is, such as a question to the user. */
  readonly patienceMs: number;
  /** Characters of a line that are kept; a longer one is passed on in parts. Default: 16 Mi. */
  readonly longest?: number;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
}

/**
 * Keeps chunks of several workers' output until they are whole lines: a pipe is read in chunks that end anywhere,
 * interleaved with those of other workers.
 */
export interface LineKeeper {
  /** The complete lines, as chunks that end where a line does. */
  add(chunk: LogChunk): LogChunk[];
  /** Whether an unfinished line is kept. */
  readonly keeps: boolean;
  /** Unfinished lines to which nothing was added for `patienceMs`. */
  overdue(): LogChunk[];
  /** Unfinished lines that will not be continued. */
  rest(): LogChunk[];
}

const usualLongest = 16 * 1_048_576;

interface Begun {
  /** Joined when needed: appending to one long text again and again would take quadratic time. */
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
