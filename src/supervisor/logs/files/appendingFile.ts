import type { FileHandle } from "node:fs/promises";
import type { EventLevel } from "../../../shared/logs.ts";
import { count } from "../../../shared/text/count.ts";
import { steadyNow } from "../../clock.ts";
import { Archive } from "./archive.ts";
import { codeOf, lookAt, openLogFile, reasonOf } from "./openForAppend.ts";
import { countLines } from "./wholeLines.ts";

/** Bytes that wait to be written before workers have to, and those below which they go on. */
const mostWaiting = 4_194_304;
const fewWaiting = 1_048_576;

/** Bytes that are kept while the file can't be written; of what comes then the lines are counted. */
const mostKept = 8_388_608;

/** Bytes of one write. */
const mostAtOnce = 1_048_576;

/** Milliseconds after which a write that does not end is no longer waited for: the app must not stand still for it. */
const patienceMs = 30_000;

/** Milliseconds until the next try after a failure. */
const retryMs = 1_000;

/** While others fill a disk, room comes and goes. */
const usualCalmMs = 10_000;

/** How often it is looked whether the path still names the file, in milliseconds. */
const lookMs = 1_000;

/** Milliseconds without a try to put the file aside after one that failed. */
const putAsideAgainMs = 60_000;

/** Milliseconds for what waits when the app ends. */
const closeMs = 5_000;

/** When a file is put aside, and what becomes of those that were. */
export interface Rotation {
  /** Bytes. */
  readonly maxSize: number;
  readonly maxFiles: number;
  readonly compress: boolean;
}

export interface LogFileOptions {
  /** Absolute. */
  readonly path: string;
  readonly rotation: Rotation | undefined;
  readonly tell: (level: EventLevel, message: string) => void;
  /** Whether workers have to wait. */
  readonly filled: (full: boolean) => void;
  /** Milliseconds without a failure until a trouble counts as over; default: 10 s. */
  readonly calmMs?: number;
}

/** Some lines, of which the first bytes may be written. */
interface Waiting {
  readonly bytes: Buffer;
  written: number;
}

/** What is not as it should be: told once, until it is over. */
interface Trouble {
  readonly what: string;
  readonly since: number;
  /** Tells that it is over, after a while. */
  over: NodeJS.Timeout | undefined;
  lostLines: number;
  lostBytes: number;
}

/**
 * A file to which lines are appended, in order, each whole. Who writes never waits; with too much waiting, workers have
 * to (`filled`), unless the file can't be written: then what does not fit is lost, and counted.
 */
export class LogFile {
  readonly #options: LogFileOptions;
  #rotation: Rotation | undefined;
  #archive: Archive | undefined;
  #handle: FileHandle | undefined;
  #mode: number | undefined;
  /** Bytes in the file, as far as is known. */
  #size = 0;
  #queue: Waiting[] = [];
  #wishes: { readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = [];
  #waiting = 0;
  #full = false;
  #trouble: Trouble | undefined;
  #lookedAt = steadyNow();
  #noRotationUntil = Number.NEGATIVE_INFINITY;
  #rotationFailed = false;
  #retry: NodeJS.Timeout | undefined;
  #patience: NodeJS.Timeout | undefined;
  #pumping: Promise<void> | undefined;
  #closed = false;
  #closing: Promise<void> | undefined;
  /** Resolves once nothing is written any more with what is lost of what waited, for people. */
  readonly loss: Promise<string | undefined>;
  #settleLoss: (loss: string | undefined) => void = () => undefined;

  constructor(options: LogFileOptions) {
    this.#options = options;
    this.loss = new Promise((resolve) => {
      this.#settleLoss = resolve;
    });
    this.change(options.rotation);
  }

  get path(): string {
    return this.#options.path;
  }

  /** Why it is not written; `undefined` if all is well. */
  get problem(): string | undefined {
    return this.#trouble === undefined || this.#trouble.over !== undefined ? undefined : this.#trouble.what;
  }

  /** @throws as `openLogFile` does. */
  async open(): Promise<void> {
    await this.#open();
    this.#archive?.compress();
  }

  /** It can't be opened yet: what is written waits. */
  openLater(error: unknown): void {
    this.#failed(error);
  }

  /** Lines, the last one with its end. */
  write(bytes: Buffer): void {
    const { length } = bytes;
    if (this.#trouble !== undefined && this.#waiting + length > mostKept) {
      this.#trouble.lostLines += countLines(bytes);
      this.#trouble.lostBytes += length;
      return;
    }
    this.#queue.push({ bytes, written: 0 });
    this.#waiting += length;
    this.#fill();
    this.#start();
  }

  /**
   * Writes to the file that the path names now; what is waiting goes there.
   * @throws as `openLogFile` does: the former file is written on.
   */
  reopen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#wishes.push({ resolve, reject });
      clearTimeout(this.#retry);
      this.#retry = undefined;
      this.#start();
    });
  }

  change(rotation: Rotation | undefined): void {
    const after = this.#archive?.close();
    const { path, tell } = this.#options;
    this.#rotation = rotation;
    this.#archive =
      rotation &&
      new Archive({
        path,
        maxFiles: rotation.maxFiles,
        compress: rotation.compress,
        after,
        failed: (error) => tell("warning", `${path}.1 can't be compressed: ${reasonOf(error)}`),
      });
  }

  /** Writes what waits, unless that takes too long: then it is told how many lines are lost. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const deadline = steadyNow() + closeMs;
    const late = new Promise<void>((resolve) => setTimeout(resolve, closeMs).unref());
    clearTimeout(this.#retry);
    this.#retry = undefined;
    while (this.#queue.length > 0 && steadyNow() < deadline && this.#retry === undefined) {
      this.#start();
      await Promise.race([this.#pumping, late]);
    }
    this.#closed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#patience);
    clearTimeout(this.#trouble?.over);
    await Promise.race([this.#pumping, late]);
    this.#settleLoss(this.#tellLost());
    await this.#archive?.close();
    // A write that does not end keeps it open.
    await Promise.race([this.#handle?.close().catch(() => undefined), late]);
    this.#handle = undefined;
    this.#full = false;
    this.#options.filled(false);
  }

  #tellLost(): string | undefined {
    const rests = this.#queue.map(({ bytes, written }) => bytes.subarray(written));
    const { what, over, lostLines, lostBytes } = this.#trouble ?? {
      what: `has not taken them within ${closeMs / 1_000} s`,
      over: undefined,
      lostLines: 0,
      lostBytes: 0,
    };
    const lines = rests.reduce((sum, rest) => sum + countLines(rest), lostLines);
    const bytes = rests.reduce((sum, rest) => sum + rest.length, lostBytes);
    if (bytes === 0) {
      return undefined;
    }
    const why = over === undefined ? `it ${what}` : `for a while it ${what}`;
    const message = `${count(lines, "line")} (${bytes} bytes) for ${this.path} are lost: ${why}`;
    this.#options.tell("error", message);
    return message;
  }

  #start(): void {
    if (this.#pumping === undefined && this.#retry === undefined && this.#isAsked) {
      this.#pumping = this.#pump()
        .catch((error: unknown) => this.#failed(error))
        .finally(() => {
          this.#pumping = undefined;
          this.#start();
        });
    }
  }

  get #isAsked(): boolean {
    return !this.#closed && (this.#queue.length > 0 || this.#wishes.length > 0);
  }

  async #pump(): Promise<void> {
    while (this.#isAsked) {
      await this.#grant();
      if (this.#queue.length === 0) {
        return;
      }
      const handle = await this.#ready();
      const { batch, size } = this.#batch();
      this.#watchWrite();
      const { bytesWritten } = await handle.writev(batch);
      clearTimeout(this.#patience);
      this.#size += bytesWritten;
      this.#done(bytesWritten);
      if (bytesWritten === size && this.#waiting < fewWaiting) {
        this.#recovered();
      }
    }
  }

  async #grant(): Promise<void> {
    for (const { resolve, reject } of this.#wishes.splice(0)) {
      await this.#openAnew().then(resolve, reject);
    }
  }

  /** The file to write to now: opened, the one that the path names, and not too large. */
  async #ready(): Promise<FileHandle> {
    if (this.#handle !== undefined && steadyNow() - this.#lookedAt >= lookMs) {
      await this.#look(this.#handle);
    }
    if (this.#handle !== undefined && this.#isTooLarge()) {
      await this.#rotate(this.#handle);
    }
    return this.#handle ?? (await this.#open());
  }

  /** Somebody may have moved, removed or emptied the file. */
  async #look(handle: FileHandle): Promise<void> {
    this.#lookedAt = steadyNow();
    const [own, named] = await Promise.all([handle.stat(), lookAt(this.path)]);
    if (own.size < this.#size) {
      this.#fromLineStart();
    }
    this.#size = own.size;
    if (named === undefined || named.ino !== own.ino || named.dev !== own.dev) {
      await this.#openAnew();
    }
  }

  #isTooLarge(): boolean {
    const [head] = this.#queue;
    const isWithinLine = head !== undefined && head.written > 0;
    return (
      this.#rotation !== undefined &&
      !isWithinLine &&
      this.#size > 0 &&
      this.#size + (head?.bytes.length ?? 0) > this.#rotation.maxSize &&
      steadyNow() >= this.#noRotationUntil
    );
  }

  async #rotate(handle: FileHandle): Promise<void> {
    await this.#look(handle);
    if (this.#handle === undefined || !this.#isTooLarge()) {
      return;
    }
    // An open file can't be renamed everywhere.
    const { mode } = await this.#handle.stat();
    this.#mode = mode & 0o777;
    await this.#dropHandle();
    try {
      await this.#archive?.putAside();
      this.#rotationFailed = false;
    } catch (error) {
      this.#noRotationUntil = steadyNow() + putAsideAgainMs;
      if (!this.#rotationFailed) {
        this.#rotationFailed = true;
        this.#options.tell(
          "warning",
          `${this.path} can't be put aside, and grows beyond maxSize until it can: ${reasonOf(error)}`,
        );
      }
    }
    await this.#open();
    this.#archive?.compress();
  }

  async #open(): Promise<FileHandle> {
    const { handle, stats } = await openLogFile(this.path, this.#mode);
    this.#handle = handle;
    this.#size = stats.size;
    this.#lookedAt = steadyNow();
    return handle;
  }

  /** The former file stays until there is another. */
  async #openAnew(): Promise<void> {
    const before = this.#handle;
    if (before !== undefined) {
      this.#mode = (await before.stat()).mode & 0o777;
    }
    this.#fromLineStart();
    await this.#open();
    await before?.close().catch(() => undefined);
  }

  async #dropHandle(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    this.#fromLineStart();
    await handle?.close().catch(() => undefined);
  }

  /** A line of which only the beginning is in another file is written whole to the next. */
  #fromLineStart(): void {
    const [head] = this.#queue;
    if (head !== undefined && head.written > 0) {
      const start = head.bytes.lastIndexOf(0x0a, head.written - 1) + 1;
      this.#waiting += head.written - start;
      head.written = start;
    }
  }

  /** What fits into one write, and into the file. */
  #batch(): { readonly batch: Buffer[]; readonly size: number } {
    const limit =
      this.#rotation === undefined || steadyNow() < this.#noRotationUntil
        ? Number.POSITIVE_INFINITY
        : this.#rotation.maxSize - this.#size;
    const batch: Buffer[] = [];
    let size = 0;
    for (const { bytes, written } of this.#queue) {
      const length = bytes.length - written;
      if (batch.length > 0 && (size + length > mostAtOnce || size + length > limit)) {
        break;
      }
      batch.push(written === 0 ? bytes : bytes.subarray(written));
      size += length;
    }
    return { batch, size };
  }

  #done(bytes: number): void {
    let left = bytes;
    let gone = 0;
    for (const each of this.#queue) {
      const part = Math.min(left, each.bytes.length - each.written);
      each.written += part;
      left -= part;
      if (each.written < each.bytes.length) {
        break;
      }
      gone += 1;
    }
    this.#queue.splice(0, gone);
    this.#waiting -= bytes;
    if (this.#full && this.#waiting < fewWaiting) {
      this.#full = false;
      this.#options.filled(false);
    }
  }

  #fill(): void {
    if (!this.#full && this.#trouble === undefined && this.#waiting > mostWaiting) {
      this.#full = true;
      this.#options.filled(true);
    }
  }

  #watchWrite(): void {
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => {
      this.#inTrouble(`has not taken what is written for ${patienceMs / 1_000} s`);
    }, patienceMs);
    this.#patience.unref();
  }

  #failed(error: unknown): void {
    clearTimeout(this.#patience);
    if (this.#closed) {
      return;
    }
    this.#inTrouble(`can't be written: ${reasonOf(error)}`);
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#start();
    }, retryMs);
    this.#retry.unref();
    // It is looked for at its path again; one that is only full is still the right one.
    this.#lookedAt = Number.NEGATIVE_INFINITY;
    if (!isFull(error)) {
      void this.#dropHandle();
    }
  }

  #inTrouble(what: string): void {
    clearTimeout(this.#trouble?.over);
    if (this.#trouble === undefined) {
      this.#trouble = { what, since: steadyNow(), over: undefined, lostLines: 0, lostBytes: 0 };
      this.#options.tell(
        "error",
        `${this.path} ${what}; the app goes on, and lines that do not fit into memory meanwhile are lost`,
      );
    } else {
      this.#trouble.over = undefined;
    }
    if (this.#full) {
      this.#full = false;
      this.#options.filled(false);
    }
  }

  #recovered(): void {
    const trouble = this.#trouble;
    if (trouble === undefined || trouble.over !== undefined) {
      return;
    }
    const seconds = Math.round((steadyNow() - trouble.since) / 1_000);
    trouble.over = setTimeout(() => {
      this.#trouble = undefined;
      const { lostLines, lostBytes } = trouble;
      const lost = lostBytes === 0 ? "no line was lost" : `${count(lostLines, "line")} (${lostBytes} bytes) were lost`;
      const level = lostBytes === 0 ? "info" : "warning";
      this.#options.tell(level, `${this.path} is written again after ${seconds} s; ${lost}`);
    }, this.#options.calmMs ?? usualCalmMs);
    trouble.over.unref();
  }
}

/** Whether there is no room for more. */
function isFull(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT", "EFBIG"].includes(codeOf(error));
}
