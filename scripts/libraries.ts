// `npm run test:libraries`: apps with libraries for graceful shutdown, and with such that stand between a server and its clients, renewed
// while strict clients ask. `--only REGEXP` chooses by name, `--folder FOLDER` keeps the installed packages there, `--write` puts the result into
// docs/libraries.md. It needs a registry of npm.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { runNpm } from "../test/support/npmPackage/stagePackage.ts";
import { projectRoot } from "../test/support/paths.ts";
import { librariesPage } from "./libraries/librariesPage.ts";
import { frameworks, libraries } from "./libraries/libraryTable.ts";
import { type LibraryResult, tryLibrary } from "./libraries/tryLibrary.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    folder: { type: "string" },
    write: { type: "boolean", default: false },
  },
});
const folder = resolve(values.folder ?? mkdtempSync(join(tmpdir(), "hitless-libraries-")));
const results: LibraryResult[] = [];
try {
  await install({ ...Object.fromEntries(libraries.map(({ name, version }) => [name, version])), ...frameworks });
  for (const library of libraries.filter(({ name }) => new RegExp(values.only).test(name))) {
    const result = await tryLibrary(library, folder);
    results.push(result);
    process.stderr.write(`${JSON.stringify(result)}\n`);
  }
} finally {
  if (values.folder === undefined) {
    rmSync(folder, { recursive: true, force: true });
  }
}
const page = librariesPage(results);
process.stdout.write(page);
if (values.write) {
  writeFileSync(join(projectRoot, "docs", "libraries.md"), page);
}
process.exitCode = results.some(({ trouble }) => trouble.length > 0) ? 1 : 0;

/** Installs these versions, unless the folder has just them. */
async function install(dependencies: Readonly<Record<string, string>>): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const manifest = join(folder, "package.json");
  const wanted = JSON.stringify({ name: "ends-gracefully", private: true, dependencies });
  if (existsSync(join(folder, "node_modules")) && readFileSync(manifest, "utf8") === wanted) {
    return;
  }
  writeFileSync(manifest, wanted);
  await runNpm(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--legacy-peer-deps"], { cwd: folder });
}
