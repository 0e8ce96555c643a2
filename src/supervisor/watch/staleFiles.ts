import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { relative, sep } from "node:path";
import type { StaleFile } from "../../shared/snapshot.ts";
import { sameAsCommitted } from "./committedFiles.ts";
import { type ListedFile, listFiles } from "./listFiles.ts";
import type { WatchRules } from "./watchRules.ts";

/** So many files are asked for at a time. */
const mostAsked = 200;

/** Larger ones are not read. */
const largestFile = 1_048_576;

interface FileState extends ListedFile {
  /** Of its content when the generation was started; `undefined` if that is not known. */
  digest?: string | undefined;
}

export interface Look {
  readonly rules: WatchRules;
  /** The app's folder, absolute. */
  readonly root: string;
  readonly generation: number;
  /** Epoch milliseconds at which that generation was started. */
  readonly startedAt: number;
  /** The commit that the files were then, if nothing differed from it. */
  readonly commit?: string | undefined;
}

/**
 * Tells which files differ from what a generation was started with. Nothing is done before somebody looks: what was written since
 * the start counts then, unless git knows that it is what it was; from the first look on contents are compared, so a file that
 * is as it was before is none.
 */
export class StaleFiles {
  #generation: number | undefined;
  #before = new Map<string, FileState>();

  /** By name; relative to the app's folder. */
  async look({ rules, root, generation, startedAt, commit }: Look): Promise<StaleFile[]> {
    const now = await listFiles(rules);
    if (this.#generation !== generation) {
      this.#before = await this.#first(now, startedAt);
      this.#generation = generation;
    }
    if (commit !== undefined) {
      await this.#askGit(root, now, commit);
    }
    const stale: StaleFile[] = [];
    const note = (file: string, change: StaleFile["change"]): void => {
      stale.push({ file: relative(root, file).split(sep).join("/"), change });
    };
    for (const [file, state] of now) {
      const before = this.#before.get(file);
      if (before === undefined) {
        note(file, "added");
      } else if (await differs(file, before, state)) {
        note(file, "changed");
      }
    }
    for (const file of this.#before.keys()) {
      if (!now.has(file)) {
        note(file, "removed");
      }
    }
    return stale.sort((a, b) => (a.file < b.file ? -1 : 1));
  }

  async #first(now: ReadonlyMap<string, ListedFile>, startedAt: number): Promise<Map<string, FileState>> {
    const first = new Map<string, FileState>();
    for (const [file, state] of now) {
      // What was written since: its content at the start is not known.
      first.set(file, state.changedAt > startedAt ? unknown(state) : await this.#read(file, state));
    }
    return first;
  }

  /** What was read for the generation before need not be read again. */
  async #read(file: string, state: ListedFile): Promise<FileState> {
    const before = this.#before.get(file);
    const isKnown = before?.stamp === state.stamp && before.digest !== undefined;
    return { ...state, digest: isKnown ? before.digest : await digestOf(file) };
  }

  /** Learns of those files that are what they were in the commit. */
  async #askGit(root: string, now: ReadonlyMap<string, ListedFile>, commit: string): Promise<void> {
    const open = [...now.keys()].filter((file) => this.#before.get(file)?.stamp === "").slice(0, mostAsked);
    for (const file of await sameAsCommitted(root, open, commit)) {
      const state = now.get(file);
      if (state !== undefined) {
        this.#before.set(file, { ...state, digest: await digestOf(file) });
      }
    }
  }
}

function unknown(state: ListedFile): FileState {
  return { ...state, stamp: "" };
}

async function differs(file: string, before: FileState, now: ListedFile): Promise<boolean> {
  return before.stamp !== now.stamp && (before.digest === undefined || before.digest !== (await digestOf(file)));
}

async function digestOf(file: string): Promise<string | undefined> {
  try {
    const { size } = await stat(file);
    return size > largestFile
      ? undefined
      : createHash("sha256")
          .update(await readFile(file))
          .digest("base64");
  } catch {
    return undefined;
  }
}
