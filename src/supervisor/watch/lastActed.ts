import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";

/** Changes of a file that was told of are not told of for 50 ms (chokidar): after this many milliseconds it is looked at again. */
export const lookAgainMs = 60;

/** A file that is written once more within so many milliseconds is news only if it holds something else. */
const sameWithinMs = 2_000;
const mostRemembered = 5;
const largestRemembered = 262_144;

/** The files that were acted on last, as they were then: before anything was started that could write them. */
export class LastActed {
  /** Notes a file that has changed once more. */
  readonly #changed: (file: string) => void;
  /** Every file that was to be looked at again has been. */
  readonly #looked: () => void;
  readonly #contents = new Map<string, string>();
  #at = 0;
  /** Files that were acted on so soon that a further change of them may not be told of: how each was then. */
  readonly #unsure = new Map<string, string>();
  #lookAgain: NodeJS.Timeout | undefined;

  constructor(changed: (file: string) => void, looked: () => void) {
    this.#changed = changed;
    this.#looked = looked;
  }

  /** Whether files are still to be looked at again. */
  get isUnsure(): boolean {
    return this.#lookAgain !== undefined;
  }

  /** Whether that was just now. */
  get isRecent(): boolean {
    return performance.now() - this.#at < sameWithinMs;
  }

  /** @param soon Whether they are acted on before the burst in which they changed is over. */
  remember(files: readonly string[], soon: boolean): void {
    this.#contents.clear();
    this.#at = performance.now();
    for (const file of files.slice(0, mostRemembered)) {
      const content = contentOf(file);
      if (content !== undefined) {
        this.#contents.set(file, content);
      }
    }
    if (soon) {
      for (const file of files) {
        this.#unsure.set(file, stampOf(file));
      }
      this.#lookAgain ??= setTimeout(() => this.#lookOnceMore(), lookAgainMs);
    }
  }

  /** Whether it was acted on just before, and has been written with the same content since: by an app that does so at its start. */
  holdsTheSame(file: string): boolean {
    const before = this.#contents.get(file);
    return before !== undefined && this.isRecent && contentOf(file) === before;
  }

  forget(): void {
    clearTimeout(this.#lookAgain);
    this.#lookAgain = undefined;
    this.#unsure.clear();
    this.#contents.clear();
  }

  #lookOnceMore(): void {
    this.#lookAgain = undefined;
    for (const [file, stamp] of this.#unsure) {
      if (stampOf(file) !== stamp) {
        this.#changed(file);
      }
    }
    this.#unsure.clear();
    this.#looked();
  }
}

/** A digest; `undefined` for what is large, or no file. */
function contentOf(file: string): string | undefined {
  try {
    const { size } = statSync(file);
    return size > largestRemembered ? undefined : createHash("sha256").update(readFileSync(file)).digest("base64");
  } catch {
    return undefined;
  }
}

/** Changes with each write. */
function stampOf(file: string): string {
  const state = statSync(file, { throwIfNoEntry: false });
  return state === undefined ? "" : `${state.mtimeMs} ${state.ctimeMs} ${state.size} ${state.ino}`;
}
