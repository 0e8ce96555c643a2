import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
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
 * name, `--folder FOLDER`, which keeps what was made there, and `--write`, which writes the page.
 */
export async function tryEach<Item extends { readonly name: string }, Result>(
  trials: Trials<Item, Result>,
): Promise<void> {
  const { page, items, prepare, tryOne, text, hasTrouble } = trials;
  const { values } = parseArgs({
    options: {
      only: { type: "string", default: "" },
      folder: { type: "string" },
      write: { type: "boolean", default: false },
    },
  });
  const folder = resolve(values.folder ?? mkdtempSync(join(tmpdir(), `hitless-${page}-`)));
  mkdirSync(folder, { recursive: true });
  const results: Result[] = [];
  try {
    await prepare?.(folder);
    for (const item of items.filter(({ name }) => new RegExp(values.only).test(name))) {
      const result = await tryOne(item, folder);
      results.push(result);
      process.stderr.write(`${JSON.stringify(result)}\n`);
    }
  } finally {
    if (values.folder === undefined) {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  process.stdout.write(text(results));
  if (values.write) {
    writeFileSync(join(projectRoot, "docs", `${page}.md`), text(results));
  }
  process.exitCode = results.some(hasTrouble) ? 1 : 0;
}
