// `npm run test:libraries`: apps with libraries for graceful shutdown, and with such that stand between a server and its clients, renewed
// while strict clients ask. `--only REGEXP` chooses by name, `--folder FOLDER` keeps the installed packages there, `--results FILE` the results of a run in portions, `--write` puts the result into
// docs/libraries.md. It needs a registry of npm.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runNpm } from "../test/support/npmPackage/stagePackage.ts";
import { librariesPage } from "./libraries/librariesPage.ts";
import { frameworks, libraries } from "./libraries/libraryTable.ts";
import { tryLibrary } from "./libraries/tryLibrary.ts";
import { tryEach } from "./support/tryEach.ts";

await tryEach({
  page: "libraries",
  items: libraries,
  prepare: install,
  tryOne: tryLibrary,
  text: librariesPage,
  hasTrouble: ({ trouble }) => trouble.length > 0,
});

/** Installs all of them, unless the folder has just these versions. */
async function install(folder: string): Promise<void> {
  const dependencies = { ...Object.fromEntries(libraries.map(({ name, version }) => [name, version])), ...frameworks };
  const manifest = join(folder, "package.json");
  const wanted = JSON.stringify({ name: "ends-gracefully", private: true, dependencies });
  if (existsSync(join(folder, "node_modules")) && readFileSync(manifest, "utf8") === wanted) {
    return;
  }
  writeFileSync(manifest, wanted);
  await runNpm(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--legacy-peer-deps"], { cwd: folder });
}
