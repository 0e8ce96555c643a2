import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import ignore, { type Ignore } from "ignore";
import { createGitIgnored, type GitIgnored, ignoresCase, isBelow } from "./gitIgnored.ts";

export interface WatchRulesOptions {
  /** Absolute; the app's folder, where it really is. */
  readonly root: string;
  /** Absolute; the file that the workers run. */
  readonly entry: string;
  /** Patterns of what counts, as in `.gitignore`; absent: what an app usually reads at its start. */
  readonly include?: readonly string[] | undefined;
  /** Patterns of what does not. */
  readonly exclude?: readonly string[] | undefined;
  /** Absolute; files that count whatever the patterns and git say, such as those of variables. */
  readonly files?: readonly string[] | undefined;
  /** What the supervisor writes itself, absolute; with those that were put aside it never counts. */
  readonly logs?: readonly string[] | undefined;
}

/** Which files of an app count. */
export interface WatchRules {
  /** Absolute; the folders and files to watch. */
  readonly roots: readonly string[];
  /** Whether a path need not be watched; `isFolder` as far as it is known. */
  ignores(path: string, isFolder: boolean | undefined): boolean;
  /** Whether a change of this file is a change of the app. */
  concerns(file: string): boolean;
  /** Whether git ignores this file of the entry's folder: a build makes it. */
  isBuilt(file: string): boolean;
  /** Whether it is TypeScript, of which a build makes what the workers run: they have nothing new before that. */
  isSource(file: string): boolean;
  /** Whether it is in the folder into which that build writes. */
  isOutput(file: string): boolean;
  /** That folder, absolute; `undefined` where the workers run what people write. */
  readonly output: string | undefined;
  /** While this file exists, git is changing the files; `undefined` outside of a repository. */
  readonly gitLock: string | undefined;
}

const kinds = [
  "js,cjs,mjs,jsx,ts,cts,mts,tsx,json,jsonc,json5,node,wasm",
  "yaml,yml,toml,sql,graphql,gql,proto,prisma",
  "html,htm,ejs,pug,hbs,handlebars,mustache,njk,liquid,eta,vue,svelte",
]
  .join(",")
  .split(",");

/** What an app usually reads at its start: code, settings, templates. */
const usual = new Set(kinds.map((kind) => `.${kind}`));

const typescript = new Set([".ts", ".tsx", ".mts", ".cts"]);

/** Where compilers put what they make, unless git tells. */
const buildFolders = new Set(["dist", "build", "out"]);

/** Never the app's own, whatever git and the patterns say. */
const foreignNames = new Set(["node_modules", ".git", ".hg", ".svn", ".jj", ".DS_Store", ".vscode", ".idea", ".zed"]);

/** What editors write beside a file while they save it: Vim, Emacs, JetBrains, gedit, and a kate or nano here and there. */
const scratchName = /~$|^\.#|^#.*#$|^4913$|\.sw[a-z]$|___jb_(?:tmp|old)___$|^\.goutputstream-|\.kate-swp$|\.tmp\.\d+/;

/** Variables that dotenv and the like read, which git mostly ignores. */
const variablesName = /^\.env(?:\.|$)/;

export function createWatchRules(options: WatchRulesOptions): WatchRules {
  const { root, entry, include, exclude = [], files = [], logs = [] } = options;
  const isGitIgnored = createGitIgnored(root);
  const own = new Set([entry, ...files].map(comparable));
  const included = include?.map((pattern) => createPattern(root, pattern));
  const excluded = ignore({ ignorecase: ignoresCase() }).add([...exclude]);
  const isProgram = isBelow(root, entry) && /^\.[cm]?js$/.test(extension(entry));
  const output = included === undefined && isProgram ? findOutput(root, entry, isGitIgnored) : undefined;
  const named = (included ?? []).flatMap(({ place }) => (place === root ? [] : [place]));
  // A build output is what runs, though git ignores it; so is what a person names.
  const built = isGitIgnored(entry, false) || !isBelow(root, entry) ? [dirname(entry)] : [];
  const regardless = [...built, ...named].filter((place) => place !== root);
  const within = (path: string): string | undefined =>
    [root, ...regardless].find((place) => place === path || isBelow(place, path));

  const isForeign = (path: string): boolean => {
    const place = within(path);
    const names = place === undefined ? [basename(path)] : relative(place, path).split(sep);
    return names.some((name) => foreignNames.has(name)) || scratchName.test(basename(path));
  };
  const isExcluded = (path: string, isFolder: boolean): boolean =>
    isBelow(root, path) && excluded.ignores(slashed(root, path) + (isFolder ? "/" : ""));

  const isLog = (path: string): boolean => logs.some((log) => path === log || path.startsWith(`${log}.`));

  const isOwn = (path: string): boolean =>
    own.has(comparable(path)) || (dirname(path) === root && variablesName.test(basename(path)));

  const ignores: WatchRules["ignores"] = (path, isFolder) => {
    if (path === root || isOwn(path) || regardless.includes(path)) {
      return false;
    }
    if (isForeign(path) || isLog(path) || (isFolder !== undefined && isExcluded(path, isFolder))) {
      return true;
    }
    if (isFolder === undefined || regardless.some((place) => isBelow(place, path) || isBelow(path, place))) {
      return false;
    }
    return isGitIgnored(path, isFolder);
  };
  const { gitFolder } = isGitIgnored;
  return {
    roots: [...new Set([root, ...regardless, ...files])].filter((place) => existsSync(place)),
    ignores,
    concerns(file) {
      if (isOwn(file)) {
        return !scratchName.test(basename(file)) && !isExcluded(file, false);
      }
      if (ignores(file, false)) {
        return false;
      }
      return included === undefined ? usual.has(extension(file)) : included.some(({ matches }) => matches(file));
    },
    isBuilt: (file) => built.some((place) => isBelow(place, file)) && isGitIgnored(file, false),
    isSource: (file) => output !== undefined && typescript.has(extension(file)) && !isBelow(output, file),
    isOutput: (file) => output !== undefined && isBelow(output, file),
    output,
    gitLock: gitFolder === undefined ? undefined : join(gitFolder, "index.lock"),
  };
}

/** The outermost folder on the way to the entry that git ignores, or that compilers use beside a `tsconfig.json`. */
function findOutput(root: string, entry: string, isGitIgnored: GitIgnored): string | undefined {
  const names = relative(root, dirname(entry)).split(sep);
  if (names.includes("node_modules")) {
    return undefined;
  }
  const folders = names.map((_, index) => join(root, ...names.slice(0, index + 1))).filter((folder) => folder !== root);
  return folders.find(
    (folder) =>
      isGitIgnored(folder, true) ||
      (buildFolders.has(basename(folder)) && existsSync(join(dirname(folder), "tsconfig.json"))),
  );
}

interface Pattern {
  /** The folder or file that must be watched for it, absolute. */
  readonly place: string;
  matches(file: string): boolean;
}

/** A pattern as in `.gitignore`, which may begin with `../`. */
function createPattern(root: string, written: string): Pattern {
  const pattern = written.replaceAll("\\", "/").replace(/^(?:\.\/)+/, "");
  const up = /^(?:\.\.\/?)+/.exec(pattern)?.[0] ?? "";
  const base = resolve(root, up);
  const rest = pattern.slice(up.length) || "*";
  const rules: Ignore = ignore({ ignorecase: ignoresCase() }).add(rest);
  const fixed = rest.split("/");
  const firstGlob = fixed.findIndex((part) => /[*?[\]]/.test(part));
  const place = join(base, ...(firstGlob === -1 ? fixed : fixed.slice(0, firstGlob)));
  // A name without a folder may be anywhere below, as git has it.
  const anywhere = up === "" && !rest.replace(/\/$/, "").includes("/") && !isFolder(place);
  return {
    place: anywhere || !existsSync(place) ? base : place,
    matches: (file) => isBelow(base, file) && rules.ignores(slashed(base, file)),
  };
}

function extension(file: string): string {
  return /\.[^.\\/]+$/.exec(file)?.[0].toLowerCase() ?? "";
}

export function slashed(from: string, path: string): string {
  return relative(from, path).split(sep).join("/");
}

function comparable(path: string): string {
  return ignoresCase() ? path.toLowerCase() : path;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
