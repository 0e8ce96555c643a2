import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { type ListedFile, listFiles } from "./listFiles.ts";
import { slashed, type WatchRules } from "./watchRules.ts";

/** More sources are not read, nor larger ones. */
const mostSources = 3_000;
const largestSource = 1_048_576;

/** A bundle, or its source map, that is larger is not searched for the names of what it was made of. */
const largestBundle = 16 * 1_048_576;

const program = /\.[cm]?js$/;
const typescript = /\.([cm]?)tsx?$/;

/** What no server runs, though it may be built. */
const test = /(?:^|\/)(?:tests?|__tests__|__mocks__|e2e)\/|[.-](?:test|spec|e2e)\.[cm]?tsx?$/;

export interface BuildToLookAt {
  readonly rules: WatchRules;
  /** The app's folder, absolute. */
  readonly root: string;
  /** What the workers run, absolute. */
  readonly entry: string;
  /** Epoch milliseconds at which what runs was started: what was written later has been changed for sure, or may have been. */
  readonly startedAt: number;
}

interface Known {
  readonly stamp: string;
  /** `undefined` if it could not be read. */
  readonly digest: string | undefined;
}

/** Differs from every file. */
const unlike: Known = { stamp: "", digest: "" };

/**
 * Knows which sources of an app that runs what is built of them have been changed since that was built. A source of which
 * only the time has changed (a checkout, a save) or the layout is none, nor is one that is no part of what was built, as far as its
 * files tell. Each look costs a `stat` of each file; a source is read once, and again when it was written.
 */
export class BuiltSources {
  /** Sources as they were when they were last seen older than what is built, or first of all. */
  readonly #before = new Map<string, Known>();

  /** The one that was written last, relative to the app's folder; `undefined` where all is built, or it can't be told. */
  async changed({ rules, root, entry, startedAt }: BuildToLookAt): Promise<string | undefined> {
    const { output } = rules;
    if (output === undefined) {
      return undefined;
    }
    const files = await listFiles(rules);
    const outputs = [...files].filter(([file]) => program.test(file) && rules.isOutput(file));
    const sources = [...files].filter(([file]) => rules.isSource(file)).slice(0, mostSources);
    const builtAt = Math.max(...outputs.map(([, { changedAt }]) => changedAt));
    if (outputs.length === 0) {
      return undefined;
    }
    const nameOf = (file: string): string => slashed(root, file);
    const newer: [string, ListedFile][] = [];
    for (const [file, state] of sources) {
      if (state.writtenAt > builtAt) {
        newer.push([file, state]);
      } else if (this.#before.get(file)?.stamp !== state.stamp) {
        this.#before.set(file, { stamp: state.stamp, digest: await digestOf(file) });
      }
    }
    if (builtAt > startedAt && newer.length === sources.length) {
      // All were copied here after what was built: their times tell nothing.
      return undefined;
    }
    const isPart = createPartOf({ root, entry, output, sources: sources.map(([file]) => file), files });
    for (const [file, state] of newer.sort(([, a], [, b]) => b.writtenAt - a.writtenAt)) {
      const isChanged = await this.#isChanged(file, state, startedAt);
      if (isChanged && !test.test(nameOf(file)) && (await isPart(file))) {
        return nameOf(file);
      }
    }
    return undefined;
  }

  async #isChanged(file: string, state: ListedFile, startedAt: number): Promise<boolean> {
    const before = this.#before.get(file);
    const digest = await digestOf(file);
    if (before !== undefined) {
      return before.digest !== digest;
    }
    // Nobody has looked before: of what was written earlier it is not known whether that, or more than its time, is new.
    const isChanged = state.writtenAt > startedAt;
    this.#before.set(file, isChanged ? unlike : { stamp: state.stamp, digest });
    return isChanged;
  }
}

interface Build extends Omit<BuildToLookAt, "rules" | "startedAt"> {
  readonly output: string;
  readonly sources: readonly string[];
  readonly files: ReadonlyMap<string, ListedFile>;
}

/** Finds out whether something that was built was made of a source: it has its name, or it, or its source map, names it. */
function createPartOf({ root, entry, output, sources, files }: Build): (source: string) => Promise<boolean> {
  const top = findTop({ entry, output, sources });
  let bundle: Promise<string> | undefined;
  return async (source) => {
    const twin = top !== undefined && isIn(top, source) && join(output, relative(top, source));
    if (twin !== false && files.has(twin.replace(typescript, ".$1js"))) {
      return true;
    }
    bundle ??= readBundle(entry);
    const text = await bundle;
    const beside = dirname(output);
    const name = slashed(isIn(beside, source) ? beside : root, source);
    return [`../${name}`, `./${name}`, `"${name}`, `// ${name}`].some((mention) => text.includes(mention));
  };
}

/** The folder whose files have their twins in the folder of what is built, as that of the entry tells. */
function findTop({ entry, output, sources }: Pick<Build, "entry" | "output" | "sources">): string | undefined {
  const wanted = sep + relative(output, entry).replace(program, "");
  const tops = sources
    .map((file) => file.replace(typescript, ""))
    .flatMap((file) => (file.endsWith(wanted) ? [file.slice(0, -wanted.length)] : []));
  const beside = dirname(output);
  const usual = [join(beside, "src"), beside].find((folder) => tops.includes(folder));
  return usual ?? (tops.length === 1 ? tops[0] : undefined);
}

async function readBundle(entry: string): Promise<string> {
  const texts = [await readText(entry, largestBundle), await readText(`${entry}.map`, largestBundle)];
  return texts.join("\n");
}

/** `undefined` if it can't be read, or has more bytes. */
async function readText(file: string, most: number): Promise<string | undefined> {
  const size = await stat(file).then(
    (state) => state.size,
    () => Number.POSITIVE_INFINITY,
  );
  return size > most ? undefined : readFile(file, "utf8").catch(() => undefined);
}

function isIn(folder: string, file: string): boolean {
  return file.startsWith(folder + sep);
}

/** Of what a compiler makes something of: neither the layout nor lines that are comments count. */
async function digestOf(file: string): Promise<string | undefined> {
  const text = await readText(file, largestSource);
  const lines = text?.split("\n").map((line) => line.replaceAll(/\s/g, ""));
  const code = lines?.filter((line) => !/^(?:\/\/|\/?\*)/.test(line)).join("");
  return code === undefined ? undefined : createHash("sha256").update(code).digest("base64");
}
