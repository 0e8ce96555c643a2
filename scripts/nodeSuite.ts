// `npm run test:node-suite -- CHECKOUT`: runs the files of Node's own `test/parallel` as apps of a real worker of Hitless
// and as plain cluster workers, and names those whose outcome differs. CHECKOUT is a checkout of Node.js, or at least its
// folder `test` (common, fixtures, parallel), of about the version that runs it. `--only REGEXP` chooses files by name,
// `--jobs N` how many at once, `--node PROGRAM` another Node.js, `--write` puts the result into docs/node-suite.md.
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { probeNode } from "../src/client/node/nodeProbe.ts";
import { projectRoot } from "../test/support/paths.ts";
import { type Comparison, compareFile, verdictOf } from "./nodeSuite/compareFile.ts";
import { resultsPage } from "./nodeSuite/resultsPage.ts";
import { suiteFiles } from "./nodeSuite/suiteFiles.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string", default: "" },
    jobs: { type: "string", default: "4" },
    node: { type: "string", default: process.execPath },
    write: { type: "boolean", default: false },
  },
});
const [checkout] = positionals;
if (checkout === undefined || !existsSync(join(checkout, "test", "common"))) {
  process.stderr.write("Name a checkout of Node.js: npm run test:node-suite -- ../node [--only '^test-http']\n");
  process.exit(2);
}

const node = await probeNode(values.node, process.cwd());
if (node.kind === "unusable") {
  process.stderr.write(`--node: ${node.reason}\n`);
  process.exit(2);
}
const { version } = node;
const files = suiteFiles(resolve(checkout), new RegExp(values.only));
const waiting = [...files.keys()];
const compared: Comparison[] = [];

await Promise.all(Array.from({ length: Number(values.jobs) }, (_, lane) => runLane(lane)));
compared.sort((a, b) => a.name.localeCompare(b.name));
const page = resultsPage(compared, version);
process.stdout.write(`${page}\n`);
if (values.write) {
  writeFileSync(join(projectRoot, "docs", "node-suite.md"), page);
}
process.exitCode = compared.some((comparison) => verdictOf(comparison) === "differs") ? 1 : 0;

async function runLane(lane: number): Promise<void> {
  for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
    const file = files[index];
    if (file === undefined) {
      continue;
    }
    let comparison = await compareFile(file, { node: values.node, version, lane });
    // Twice, since many of these files depend on how busy the machine is.
    for (let again = 0; again < 2 && verdictOf(comparison) === "differs"; again += 1) {
      comparison = await compareFile(file, { node: values.node, version, lane });
    }
    compared.push(comparison);
    if (verdictOf(comparison) !== "same") {
      process.stderr.write(`${verdictOf(comparison)} ${file.name}: ${JSON.stringify(comparison)}\n`);
    }
  }
}
