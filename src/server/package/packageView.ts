import { relative, resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isInFolder } from "../source/folderImports.ts";
import { type Analysis, analyse, type PackageFiles } from "../source/scopes.ts";
import { parseModule } from "../source/sourceModule.ts";
import { type ImportNames, importNames, isConfiguration, noNames } from "./importNames.ts";
import { type ImportGraph, importGraph, resolveImport, type ScannedImports } from "./importScan.ts";
import type { PackageTexts } from "./packageReader.ts";

/** Files that one look at a package parses at most, so that a look is short; those already parsed cost nothing. */
export const usuallyParsed = 60;

/** What is kept of a package's files while their texts are the same. */
export interface PackageCache {
  readonly parsed: Map<string, { readonly text: string; readonly analysis: Analysis | undefined }>;
  readonly scanned: ScannedImports;
  /** What imports mean by the texts that say so. */
  readonly names: { texts: ReadonlyMap<string, string>; names: ImportNames };
  /** The names in a text, of those that were looked for one. */
  readonly words: Map<string, { readonly text: string; readonly names: ReadonlySet<string> }>;
}

export interface PackageView extends PackageFiles {
  /** One of the files, which is parsed already, with what is known of the others. */
  adopt(analysis: Analysis): Analysis;
  /** The paths of those files of the package itself whose text matches, in order. */
  paths(text: RegExp): readonly string[];
  /** One of the files; `undefined` if it can't be parsed, or too many have been. */
  file(path: string): Analysis | undefined;
}

export function emptyCache(): PackageCache {
  return {
    parsed: new Map(),
    scanned: { paths: "", names: noNames, files: new Map() },
    names: { texts: new Map(), names: noNames },
    words: new Map(),
  };
}

/** What is known of a package's files from their texts. The cache is shared by the looks at one package. */
export function packageView(
  folder: string,
  all: PackageTexts,
  cache: PackageCache,
  mostParsed = usuallyParsed,
): PackageView {
  const { parsed, scanned, words } = cache;
  const texts = new Map([...all].filter(([path]) => !isConfiguration(path)));
  const names = namesOf(all, cache.names);
  const known = new Map<string, Analysis | undefined>();
  let count = 0;
  const imports = once(() => importGraph(texts, scanned, names));
  const importedBy = once(() => turned(imports()));
  const analysisOf = (path: string): Analysis | undefined => {
    if (known.has(path)) {
      return known.get(path);
    }
    const text = texts.get(path);
    const before = parsed.get(path);
    if (text === undefined || (before?.text !== text && count >= mostParsed)) {
      return undefined;
    }
    if (before?.text !== text) {
      count += 1;
      parsed.set(path, { text, analysis: parse(resolve(folder, path), text) });
    }
    const analysis = parsed.get(path)?.analysis;
    const shared = analysis && { ...analysis, files };
    known.set(path, shared);
    return shared;
  };
  const pathsOf = new Map<string, string>();
  const pathOf = ({ uri }: { readonly uri: string }): string => {
    const path = pathsOf.get(uri) ?? relative(folder, fileURLToPath(uri)).split(sep).join("/");
    pathsOf.set(uri, path);
    return path;
  };
  const imported = new Map<string, string | undefined>();
  const importOf = (from: string, specifier: string): string | undefined => {
    const key = `${from}\n${specifier}`;
    if (!imported.has(key)) {
      imported.set(
        key,
        resolveImport(from, specifier, (path) => texts.has(path), names),
      );
    }
    return imported.get(key);
  };
  const hasName = (path: string, text: string, name: string): boolean => {
    let known = words.get(path);
    if (known?.text !== text) {
      known = { text, names: new Set(text.match(/[A-Za-z_$][\w$]*/g)) };
      words.set(path, known);
    }
    return known.names.has(name);
  };
  /** By the pattern or name; several files ask for the same. */
  const matching = new Map<string, ReadonlySet<string>>();
  const matches = (text: RegExp | string): ReadonlySet<string> => {
    const key = String(text);
    let found = matching.get(key);
    if (found === undefined) {
      const isIn = (path: string, it: string) => (typeof text === "string" ? hasName(path, it, text) : text.test(it));
      found = new Set([...texts].flatMap(([path, content]) => (isIn(path, content) ? [path] : [])));
      matching.set(key, found);
    }
    return found;
  };
  const analysed = (paths: Iterable<string>, text: RegExp | string | undefined) => {
    const own = text === undefined ? undefined : matches(text);
    return [...paths].flatMap((path) => (own === undefined || own.has(path) ? (analysisOf(path) ?? []) : []));
  };
  /** By the path of a file, those of its process. */
  const processes = new Map<string, ReadonlySet<string>>();
  const files: PackageView = {
    pathOf,
    adopt(analysis) {
      const shared = { ...analysis, files };
      known.set(pathOf(analysis.module), shared);
      return shared;
    },
    paths: (text) => [...matches(text)].filter((path) => !path.startsWith("../")).sort(),
    file: analysisOf,
    isOwn: (from, specifier) => importOf(pathOf(from), specifier) !== undefined,
    imported(from, specifier) {
      const path = importOf(pathOf(from), specifier);
      return path === undefined ? undefined : analysisOf(path);
    },
    leadsTo: (from, specifier, to) =>
      specifier.endsWith("/*")
        ? isInFolder(pathOf(from), specifier, pathOf(to))
        : importOf(pathOf(from), specifier) === pathOf(to),
    importers: (of, text) => analysed(importedBy().get(pathOf(of)) ?? [], text),
    beside(file, text) {
      const own = pathOf(file);
      const paths = processes.get(own) ?? reached(imports(), reached(importedBy(), [own]));
      processes.set(own, paths);
      return analysed(paths, text).filter((other) => other.module !== file && pathOf(other.module) !== own);
    },
  };
  return files;
}

function namesOf(all: PackageTexts, known: PackageCache["names"]): ImportNames {
  const saying = new Map([...all].filter(([path]) => isConfiguration(path)));
  if (saying.size !== known.texts.size || [...saying].some(([path, text]) => known.texts.get(path) !== text)) {
    known.texts = saying;
    known.names = importNames(saying);
  }
  return known.names;
}

function parse(path: string, text: string): Analysis | undefined {
  const languageId = /\.[cm]?tsx?$/i.test(path) ? "typescript" : "javascript";
  const source = /\.json$/i.test(path) ? `export default ${text}` : text;
  const module = parseModule(pathToFileURL(path).href, languageId, source);
  return module && analyse(module);
}

function turned(graph: ImportGraph): ImportGraph {
  const result = new Map<string, Set<string>>();
  for (const [from, all] of graph) {
    for (const to of all) {
      result.set(to, (result.get(to) ?? new Set()).add(from));
    }
  }
  return result;
}

/** Where one comes to from some files, these among them. */
function reached(graph: ImportGraph, from: Iterable<string>): Set<string> {
  const found = new Set(from);
  for (const path of found) {
    for (const next of graph.get(path) ?? []) {
      found.add(next);
    }
  }
  return found;
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
