import { relative, resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isInFolder } from "../source/folderImports.ts";
import { type Analysis, analyse, type PackageFiles } from "../source/scopes.ts";
import { parseModule } from "../source/sourceModule.ts";
import { type ImportGraph, importGraph, resolveImport, type ScannedImports } from "./importScan.ts";
import type { PackageTexts } from "./packageReader.ts";

/** Files that one look at a package parses at most, so that a look is short; those already parsed cost nothing. */
export const usuallyParsed = 60;

/** What is kept of a package's files while their texts are the same. */
export interface PackageCache {
  readonly parsed: Map<string, { readonly text: string; readonly analysis: Analysis | undefined }>;
  readonly scanned: ScannedImports;
}

export interface PackageView extends PackageFiles {
  /** One of the files, which is parsed already, with what is known of the others. */
  adopt(analysis: Analysis): Analysis;
  /** The paths of those files whose text matches, in order. */
  paths(text: RegExp): readonly string[];
  /** One of the files; `undefined` if it can't be parsed, or too many have been. */
  file(path: string): Analysis | undefined;
}

export function emptyCache(): PackageCache {
  return { parsed: new Map(), scanned: { paths: "", files: new Map() } };
}

/** What is known of a package's files from their texts. The cache is shared by the looks at one package. */
export function packageView(
  folder: string,
  texts: PackageTexts,
  { parsed, scanned }: PackageCache,
  mostParsed = usuallyParsed,
): PackageView {
  const known = new Map<string, Analysis | undefined>();
  let count = 0;
  const imports = once(() => importGraph(texts, scanned));
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
  const pathOf = ({ uri }: { readonly uri: string }) => relative(folder, fileURLToPath(uri)).split(sep).join("/");
  /** By the pattern or name; several files ask for the same. */
  const matching = new Map<string, ReadonlySet<string>>();
  const matches = (text: RegExp | string): ReadonlySet<string> => {
    const key = String(text);
    let found = matching.get(key);
    if (found === undefined) {
      const isIn = typeof text === "string" ? (it: string) => it.includes(text) : (it: string) => text.test(it);
      found = new Set([...texts].flatMap(([path, content]) => (isIn(content) ? [path] : [])));
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
    paths: (text) => [...matches(text)].sort(),
    file: analysisOf,
    imported(from, specifier) {
      const path = resolveImport(pathOf(from), specifier, (candidate) => texts.has(candidate));
      return path === undefined ? undefined : analysisOf(path);
    },
    leadsTo: (from, specifier, to) =>
      specifier.endsWith("/*")
        ? isInFolder(pathOf(from), specifier, pathOf(to))
        : resolveImport(pathOf(from), specifier, (path) => texts.has(path)) === pathOf(to),
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

function parse(path: string, text: string): Analysis | undefined {
  const languageId = /\.[cm]?tsx?$/i.test(path) ? "typescript" : "javascript";
  const module = parseModule(pathToFileURL(path).href, languageId, text);
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
