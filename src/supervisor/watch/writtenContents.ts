import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

/** A build that names its files by their content makes others each time. */
const mostKept = 10_000;

/** What files held when they were last written; of so many files at most, those that were looked at last. */
export class WrittenContents {
  /** A digest of each; empty: there was no file. */
  readonly #digests = new Map<string, string>();

  get size(): number {
    return this.#digests.size;
  }

  /** Whether a file holds something else than when this was last asked of it. */
  async differs(file: string): Promise<boolean> {
    const content = await readFile(file).catch(() => undefined);
    const digest = content === undefined ? "" : createHash("sha256").update(content).digest("base64");
    const before = this.#digests.get(file);
    this.#digests.delete(file);
    this.#digests.set(file, digest);
    const [oldest] = this.#digests.keys();
    if (oldest !== undefined && this.#digests.size > mostKept) {
      this.#digests.delete(oldest);
    }
    return digest !== before;
  }
}
