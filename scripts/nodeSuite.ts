// `npm run test:node-suite -- CHECKOUT`: runs the files of Node's own `test/parallel` by themselves, as apps of a real worker
// of Hitless and, where these differ, as plain cluster workers. CHECKOUT is a checkout of Node.js, or at least its folder
// `test` (common, fixtures, parallel), of the version that runs it.
// `--only REGEXP` chooses files by name, `--folder NAME` another folder of `test`, `--jobs N` how many at once, `--node PROGRAM`
// another Node.js. `--results FILE` keeps the result of each file there and leaves out those that it has; `--seconds N` begins
// no more files after that time: a whole run takes hours and can be had in portions. `--again` runs those once more
// that differ. `--lane N` is the number of its first lane: two runs beside each other have different ones. `--write` puts what FILE has into docs/node-suite.md.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { probeNode } from "../src/client/node/nodeProbe.ts";
import { projectRoot } from "../test/support/paths.ts";
import { type Comparison, compareFile, verdictOf } from "./nodeSuite/compareFile.ts";
import { appendResult, readResults } from "./nodeSuite/resultsFile.ts";
import { resultsSection, withSection } from "./nodeSuite/resultsPage.ts";
import { HitlessLane } from "./nodeSuite/runInHitless.ts";
import { suiteFiles, suiteVersion } from "./nodeSuite/suiteFiles.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string", default: "" },
    folder: { type: "string", default: "parallel" },
    jobs: { type: "string", default: "4" },
    lane: { type: "string", default: "0" },
    node: { type: "string", default: process.execPath },
    results: { type: "string" },
    seconds: { type: "string", default: "Infinity" },
    again: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});
const [checkout] = positionals;
if (checkout === undefined || !existsSync(join(checkout, "test", "common"))) {
  fail("Name a checkout of Node.js: npm run test:node-suite -- ../node [--only '^test-http']");
}
const node = await probeNode(values.node, process.cwd());
if (node.kind === "unusable") {
  fail(`--node: ${node.reason}`);
}
const { version } = node;
const endsAt = performance.now() + Number(values.seconds) * 1_000;
const results = values.results === undefined ? new Map<string, Comparison>() : readResults(values.results, version);
const files = suiteFiles(resolve(checkout), values.folder, new RegExp(values.only));
const waiting = files.filter(({ name }) => {
  const known = results.get(name);
  return known === undefined || (values.again && verdictOf(known) === "differs");
});

let failedToRun = 0;
await Promise.all(Array.from({ length: Number(values.jobs) }, (_, index) => runLane(Number(values.lane) + index)));
const compared = [...results.values()].sort((a, b) => a.name.localeCompare(b.name));
const section = resultsSection(compared, {
  version,
  tests: suiteVersion(resolve(checkout)),
  folder: values.folder,
  notRun: waiting.length + failedToRun,
  date: new Date().toISOString().slice(0, 10),
});
process.stdout.write(`${section}\n`);
if (values.write) {
  const page = join(projectRoot, "docs", "node-suite.md");
  writeFileSync(page, withSection(readFileSync(page, "utf8"), section));
}
process.exitCode = compared.some((comparison) => verdictOf(comparison) === "differs") ? 1 : 0;

async function runLane(lane: number): Promise<void> {
  const options = { node: values.node, version, lane };
  const hitless = new HitlessLane(options);
  while (performance.now() < endsAt) {
    const file = waiting.shift();
    if (file === undefined) {
      break;
    }
    const comparison = await compareFile(file, options, hitless).catch((error) => {
      process.stderr.write(`${file.name} could not be run: ${String(error)}\n`);
    });
    if (comparison === undefined) {
      failedToRun += 1;
      continue;
    }
    results.set(comparison.name, comparison);
    if (values.results !== undefined) {
      appendResult(values.results, version, comparison);
    }
    if (verdictOf(comparison) === "differs") {
      process.stderr.write(`differs: ${JSON.stringify(comparison)}\n`);
    }
  }
  await hitless.dispose();
}

function fail(reason: string): never {
  process.stderr.write(`${reason}\n`);
  process.exit(2);
}
