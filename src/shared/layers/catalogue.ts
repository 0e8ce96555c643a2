import { english, type Translate } from "../translate.ts";
import { consoleEntries } from "./catalogue/console.ts";
import { cryptoEntries } from "./catalogue/crypto/crypto.ts";
import { cryptoJobsEntries } from "./catalogue/crypto/cryptoJobs.ts";
import { cryptoObjectsEntries } from "./catalogue/crypto/cryptoObjects.ts";
import { dataEntries } from "./catalogue/data.ts";
import { engineEntries } from "./catalogue/engine.ts";
import { formsOf } from "./catalogue/forms.ts";
import { fsEntries } from "./catalogue/fs/fs.ts";
import { fsPromisesEntries } from "./catalogue/fs/fsPromises.ts";
import { fsSyncEntries } from "./catalogue/fs/fsSync.ts";
import { globalsEntries } from "./catalogue/globals.ts";
import { dnsEntries } from "./catalogue/network/dns.ts";
import { httpEntries } from "./catalogue/network/http.ts";
import { http2Entries } from "./catalogue/network/http2.ts";
import { netEntries } from "./catalogue/network/net.ts";
import { tlsEntries } from "./catalogue/network/tls.ts";
import { dependencyTitles, pathTexts } from "./catalogue/pathTexts.ts";
import { processesEntries } from "./catalogue/processes.ts";
import { programsEntries } from "./catalogue/programs.ts";
import { schedulingEntries } from "./catalogue/scheduling.ts";
import { sqliteEntries } from "./catalogue/sqlite.ts";
import { systemEntries } from "./catalogue/system.ts";
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
  ...http2Entries,
  ...tlsEntries,
  ...cryptoEntries,
  ...cryptoJobsEntries,
  ...cryptoObjectsEntries,
  ...zlibEntries,
  ...consoleEntries,
  ...processesEntries,
  ...systemEntries,
  ...schedulingEntries,
  ...globalsEntries,
  ...engineEntries,
  ...dataEntries,
  ...sqliteEntries,
  ...programsEntries,
].map((entry) => ({ ...entry, ...formsOf(entry) }));

const byName = new Map(catalogue.map((entry) => [qualifiedName(entry), entry]));

/**
 * The entry of a function. Takes every usual way of writing it: `fs` + `promises.readFile` and `node:fs/promises` +
 * `readFile`; `globals` or `globalThis` + `fetch`; `globals` + `performance.now`, `performance` + `now` and `perf_hooks`
 * + `performance.now`.
 */
export function findEntry(module: string, name: string): CatalogueEntry | undefined {
  const written = `${module.replace(/^node:/, "").replaceAll("/", ".")}.${name}`.replace(/^(global(s|This)\.)+/, "");
  const alias = aliases.find(([from]) => written === from || written.startsWith(`${from}.`));
  return byName.get(alias === undefined ? written : alias[1] + written.slice(alias[0].length));
}

/** What is the same as the exports of a module: globals, and exports of another one. */
const aliases: readonly (readonly [from: string, to: string])[] = [
  ...["Blob", "Buffer", "File", "atob", "btoa"].map((name) => [name, `buffer.${name}`] as const),
  ...["URL", "URLPattern"].map((name) => [name, `url.${name}`] as const),
  ["performance", "perf_hooks.performance"],
  ["PerformanceObserver", "perf_hooks.PerformanceObserver"],
  ...["BroadcastChannel.prototype", "MessagePort"].map((name) => [name, `worker_threads.${name}`] as const),
  ["crypto.webcrypto", "crypto"],
  ["inspector.promises", "inspector"],
  ["http.WebSocket", "WebSocket"],
  ...["TextDecoder", "TextEncoder"].map((name) => [`util.${name}`, name] as const),
];

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
    .split("(", 1)
    .join("");
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
  const { module, mechanism, binding, calls, besides } = entry;
  const fromCode: string[] = [entry.callbackOptional ? pathTexts.callbackOptional : pathTexts.code[mechanism]];
  if (besides !== undefined) {
    fromCode.push(pathTexts.besides[besides]);
  }
  const told = [
    ...fromCode.map((text) => translate(text)),
    ...(entry.forms ?? []).map(({ form, calls: own, since, before }) => {
      const named = own[system].length === 0 ? "" : ` (${own[system].join(" · ")})`;
      const text = `${translate(pathTexts.forms[form])}${named}`;
      const begun = since === undefined ? text : translate(pathTexts.sinceVersion, `${since}`, text);
      return before === undefined ? begun : translate(pathTexts.beforeVersion, `${before}`, begun);
    }),
  ];
  const libraries = librariesOf(entry).map((dependency) => dependencyTitles[dependency]);
  const steps: PathStep[] = [
    { layer: "code", title: qualifiedName(entry), detail: told.join(" ") },
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
