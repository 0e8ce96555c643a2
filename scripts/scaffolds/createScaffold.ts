import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { run } from "../../test/support/programs.ts";
import { npmCommand } from "../support/prepare.mjs";
import type { Scaffold } from "./scaffoldTable.ts";

/** A template installs hundreds of packages, in milliseconds. */
const createDeadlineMs = 900_000;

/** Nobody is asked, and nothing is told to anybody. */
const quiet = {
  CI: "1",
  npm_config_audit: "false",
  npm_config_fund: "false",
  ASTRO_TELEMETRY_DISABLED: "1",
  NEXT_TELEMETRY_DISABLED: "1",
  NUXT_TELEMETRY_DISABLED: "1",
};

/**
 * Makes the app of a scaffold, unless that was done before, and returns its folder.
 * @throws Error with the last output of what failed.
 */
export async function createScaffold(folder: string, { name, create, edit, files, build }: Scaffold): Promise<string> {
  const base = join(folder, name);
  const app = join(base, "app");
  const done = join(base, "done");
  if (existsSync(done)) {
    return app;
  }
  rmSync(base, { recursive: true, force: true });
  mkdirSync(base, { recursive: true });
  for (const [file, text] of Object.entries(files ?? {})) {
    mkdirSync(dirname(join(app, file)), { recursive: true });
    writeFileSync(join(app, file), text);
  }
  for (const [index, words] of create.entries()) {
    await npm(words, index === 0 && files === undefined ? base : app);
  }
  for (const [file, [from, to]] of Object.entries(edit ?? {})) {
    const path = join(app, file);
    if (existsSync(path)) {
      writeFileSync(path, readFileSync(path, "utf8").replaceAll(from, to));
    }
  }
  for (const script of build ?? []) {
    await npm(["run", script], app);
  }
  writeFileSync(done, "");
  return app;
}

async function npm(words: readonly string[], cwd: string): Promise<void> {
  const { program, args } = npmCommand();
  const env = { ...process.env, ...quiet };
  const { code, output } = await run(program, [...args, ...words], { cwd, env, deadlineMs: createDeadlineMs });
  if (code !== 0) {
    throw new Error(`npm ${words.join(" ")} ended with ${code}:\n${output.slice(-1_500)}`);
  }
}
