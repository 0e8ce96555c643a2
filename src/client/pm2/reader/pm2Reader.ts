import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { pathToFileURL } from "node:url";
import { runInThisContext } from "node:vm";
import { parse as parseYaml } from "yaml";
import { plainValue } from "./plainValue.ts";
import type { Pm2Reading } from "./pm2Reading.ts";

/*
 * The process that reads one pm2 file, which may be a program: it is told the file as its argument, and answers once over
 * its IPC channel.
 */

const [, , file = ""] = process.argv;
const before = { ...process.env };

function answer(reading: Pm2Reading): void {
  process.send?.(reading, () => process.exit(0));
}

read(file).then(
  ({ value, isData }) => {
    const variables: Record<string, string> = {};
    for (const [name, set] of Object.entries(process.env)) {
      if (set !== undefined && set !== before[name]) {
        variables[name] = set;
      }
    }
    answer({ kind: "read", value: plainValue(value), isData, variables });
  },
  (thrown: unknown) => {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const { code } = error as NodeJS.ErrnoException;
    answer({
      kind: "failed",
      message: error.message,
      stack: (error.stack ?? "").slice(0, 4_000),
      ...(code !== undefined && { code: String(code) }),
    });
  },
);

/** What pm2 would take the file for; `isData` of a file that is named as a program and holds data. */
async function read(path: string): Promise<{ readonly value: unknown; readonly isData: boolean }> {
  switch (extname(path)) {
    case ".json":
      return { value: evaluate(await readFile(path, "utf8")), isData: false };
    case ".yml":
    case ".yaml":
      return { value: parseYaml(await readFile(path, "utf8")), isData: false };
    default:
      return readProgram(path);
  }
}

async function readProgram(path: string): Promise<{ readonly value: unknown; readonly isData: boolean }> {
  try {
    const module: Readonly<Record<string, unknown>> = await import(pathToFileURL(path).href);
    const value = await (module.default ?? module);
    return { value, isData: false };
  } catch (error) {
    const text = await readFile(path, "utf8");
    if (error instanceof SyntaxError && /^\s*[[{]/.test(text)) {
      return { value: evaluate(text), isData: true };
    }
    throw error;
  }
}

/** As pm2 does it: its JSON may have comments, and keys without quotes. */
function evaluate(text: string): unknown {
  return runInThisContext(`(${text.replace(/^\uFEFF/, "")}\n)`, { timeout: 1_000 });
}
