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
  const wanted = withoutArguments(name);
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

/** At most 5 functions that are written nearly like what was typed, the most alike first. */
export function nearNames(typed: string): readonly CatalogueEntry[] {
  const wanted = withoutArguments(typed).toLowerCase();
  const most = Math.floor(wanted.length / 3);
  if (most === 0 || wanted.length > 80) {
    return [];
  }
  const hasModule = wanted.includes(".");
  return catalogue
    .map((entry) => {
      const name = (hasModule ? qualifiedName(entry) : entry.name).toLowerCase();
      return { entry, edits: editsBetween(name, wanted) };
    })
    .filter(({ edits }) => edits <= most)
    .sort((one, other) => one.edits - other.edits)
    .slice(0, 5)
    .map(({ entry }) => entry);
}

function withoutArguments(typed: string): string {
  return typed
    .trim()
    .split("(", 1)
    .join("")
    .replace(/^node:/, "")
    .replaceAll("/", ".");
}

/** How many letters have to be put in, left out, changed or swapped with the next one. */
function editsBetween(one: string, other: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row += 1) {
    const next = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1];
      const swapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      next[column] = Math.min(
        (last[column] ?? 0) + 1,
        (next[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (beforeLast[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforeLast = last;
    last = next;
  }
  return last[other.length] ?? 0;
}
