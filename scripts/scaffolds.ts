// `npm run test:scaffolds`: makes an app of each template as its own guide says, builds it, starts it with no setting, and reloads
// it three times while a strict client asks. `--only REGEXP` chooses by name, `--folder FOLDER` keeps the apps there and uses
// those that are, `--write` puts the result into docs/scaffolds.md. It needs a registry of npm.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { projectRoot } from "../test/support/paths.ts";
import { createScaffold } from "./scaffolds/createScaffold.ts";
import { resultsPage } from "./scaffolds/resultsPage.ts";
import { type Scaffold, scaffolds } from "./scaffolds/scaffoldTable.ts";
import { type ScaffoldResult, tryScaffold } from "./scaffolds/tryScaffold.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    folder: { type: "string" },
    write: { type: "boolean", default: false },
  },
});
const folder = resolve(values.folder ?? mkdtempSync(join(tmpdir(), "hitless-scaffolds-")));
mkdirSync(folder, { recursive: true });
const results: ScaffoldResult[] = [];
try {
  for (const scaffold of scaffolds.filter(({ name }) => new RegExp(values.only).test(name))) {
    const result = await makeAndTry(scaffold);
    results.push(result);
    process.stderr.write(`${JSON.stringify(result)}\n`);
  }
} finally {
  if (values.folder === undefined) {
    rmSync(folder, { recursive: true, force: true });
  }
}
const page = resultsPage(results);
process.stdout.write(page);
if (values.write) {
  writeFileSync(join(projectRoot, "docs", "scaffolds.md"), page);
}
process.exitCode = results.some(({ trouble }) => trouble !== undefined) ? 1 : 0;

async function makeAndTry(scaffold: Scaffold): Promise<ScaffoldResult> {
  const { name } = scaffold;
  let app: string;
  try {
    app = await createScaffold(folder, scaffold);
  } catch (error) {
    return { name, trouble: `could not be made: ${error instanceof Error ? error.message : error}` };
  }
  return tryScaffold(name, app);
}
