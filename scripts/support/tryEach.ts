import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { projectRoot } from "../../test/support/paths.ts";

export interface Trials<Item, Result> {
  /** The page in `docs`, without `.md`. */
  readonly page: string;
  readonly items: readonly Item[];
  /** Called once with the folder, before the first. */
  readonly prepare?: (folder: string) => Promise<void>;
  readonly tryOne: (item: Item, folder: string) => Promise<Result>;
  readonly text: (results: readonly Result[]) => string;
  readonly hasTrouble: (result: Result) => boolean;
}

/**
 * Tries one item after the other in a folder and prints the page on them. Takes from the command line `--only REGEXP`, which chooses by
 * name, `--folder FOLDER`, which keeps what was made there, and `--write`, which writes the page. `--results FILE` keeps each result there
 * and leaves out what it has: a run that takes long can be had in portions, and the page is of all of them.
 */
export async function tryEach<Item extends { readonly name: string }, Result>(
  trials: Trials<Item, Result>,
): Promise<void> {
  const { page, items, prepare, tryOne, text, hasTrouble } = trials;
  const { values } = parseArgs({
    options: {
      only: { type: "string", default: "" },
      folder: { type: "string" },
      results: { type: "string" },
      write: { type: "boolean", default: false },
    },
  });
  const folder = resolve(values.folder ?? mkdtempSync(join(tmpdir(), `hitless-${page}-`)));
  mkdirSync(folder, { recursive: true });
  const known = values.results === undefined ? new Map<string, Result>() : earlier<Result>(values.results);
  try {
    await prepare?.(folder);
    for (const item of items.filter(({ name }) => new RegExp(values.only).test(name))) {
      const key = JSON.stringify(item);
      if (!known.has(key)) {
        const result = await tryOne(item, folder);
        known.set(key, result);
        process.stderr.write(`${JSON.stringify(result)}\n`);
        if (values.results !== undefined) {
          appendFileSync(values.results, `${JSON.stringify([key, result])}\n`);
        }
      }
    }
  } finally {
    if (values.folder === undefined) {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const results = items.flatMap((item) => known.get(JSON.stringify(item)) ?? []);
  process.stdout.write(text(results));
  if (values.write) {
    writeFileSync(join(projectRoot, "docs", `${page}.md`), text(results));
  }
  process.exitCode = results.some(hasTrouble) ? 1 : 0;
}

/** The results of portions before, by what was tried. */
function earlier<Result>(path: string): Map<string, Result> {
  const lines = existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
  return new Map(lines.filter((line) => line !== "").map((line) => JSON.parse(line) as [string, Result]));
}
