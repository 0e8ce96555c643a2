import { join, relative, resolve, sep } from "node:path";
import { readPackageJson } from "../project/packageJson.ts";
import { isFile, isFolder, resolveScript } from "../project/resolveScript.ts";
import type { ScriptEnvFile } from "../script/scriptCommand.ts";
import type { ScriptNote, ScriptReason } from "../script/scriptNote.ts";
import type { ScriptTarget } from "../script/understandScript.ts";

/** A file of a folder that may be the app's. */
export interface EntryCandidate {
  /** Relative to the folder, with `/`. */
  readonly entry: string;
  /** Where it was found, for the user: `scripts.<name>`, `main`, `built` or `file name`. */
  readonly why: string;
  /** Absolute; the working directory that its script changes to. Absent: the folder. */
  readonly cwd?: string;
  readonly nodeArgs: readonly string[];
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly envFiles: readonly ScriptEnvFile[];
  /** What of its script is left out. */
  readonly notes: readonly ScriptNote[];
}

/** A script from which nothing can be started. */
export interface ScriptProblem {
  readonly script: string;
  readonly text: string;
  readonly reason: ScriptReason;
}

export interface FoundEntries {
  /** The best first; only files that exist, each once. */
  readonly entries: readonly EntryCandidate[];
  /** The scripts that were to say how the app is started and don't. */
  readonly problems: readonly ScriptProblem[];
}

const extensions = [".js", ".cjs", ".mjs", ".ts", ".mts", ".cts"];

/** Scripts that may start the app, the likeliest first. */
const production = ["start:prod", "start:production", "prod", "production", "serve:prod"];
const startScripts = ["start", ...production, "serve", "server", "preview", "start:dev", "dev", "develop"];

/** What builds make; before the sources, since it is what is meant to run. */
const builtPlaces = [
  ".output/server/index.mjs",
  "dist/server/entry.mjs",
  ".next/standalone/server.js",
  "build/index.js",
];

/** What must be there too: what SvelteKit builds beside it, and the static files that Next.js leaves to be copied. */
const builtBeside: Readonly<Record<string, string>> = {
  "build/index.js": "build/handler.js",
  ".next/standalone/server.js": ".next/standalone/.next/static",
};

const usualPlaces = ["server", "app", "index", "dist/main", "dist/server", "dist/index", "build/index", "build/server"];
const sourcePlaces = ["src/server", "src/app", "src/index", "src/main"];

/**
 * The files of a folder that look like a server to start: what the scripts of package.json run (with their flags,
 * arguments and variables), its `main`, what builds make, then the usual names.
 * @param environment The variables that scripts may use.
 */
export async function findEntries(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<FoundEntries> {
  const { main, scripts = {} } = await readPackageJson(folder);
  const found = new Map<string, EntryCandidate>();
  const problems: ScriptProblem[] = [];
  const add = (file: string | undefined, why: string, how: Partial<ScriptTarget> = {}) => {
    const entry = file === undefined ? undefined : relative(folder, file).split(sep).join("/");
    if (entry !== undefined && !found.has(entry)) {
      const { nodeArgs = [], args = [], env = {}, envFiles = [], notes = [], cwd = folder } = how;
      found.set(entry, { entry, why, nodeArgs, args, env, envFiles, notes, ...(cwd !== folder && { cwd }) });
    }
  };
  const named = startScripts.filter((name) => scripts[name] !== undefined);
  if (named.length > 0) {
    // The parser of scripts is only needed where there is one.
    const { understandScript } = await import("../script/understandScript.ts");
    const understood = new Map<string, Awaited<ReturnType<typeof understandScript>>>();
    for (const name of named) {
      understood.set(name, await understandScript(name, { folder, environment }));
    }
    for (const name of inOrder(named, understood)) {
      const { targets, reasons } = understood.get(name) ?? { targets: [], reasons: [] };
      for (const target of targets) {
        add(target.file, `scripts.${name}`, target);
      }
      const [reason] = reasons;
      if (targets.length === 0 && reason !== undefined) {
        problems.push({ script: name, text: scripts[name] ?? "", reason });
      }
    }
  }
  const given = new Set([...found.values()].flatMap(({ entry, args, cwd = folder }) => pluginsOf(entry, args, cwd)));
  const addUnused = (file: string | undefined, why: string) => {
    if (file !== undefined && !given.has(file)) {
      add(file, why);
    }
  };
  if (main !== undefined) {
    addUnused(await resolveScript(folder, main), "main");
  }
  for (const place of builtPlaces) {
    const file = join(folder, place);
    const beside = builtBeside[place];
    const isBuilt = (await isFile(file)) && (beside === undefined || (await isThere(join(folder, beside))));
    addUnused(isBuilt ? file : undefined, "built");
  }
  for (const place of [...usualPlaces, ...sourcePlaces]) {
    for (const extension of extensions) {
      const file = join(folder, place + extension);
      addUnused((await isFile(file)) ? file : undefined, "file name");
    }
  }
  return { entries: [...found.values()], problems };
}

async function isThere(path: string): Promise<boolean> {
  return (await isFile(path)) || (await isFolder(path));
}

/** The script for production comes first where `start` builds, or watches the sources. */
function inOrder(
  names: readonly string[],
  understood: ReadonlyMap<string, { readonly targets: readonly ScriptTarget[] }>,
): readonly string[] {
  const notesOf = (name: string) => understood.get(name)?.targets.flatMap(({ notes }) => notes) ?? [];
  const startRuns = (understood.get("start")?.targets.length ?? 0) > 0;
  const develops = notesOf("start").some(({ kind }) => kind === "notWatching" || kind === "notRun");
  if (startRuns && !develops) {
    return names;
  }
  const first = names.filter((name) => production.includes(name) && (understood.get(name)?.targets.length ?? 0) > 0);
  return [...first, ...names.filter((name) => !first.includes(name))];
}

/** What a program of a package is given as an argument is its plugin, and no program of its own. */
function pluginsOf(entry: string, args: readonly string[], cwd: string): string[] {
  return /(?:^|\/)node_modules\//.test(entry) ? args.map((arg) => resolve(cwd, arg)) : [];
}
