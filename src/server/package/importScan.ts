import { posix } from "node:path";
import { aliased, folderImports, isInFolder } from "../source/folderImports.ts";

/** What an import names: `./users.js` of `from "./users.js"`, `require("./users")`, `import("./users")`, `export * from`. */
const imported = /\b(?:from|import|require)[\s(]*(["'`])([^"'`\n]{1,200})\1/g;

/** The specifiers in a text that may name files of its own package, found without parsing it. */
export function importsOf(text: string): string[] {
  const found = new Set<string>();
  for (const [, , specifier = ""] of text.matchAll(imported)) {
    if (/^\.{1,2}(?:\/|$)/.test(specifier) || aliased(specifier) !== undefined) {
      found.add(specifier);
    }
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
 * The file of a package that a specifier names, by its path relative to the package's folder, with `/`; `undefined` if there
 * is none. What an alias names is looked for in the folders around the file and in their `src`, the outermost first, and in that of the
 * package, where projects let them point to.
 */
export function resolveImport(from: string, specifier: string, has: (path: string) => boolean): string | undefined {
  const own = (aliased(specifier) ?? specifier).replace(/^\.\/~\//, "~/");
  const bases = own.startsWith("~/")
    ? foldersAround(from).map((folder) => posix.join(folder, own.slice(2)))
    : own.startsWith(".")
      ? [posix.join(posix.dirname(from), own)]
      : [];
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

/** What is known of the imports of a package: of a file while its text is the same, and as long as no file comes or goes. */
export interface ScannedImports {
  paths: string;
  readonly files: Map<string, { readonly text: string; readonly imports: ReadonlySet<string> }>;
}

/** Finds what the files of a package import, of those that have changed since. */
export function importGraph(texts: ReadonlyMap<string, string>, scanned: ScannedImports): ImportGraph {
  const paths = [...texts.keys()].sort().join("\n");
  if (paths !== scanned.paths) {
    scanned.files.clear();
    scanned.paths = paths;
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
              : (resolveImport(path, specifier, has) ?? []),
          ),
        ),
      };
      scanned.files.set(path, file);
    }
    graph.set(path, file.imports);
  }
  return graph;
}
