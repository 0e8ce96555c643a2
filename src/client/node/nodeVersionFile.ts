import { dirname, join } from "node:path";
import { readTextFile } from "../readTextFile.ts";

export interface NodeVersionFile {
  /** Absolute path. */
  readonly file: string;
  readonly source: ".nvmrc" | ".node-version";
  /** As written, without comment: `20`, `v20.11.1`, `lts/*`, `lts/iron`, `node`. */
  readonly wish: string;
}

/** Names of the long-term lines: https://github.com/nodejs/Release/blob/main/schedule.json */
const ltsNames: ReadonlyMap<string, string> = new Map([
  ["gallium", "16"],
  ["hydrogen", "18"],
  ["iron", "20"],
  ["jod", "22"],
  ["krypton", "24"],
]);

/** The nearest `.nvmrc` or `.node-version`, walking up from a folder; an empty one is skipped. */
export async function findNodeVersionFile(cwd: string): Promise<NodeVersionFile | undefined> {
  for (let folder = cwd; ; folder = dirname(folder)) {
    for (const source of [".nvmrc", ".node-version"] as const) {
      const file = join(folder, source);
      const wish = firstLine((await readTextFile(file).catch(() => undefined)) ?? "");
      if (wish !== undefined) {
        return { file, source, wish };
      }
    }
    if (dirname(folder) === folder) {
      return undefined;
    }
  }
}

function firstLine(text: string): string | undefined {
  return text
    .split(/\r?\n/)
    .map((line) => line.split("#", 1).join("").trim())
    .find((line) => line !== "");
}

/** Whether a version such as `20.11.1` satisfies the file. If several do, the newest is meant. */
export function matchesWish(version: string, wish: string): boolean {
  const wanted = wish.toLowerCase().replace(/^(?:node-)?v?(?=\d)/, "");
  if (["node", "latest", "current", "stable"].includes(wanted)) {
    return true;
  }
  if (wanted === "lts/*" || wanted === "lts" || wanted === "lts/latest") {
    return Number.parseInt(version, 10) % 2 === 0;
  }
  const line = wanted.startsWith("lts/") ? ltsNames.get(wanted.slice(4)) : wanted;
  if (line === undefined) {
    return false;
  }
  // `20`, `20.x` and `20.11.*` leave the other parts open.
  const parts = line.split(".").filter((part) => part !== "x" && part !== "*");
  const actual = version.split(".");
  return parts.length > 0 && parts.every((part, index) => part === actual[index]);
}
