import type { FileHandle } from "node:fs/promises";
import type { EventLevel } from "../../../shared/logs.ts";
import { steadyNow } from "../../clock.ts";
import { Archive } from "./archive.ts";
import { FileTrouble } from "./fileTrouble.ts";
import { codeOf, lookAt, openLogFile, reasonOf } from "./openForAppend.ts";
import { WaitingLines } from "./waitingLines.ts";

/** Bytes that wait to be written before workers have to, and those below which they go on. */
const mostWaiting = 4_194_304;
const fewWaiting = 1_048_576;

/** Bytes that are kept while the file can't be written; of what comes then the lines are counted. */
const mostKept = 8_388_608;

/** Milliseconds after which a write that does not end is no longer waited for: the app must not stand still for it. */
const patienceMs = 30_000;

/** Milliseconds until the next try after a failure. */
const retryMs = 1_000;

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
  readonly #waiting = new WaitingLines();
  readonly #trouble: FileTrouble;
  #wishes: { readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = [];
  #full = false;
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
    const { path, tell, calmMs } = options;
    this.#trouble = new FileTrouble({ path, tell, calmMs });
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
    return this.#trouble.problem;
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
    if (this.#trouble.isOn && this.#waiting.bytes + bytes.length > mostKept) {
      this.#trouble.lose(bytes);
      return;
    }
    this.#waiting.push(bytes);
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
    while (!this.#waiting.isEmpty && steadyNow() < deadline && this.#retry === undefined) {
      this.#start();
      await Promise.race([this.#pumping, late]);
    }
    this.#closed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#patience);
    this.#trouble.end();
    await Promise.race([this.#pumping, late]);
    this.#settleLoss(this.#trouble.tellLost(this.#waiting.rests, `has not taken them within ${closeMs / 1_000} s`));
    await this.#archive?.close();
    // A write that does not end keeps it open.
    await Promise.race([this.#handle?.close().catch(() => undefined), late]);
    this.#handle = undefined;
    this.#full = false;
    this.#options.filled(false);
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
    return !this.#closed && (!this.#waiting.isEmpty || this.#wishes.length > 0);
  }

  async #pump(): Promise<void> {
    while (this.#isAsked) {
      await this.#grant();
      if (this.#waiting.isEmpty) {
        return;
      }
      const handle = await this.#ready();
      const { batch, size } = this.#waiting.batch(this.#room);
      this.#watchWrite();
      const { bytesWritten } = await handle.writev(batch);
      clearTimeout(this.#patience);
      this.#size += bytesWritten;
      this.#done(bytesWritten);
      if (bytesWritten === size && this.#waiting.bytes < fewWaiting) {
        this.#trouble.recover();
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
      this.#waiting.fromLineStart();
    }
    this.#size = own.size;
    if (named === undefined || named.ino !== own.ino || named.dev !== own.dev) {
      await this.#openAnew();
    }
  }

  #isTooLarge(): boolean {
    return (
      this.#rotation !== undefined &&
      !this.#waiting.isBegun &&
      this.#size > 0 &&
      this.#size + this.#waiting.headBytes > this.#rotation.maxSize &&
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
    this.#waiting.fromLineStart();
    await this.#open();
    await before?.close().catch(() => undefined);
  }

  async #dropHandle(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    this.#waiting.fromLineStart();
    await handle?.close().catch(() => undefined);
  }

  /** Bytes that fit into the file. */
  get #room(): number {
    return this.#rotation === undefined || steadyNow() < this.#noRotationUntil
      ? Number.POSITIVE_INFINITY
      : this.#rotation.maxSize - this.#size;
  }

  #done(bytes: number): void {
    this.#waiting.done(bytes);
    if (this.#full && this.#waiting.bytes < fewWaiting) {
      this.#full = false;
      this.#options.filled(false);
    }
  }

  #fill(): void {
    if (!this.#full && !this.#trouble.isOn && this.#waiting.bytes > mostWaiting) {
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
    this.#trouble.begin(what);
    if (this.#full) {
      this.#full = false;
      this.#options.filled(false);
    }
  }
}

/** Whether there is no room for more. */
function isFull(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT", "EFBIG"].includes(codeOf(error));
}
