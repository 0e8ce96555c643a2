import { posix } from "node:path";
import { asWritten, folderImports, isInFolder, withoutAlias } from "../source/folderImports.ts";
import { type ImportNames, noNames } from "./importNames.ts";

/** What an import names: `./users.js` of `from "./users.js"`, `require("./users")`, `import("./users")`, `export * from`. */
const imported = /\b(?:from|import|require)[\s(]*(["'`])([^"'`\n]{1,200})\1/g;

/** The specifiers in a text, found without parsing it; folders that it loads whole as `./routes/*`. */
export function importsOf(text: string): string[] {
  const found = new Set<string>();
  for (const [, , specifier = ""] of text.matchAll(imported)) {
    found.add(specifier);
  }
  return [...found, ...folderImports(text)];
}

const extensions = ["", ".js", ".ts", ".mjs", ".cjs", ".mts", ".cts", ".jsx", ".tsx"];

/** What TypeScript names by what it is compiled to. */
const compiled: ReadonlyMap<string, readonly string[]> = new Map([
  [".js", [".ts", ".tsx"]],
  [".mjs", [".mts"]],
  [".cjs", [".cts"]],
  [".jsx", [".tsx"]],
]);

/**
 * The file that a specifier names, by its path relative to the package's folder, with `/`; `undefined` if there is none. What an alias
 * that the package does not explain names is looked for in the folders around the file and in their `src`, the outermost first, and in
 * that of the package, where projects let them point to.
 */
export function resolveImport(
  from: string,
  specifier: string,
  has: (path: string) => boolean,
  names: ImportNames = noNames,
): string | undefined {
  const written = asWritten(specifier);
  const rest = withoutAlias(written);
  const bases = /^\.{1,2}(?:\/|$)/.test(written)
    ? [posix.join(posix.dirname(from), written)]
    : [
        ...names.bases(from, written),
        ...(rest === undefined ? [] : foldersAround(from).map((folder) => posix.join(folder, rest))),
      ];
  for (const base of bases) {
    const found = candidates(base).find(has);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

/** `apps`, `apps/src`, `apps/api` … of `apps/api/users.ts`, then the package's own folder, its `src` and its `app`. */
function foldersAround(from: string): string[] {
  const parts = posix.dirname(from).split("/");
  const folders = parts.map((_, index) => parts.slice(0, index + 1).join("/")).filter((folder) => folder !== ".");
  return [...folders, ""].flatMap((folder) => [folder, posix.join(folder, "src"), posix.join(folder, "app")]);
}

function candidates(base: string): string[] {
  const extension = posix.extname(base);
  const sources = (compiled.get(extension) ?? []).map((other) => base.slice(0, -extension.length) + other);
  const plain = extensions.map((other) => base + other);
  const indexes = extensions.slice(1).map((other) => posix.join(base, `index${other}`));
  return [...plain, ...sources, ...indexes].map((path) => posix.normalize(path));
}

/** By the path of each file, those of its package that it imports. */
export type ImportGraph = ReadonlyMap<string, ReadonlySet<string>>;

/** What is known of the imports of a package: of a file while its text is the same, and as long as no file or name comes or goes. */
export interface ScannedImports {
  paths: string;
  names: ImportNames;
  readonly files: Map<string, { readonly text: string; readonly imports: ReadonlySet<string> }>;
}

/** Finds what the files of a package import, of those that have changed since the last time with the same names. */
export function importGraph(
  texts: ReadonlyMap<string, string>,
  scanned: ScannedImports,
  names: ImportNames = noNames,
): ImportGraph {
  const paths = [...texts.keys()].sort().join("\n");
  if (paths !== scanned.paths || names !== scanned.names) {
    scanned.files.clear();
    scanned.paths = paths;
    scanned.names = names;
  }
  const has = (path: string) => texts.has(path);
  const graph = new Map<string, ReadonlySet<string>>();
  for (const [path, text] of texts) {
    let file = scanned.files.get(path);
    if (file?.text !== text) {
      file = {
        text,
        imports: new Set(
          importsOf(text).flatMap((specifier) =>
            specifier.endsWith("/*")
              ? [...texts.keys()].filter((other) => isInFolder(path, specifier, other))
              : (resolveImport(path, specifier, has, names) ?? []),
          ),
        ),
      };
      scanned.files.set(path, file);
    }
    graph.set(path, file.imports);
  }
  return graph;
}
