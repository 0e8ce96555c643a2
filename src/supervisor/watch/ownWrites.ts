import { extname } from "node:path";

/** Programs write code seldom; people, and editors that save by themselves, again and again: no save of it is ever left out. */
const code = new Set([".js", ".cjs", ".mjs", ".jsx", ".ts", ".cts", ".mts", ".tsx", ".vue", ".svelte"]);

/** So many reloads in a row may be caused by a file of data … */
const most = 5;

/** … that come so many milliseconds after one another at most. */
export const ownWritesApartMs = 20_000;

export interface Judgement {
  /** Whether they are to be reloaded. */
  readonly reload: boolean;
  /** Files that the app seems to write itself, and that has not been told yet. */
  readonly found: readonly string[];
}

/**
 * Finds files that an app writes into its own folder, such as a database of JSON: nothing tells who has written a file, but they
 * are all that changes, in one reload after the other.
 */
export class OwnWrites {
  readonly #streaks = new Map<string, { readonly count: number; readonly at: number }>();
  readonly #found = new Set<string>();

  /** The files that cause no reload as long as they go on being written. */
  get found(): readonly string[] {
    return [...this.#found];
  }

  /**
   * @param files Those that have changed.
   * @param now On the monotonic clock.
   */
  judge(files: readonly string[], now: number): Judgement {
    const suspects: string[] = [];
    for (const file of files) {
      const before = this.#streaks.get(file);
      const isCode = code.has(extname(file).toLowerCase());
      const count = !isCode && before !== undefined && now - before.at <= ownWritesApartMs ? before.count + 1 : 1;
      this.#streaks.set(file, { count, at: now });
      if (count > most) {
        suspects.push(file);
      } else {
        this.#found.delete(file);
      }
    }
    if (suspects.length === files.length) {
      const found = suspects.filter((file) => !this.#found.has(file));
      for (const file of found) {
        this.#found.add(file);
      }
      return { reload: false, found };
    }
    for (const file of this.#streaks.keys()) {
      if (!files.includes(file)) {
        // Something else was saved meanwhile: it is not in a row any more.
        this.#streaks.delete(file);
        this.#found.delete(file);
      }
    }
    return { reload: true, found: [] };
  }

  /**
   * What was left out is reloaded after all: a person may have written it. If one of the files is written again within
   * `ownWritesApartMs`, it is left out again.
   */
  reloaded(files: readonly string[], now: number): void {
    for (const file of files) {
      this.#streaks.set(file, { count: most, at: now });
    }
  }

  forget(): void {
    this.#streaks.clear();
    this.#found.clear();
  }
}

/** In a sentence for the user. */
export function describeOwnWrites(files: readonly string[]): string {
  const names = files.join(", ");
  const patterns = files.map((file) => JSON.stringify(file)).join(", ");
  return `${names} caused one reload after the other, as a file does that the app writes itself; while that goes on it causes no more. Name it in watch.exclude: [${patterns}].`;
}
