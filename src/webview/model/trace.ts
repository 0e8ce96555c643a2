import { catalogue, findEntry, searchEntries } from "../../shared/layers/catalogue.ts";
import { type CatalogueEntry, qualifiedName } from "../../shared/layers/entry.ts";

/** Names to begin with: one of each kind. */
export const traceExamples: readonly string[] = [
  "fs.readFile",
  "crypto.pbkdf2",
  "dns.lookup",
  "fetch",
  "setTimeout",
  "zlib.gzip",
].filter((name) => findTraced(name) !== undefined);

/** The function that is meant by a whole name, such as `fs.readFile` or `node:fs/promises.readFile`. */
export function findTraced(name: string): CatalogueEntry | undefined {
  const wanted = name
    .trim()
    .replace(/\(.*$/s, "")
    .replace(/^node:/, "")
    .replaceAll("/", ".");
  if (wanted === "") {
    return undefined;
  }
  const exact = catalogue.find((entry) => qualifiedName(entry) === wanted);
  if (exact !== undefined) {
    return exact;
  }
  const dot = wanted.indexOf(".");
  return dot < 0 ? findEntry("globals", wanted) : findEntry(wanted.slice(0, dot), wanted.slice(dot + 1));
}

/** At most 12 functions whose names fit what was typed so far. */
export function suggestions(typed: string): readonly CatalogueEntry[] {
  if (typed.trim() === "") {
    return traceExamples.flatMap((name) => findTraced(name) ?? []);
  }
  return searchEntries(typed.replaceAll("/", "."), 12);
}
