import { createReadStream, createWriteStream, type ReadStream } from "node:fs";
import { readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout as wait } from "node:timers/promises";
import { createGzip } from "node:zlib";
import { codeOf } from "./openForAppend.ts";

/** Windows refuses to rename what another program has open, which is mostly over at once; in milliseconds. */
const renamePauses = process.platform === "win32" ? [20, 40, 80, 160, 320] : [];

export interface ArchiveOptions {
  /** Absolute; of the file that is written. */
  readonly path: string;
  /** How many are kept. */
  readonly maxFiles: number;
  readonly compress: boolean;
  /** A file that was put aside stays uncompressed. */
  readonly failed: (error: unknown) => void;
  /** Another one of the same file is done then. */
  readonly after: Promise<void> | undefined;
}

/** A file that is being compressed. */
interface Job {
  /** It moves on when the next is put aside, and is 0 when it is not kept. */
  index: number;
  readonly source: ReadStream;
  readonly mode: number;
}

/** Files that were put aside: `app.log.1` is the newest; with `compress` they become `app.log.1.gz`, beside what goes on. */
export class Archive {
  readonly #options: ArchiveOptions;
  readonly #ending = new AbortController();
  #job: Job | undefined;
  #working = false;
  #work: Promise<void> = Promise.resolve();
  /** One at a time renames files. */
  #turn: Promise<unknown>;

  constructor(options: ArchiveOptions) {
    this.#options = options;
    this.#turn = options.after ?? Promise.resolve();
  }

  /**
   * Puts the file aside, which is not open. What is then too much is removed.
   * @throws the system's error; the file is where it was.
   */
  putAside(): Promise<void> {
    return this.#alone(async () => {
      const { path, maxFiles } = this.#options;
      const names = new Set(await readdir(dirname(path)));
      let last = 0;
      while (this.#namesOf(last + 1).some((name) => names.has(basename(name)))) {
        last += 1;
      }
      for (let index = last; index >= 1; index -= 1) {
        for (const name of this.#namesOf(index).filter((each) => names.has(basename(each)))) {
          const isCompressed = name.endsWith(".gz");
          await (index >= maxFiles
            ? rm(name, { force: true })
            : renamePatiently(name, this.#name(index + 1, isCompressed)));
        }
        if (this.#job?.index === index) {
          this.#job.index = index >= maxFiles ? 0 : index + 1;
        }
      }
      await renamePatiently(path, this.#name(1, false));
    });
  }

  /** Compresses what is not yet. */
  compress(): void {
    if (this.#options.compress && !this.#working && !this.#ending.signal.aborted) {
      this.#working = true;
      this.#work = this.#compressAll()
        .catch((error: unknown) => {
          if (!this.#ending.signal.aborted) {
            this.#options.failed(error);
          }
        })
        .finally(() => {
          this.#working = false;
        });
    }
  }

  /** Resolves when nothing of it runs any more; what is being compressed stays as it was. */
  async close(): Promise<void> {
    this.#ending.abort();
    await this.#work;
  }

  async #compressAll(): Promise<void> {
    for (;;) {
      const job = await this.#alone(() => this.#nextJob());
      if (job === undefined) {
        return;
      }
      try {
        await this.#compressOne(job);
      } finally {
        this.#job = undefined;
      }
    }
  }

  /** The newest that is not compressed, opened: it is read on wherever it moves then. */
  async #nextJob(): Promise<Job | undefined> {
    const names = new Set(await readdir(dirname(this.#options.path)));
    for (let index = 1; this.#namesOf(index).some((name) => names.has(basename(name))); index += 1) {
      const name = this.#name(index, false);
      if (names.has(basename(name))) {
        const { mode } = await stat(name);
        const source = createReadStream(name);
        await new Promise((resolve, reject) => source.once("open", resolve).once("error", reject));
        this.#job = { index, source, mode: mode & 0o777 };
        return this.#job;
      }
    }
    return undefined;
  }

  async #compressOne(job: Job): Promise<void> {
    const { source, mode } = job;
    const part = `${this.#options.path}.gz.part`;
    try {
      await pipeline(source, createGzip(), createWriteStream(part, { mode }), { signal: this.#ending.signal });
      await this.#alone(async () => {
        if (job.index !== 0) {
          await renamePatiently(part, this.#name(job.index, true));
          await rm(this.#name(job.index, false), { force: true });
        }
      });
    } finally {
      await rm(part, { force: true }).catch(() => undefined);
    }
  }

  #name(index: number, isCompressed: boolean): string {
    return `${this.#options.path}.${index}${isCompressed ? ".gz" : ""}`;
  }

  #namesOf(index: number): string[] {
    return [this.#name(index, false), this.#name(index, true)];
  }

  #alone<Result>(act: () => Promise<Result>): Promise<Result> {
    const done = this.#turn.then(act, act);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}

async function renamePatiently(from: string, to: string): Promise<void> {
  for (const pause of renamePauses) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      if (!["EPERM", "EACCES", "EBUSY"].includes(codeOf(error))) {
        throw error;
      }
      await wait(pause);
    }
  }
  await rename(from, to);
}
