import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { trailing } from "../../shared/text/trailing.ts";
import { readTextFile } from "../readTextFile.ts";
import { isFile } from "./resolveScript.ts";

/** More packages are not looked at: a list of so many helps nobody. */
const mostPackages = 200;
/** Folders below which `**` looks no deeper. */
const deepest = 4;

/** The places of Nx, which needs no list of workspaces. */
const nxPatterns = ["apps/**", "packages/**", "services/**"];

const manifestSchema = v.object({
  workspaces: v.fallback(
    v.optional(
      v.union([v.array(v.string()), v.pipe(v.object({ packages: v.array(v.string()) }), v.transform(listOf))]),
    ),
    undefined,
  ),
});

function listOf({ packages }: { packages: string[] }): string[] {
  return packages;
}

/**
 * The folders of the packages of a monorepo, relative to its root and with `/`: by the workspaces of npm, yarn and bun
 * (which Turborepo uses too), by `pnpm-workspace.yaml`, and by `project.json` where there is an `nx.json`.
 */
export async function workspacePackages(root: string): Promise<string[]> {
  const isNx = await isFile(join(root, "nx.json"));
  const patterns = [...(await npmPatterns(root)), ...(await pnpmPatterns(root))];
  const folders = await expandAll(root, isNx ? [...patterns, ...nxPatterns] : patterns);
  const manifests = isNx ? ["package.json", "project.json"] : ["package.json"];
  const isPackage = await Promise.all(
    folders.map(async (folder) => {
      const found = await Promise.all(manifests.map((name) => isFile(join(root, folder, name))));
      return found.includes(true);
    }),
  );
  return folders.filter((_, index) => isPackage[index]).slice(0, mostPackages);
}

async function npmPatterns(root: string): Promise<string[]> {
  try {
    const text = await readTextFile(join(root, "package.json"));
    return text === undefined ? [] : (v.parse(manifestSchema, JSON.parse(text)).workspaces ?? []);
  } catch {
    return [];
  }
}

/** The list below `packages:`, in the two ways in which it is written; the rest of YAML has no place in it. */
async function pnpmPatterns(root: string): Promise<string[]> {
  const text = (await readTextFile(join(root, "pnpm-workspace.yaml")).catch(() => undefined)) ?? "";
  const lines = text.split(/\r?\n/).map((line) => line.split(" #", 1)[0] ?? "");
  const start = lines.findIndex((line) => line.startsWith("packages:"));
  if (start === -1) {
    return [];
  }
  const inline = lines[start]?.slice("packages:".length).trim() ?? "";
  if (inline.startsWith("[")) {
    return inline.replace(/[[\]]/g, "").split(",").map(unquoted).filter(Boolean);
  }
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => /^[^\s#-]/.test(line));
  return rest
    .slice(0, end === -1 ? rest.length : end)
    .map((line) => line.trim())
    .filter((line) => line.startsWith("- "))
    .map((line) => unquoted(line.slice(2)));
}

function unquoted(text: string): string {
  return text.trim().replace(/^(["'])(.*)\1$/, "$2");
}

async function expandAll(root: string, patterns: readonly string[]): Promise<string[]> {
  const wanted = patterns.filter((pattern) => !pattern.startsWith("!"));
  const excluded = patterns.filter((pattern) => pattern.startsWith("!")).map((pattern) => trimmed(pattern.slice(1)));
  const found = new Set<string>();
  for (const pattern of wanted) {
    for (const folder of await expand(root, "", trimmed(pattern).split("/"), deepest)) {
      found.add(folder);
    }
  }
  const isExcluded = (folder: string) => excluded.some((pattern) => matches(folder.split("/"), pattern.split("/")));
  return [...found].filter((folder) => folder !== "" && !isExcluded(folder)).sort();
}

function trimmed(pattern: string): string {
  const end = pattern.length - trailing(pattern, (character) => character === "/").length;
  return pattern.slice(pattern.startsWith("./") ? 2 : 0, end);
}

async function expand(root: string, at: string, [first, ...rest]: readonly string[], deep: number): Promise<string[]> {
  if (first === undefined) {
    return [at];
  }
  // A pattern leads nowhere outside of the root.
  if (first === ".." || (at === "" && first === "")) {
    return [];
  }
  const names = first.includes("*") ? await foldersIn(join(root, at)) : [first];
  if (first === "**") {
    const here = await expand(root, at, rest, deep);
    const below = deep === 0 ? [] : names;
    const found = await Promise.all(below.map((name) => expand(root, joined(at, name), ["**", ...rest], deep - 1)));
    return [...here, ...found.flat()];
  }
  const found = await Promise.all(
    names.filter((name) => matchesName(name, first)).map((name) => expand(root, joined(at, name), rest, deep)),
  );
  return found.flat();
}

function joined(at: string, name: string): string {
  return at === "" ? name : `${at}/${name}`;
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries: Dirent[] = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && entry.name !== "node_modules" && !entry.name.startsWith("."))
    .map(({ name }) => name);
}

/** `*` stands for any part of a name. */
function matchesName(name: string, pattern: string): boolean {
  const [start = "", ...others] = pattern.split("*");
  const end = others.pop();
  if (end === undefined) {
    return name === pattern;
  }
  let at = start.length;
  if (!name.startsWith(start) || !name.endsWith(end) || name.length < start.length + end.length) {
    return false;
  }
  for (const part of others) {
    const next = name.indexOf(part, at);
    if (next === -1) {
      return false;
    }
    at = next + part.length;
  }
  return at <= name.length - end.length;
}

function matches([name, ...names]: readonly string[], [pattern, ...patterns]: readonly string[]): boolean {
  if (pattern === undefined) {
    return name === undefined;
  }
  if (pattern === "**") {
    return (
      matches(name === undefined ? [] : [name, ...names], patterns) ||
      (name !== undefined && matches(names, [pattern, ...patterns]))
    );
  }
  return name !== undefined && matchesName(name, pattern) && matches(names, patterns);
}
