import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { projectRoot } from "../../support/paths.ts";

/** Files beside the sub-rooms of one room. */
const roomSize = 15;
/** A command is called as its counterparts are, here and there; so is what each process has one of. */
const sharedNames = ["main.ts", "drain.ts", "history.ts", "logs.ts", "nestedCluster.ts", "renew.ts", "scale.ts"];

const files = readdirSync(join(projectRoot, "src"), { recursive: true, encoding: "utf8" })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => path.endsWith(".ts"));

const imports = new Map(
  files.map((file) => {
    const text = readFileSync(join(projectRoot, "src", file), "utf8");
    const found = [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)];
    return [file, found.map(([, path = ""]) => join(dirname(file), path).replaceAll("\\", "/"))];
  }),
);

describe("the rooms", () => {
  it("hold a topic each, not everything", () => {
    const rooms = grouped(files, (file) => dirname(file));
    const full = [...rooms].filter(([, own]) => own.length > roomSize).map(([room, own]) => `${room}: ${own.length}`);
    assert.deepEqual(full, []);
  });

  it("give no name twice", () => {
    const named = grouped(files, (file) => basename(file));
    const twice = [...named].filter(([name, paths]) => paths.length > 1 && !sharedNames.includes(name));
    assert.deepEqual(twice, []);
  });

  it("depend in one direction, at every level", () => {
    const rooms = new Set(files.flatMap((file) => foldersAbove(file)));
    assert.deepEqual([...rooms].flatMap(circles), []);
  });
});

function grouped(paths: readonly string[], key: (path: string) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const path of paths) {
    groups.set(key(path), [...(groups.get(key(path)) ?? []), path]);
  }
  return groups;
}

function foldersAbove(file: string): string[] {
  const parts = dirname(file).split("/");
  return ["", ...parts.map((_, index) => `${parts.slice(0, index + 1).join("/")}/`)];
}

/** Pairs of neighbours in a room, files or rooms in it, that depend on each other by whatever way. */
function circles(room: string): string[] {
  const neighbour = (file: string): string | undefined =>
    file.startsWith(room) ? file.slice(room.length).split("/")[0] : undefined;
  const uses = new Map<string, Set<string>>();
  for (const [file, imported] of imports) {
    const from = neighbour(file);
    for (const to of imported.map(neighbour)) {
      if (from !== undefined && to !== undefined && from !== to) {
        uses.set(from, (uses.get(from) ?? new Set()).add(to));
      }
    }
  }
  return [...uses.keys()].flatMap((from) =>
    [...reached(uses, from)].filter((to) => to === from).map(() => `src/${room}${from} depends on itself`),
  );
}

function reached(uses: ReadonlyMap<string, ReadonlySet<string>>, from: string): Set<string> {
  const found = new Set<string>();
  const open = [...(uses.get(from) ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (!found.has(next)) {
      found.add(next);
      open.push(...(uses.get(next) ?? []));
    }
  }
  return found;
}
