import { cryptoEntries } from "./catalogue/crypto.ts";
import { cryptoJobsEntries } from "./catalogue/cryptoJobs.ts";
import { dataEntries } from "./catalogue/data.ts";
import { dnsEntries } from "./catalogue/dns.ts";
import { engineEntries } from "./catalogue/engine.ts";
import { fsEntries } from "./catalogue/fs.ts";
import { fsPromisesEntries } from "./catalogue/fsPromises.ts";
import { fsSyncEntries } from "./catalogue/fsSync.ts";
import { globalsEntries } from "./catalogue/globals.ts";
import { httpEntries } from "./catalogue/http.ts";
import { netEntries } from "./catalogue/net.ts";
import { dependencyTitles, english, pathTexts, type Translate } from "./catalogue/pathTexts.ts";
import { processesEntries } from "./catalogue/processes.ts";
import { schedulingEntries } from "./catalogue/scheduling.ts";
import { systemEntries } from "./catalogue/system.ts";
import { tlsEntries } from "./catalogue/tls.ts";
import { zlibEntries } from "./catalogue/zlib.ts";
import { type CatalogueEntry, qualifiedName } from "./entry.ts";
import type { Dependency, Layer } from "./layer.ts";

/** The public functions of Node.js that leave JavaScript, module by module. */
export const catalogue: readonly CatalogueEntry[] = [
  ...fsEntries,
  ...fsSyncEntries,
  ...fsPromisesEntries,
  ...netEntries,
  ...dnsEntries,
  ...httpEntries,
  ...tlsEntries,
  ...cryptoEntries,
  ...cryptoJobsEntries,
  ...zlibEntries,
  ...processesEntries,
  ...systemEntries,
  ...schedulingEntries,
  ...globalsEntries,
  ...engineEntries,
  ...dataEntries,
];

const byName = new Map(catalogue.map((entry) => [key(entry.module, entry.name), entry]));

/**
 * The entry of a function. Takes every usual way of writing it: `fs` + `promises.readFile`, `node:fs/promises` +
 * `readFile`, `globals` or `globalThis` + `fetch`.
 */
export function findEntry(module: string, name: string): CatalogueEntry | undefined {
  return byName.get(normalKey(module, name));
}

/**
 * The entries whose qualified name, such as `fs.readFile`, has all of the query in it, whatever its case: the same name
 * first, then what begins with it, then the rest; the shorter first among equals.
 * @param limit Most entries to return.
 */
export function searchEntries(query: string, limit: number): readonly CatalogueEntry[] {
  const wanted = query
    .trim()
    .toLowerCase()
    .replace(/^node:/, "")
    .replace(/\(.*$/, "");
  if (wanted === "") {
    return catalogue.slice(0, limit);
  }
  return catalogue
    .map((entry) => ({ entry, rank: rankOf(entry, wanted), length: qualifiedName(entry).length }))
    .filter(({ rank }) => rank < notFound)
    .sort((one, other) => one.rank - other.rank || one.length - other.length)
    .slice(0, limit)
    .map(({ entry }) => entry);
}

/** A layer that a call goes through. */
export interface PathStep {
  readonly layer: Layer;
  /** What it is there: the function, the module, the binding, the libraries, the system calls. */
  readonly title: string;
  readonly detail: string;
}

export interface PathOptions {
  /** Whose system calls; default `linux`. */
  readonly system?: keyof CatalogueEntry["calls"];
  /** Default: English. */
  readonly translate?: Translate;
}

/** The layers that a call goes through, top to bottom; those it does not touch are left out. */
export function pathThroughLayers(entry: CatalogueEntry, options: PathOptions = {}): readonly PathStep[] {
  const { system = "linux", translate = english } = options;
  const { module, mechanism, binding, calls } = entry;
  const libraries = librariesOf(entry).map((dependency) => dependencyTitles[dependency]);
  const steps: PathStep[] = [
    { layer: "code", title: qualifiedName(entry), detail: translate(pathTexts.code[mechanism]) },
    {
      layer: "api",
      title: module === "globals" ? entry.name : `node:${module}`,
      detail: translate(pathTexts.api, binding),
    },
    { layer: "bindings", title: binding, detail: entry.source },
  ];
  const [first] = libraries;
  if (first !== undefined) {
    const detail = translate(pathTexts.dependencies[mechanism], first);
    steps.push({ layer: "dependencies", title: libraries.join(" · "), detail });
  }
  if (calls[system].length > 0) {
    steps.push({
      layer: "os",
      title: calls[system].join(" · "),
      detail: translate(pathTexts.os, systemTitles[system]),
    });
  }
  return steps;
}

/** Names of the modules that have entries, in the order of the catalogue. */
export function modulesInCatalogue(): readonly string[] {
  return [...new Set(catalogue.map((entry) => entry.module))];
}

const systemTitles = { linux: "Linux", macos: "macOS", windows: "Windows" } as const;

/** All that does not work in the turn of the call is brought there and back by libuv. */
function librariesOf({ dependency, mechanism }: CatalogueEntry): Dependency[] {
  const own: Dependency[] = dependency === "os" || dependency === "node" ? [] : [dependency];
  const byLoop = mechanism !== "synchronous" && mechanism !== "microtask";
  return byLoop && dependency !== "uv" ? [...own, "uv"] : own;
}

function key(module: string, name: string): string {
  return `${module}:${name}`;
}

function normalKey(module: string, name: string): string {
  const plain = module.replace(/^node:/, "").replace(/^globalThis$/, "globals");
  const [first = "", ...rest] = name.replace(/^globalThis\./, "").split(".");
  if (first === "promises" && rest.length > 0) {
    return key(`${plain}/promises`, rest.join("."));
  }
  return key(plain, [first, ...rest].join("."));
}

const notFound = 4;

function rankOf(entry: CatalogueEntry, wanted: string): number {
  const name = entry.name.toLowerCase();
  const qualified = qualifiedName(entry).toLowerCase();
  if (qualified === wanted || name === wanted) {
    return 0;
  }
  if (name.startsWith(wanted) || qualified.startsWith(wanted)) {
    return 1;
  }
  if (name.split(".").some((part) => part.startsWith(wanted))) {
    return 2;
  }
  return qualified.includes(wanted) ? 3 : notFound;
}
