// `npm run test:windows`: the process layer on Node.js for Windows, 20 and 22, whose command line, supervisors, workers and
// clients all run there: on Windows itself, or on Linux (x64) by Wine, which it installs when root on Debian (670 MB). Then,
// by Wine, clients on Linux ask while an app there is renewed. `HITLESS_TEST_NODES=22` chooses a version; what follows `--`
// goes to mocha, such as `-g "part of a title"`. Each file is run by itself and its result kept; SIGTERM or Ctrl-C ends the
// run there, and `-- --continue` goes on without the files that have passed. The last line is `N passed, N failed, N not for
// this system`.
import { mkdirSync } from "node:fs";
import process from "node:process";
import { resultsFolder } from "../test/support/paths.ts";
import { nodeProgramOf, testedNodes } from "../test/support/process/nodeMatrix.ts";
import { countWindowsReports, type WindowsCounts } from "./windows/countWindowsReport.ts";
import { askFromOutside } from "./windows/outsideClients.ts";
import { beside, runMocha } from "./windows/runMocha.ts";
import { openWine, type Wine } from "./windows/wine.ts";

/** Newer ones reserve memory in a way that Wine 8 refuses, and end before their first line. */
const majors = ["20", "22"];
/** Runs the tests themselves, which are TypeScript. */
const testerMajor = "22";

const continueWord = "--continue";
const continues = process.argv.includes(continueWord);
const mochaWords = process.argv.slice(2).filter((word) => word !== continueWord);
const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  // `timeout` of coreutils sends its signal twice.
  process.on(signal, () => stopping.abort());
}
process.env.HITLESS_TEST_NODES ??= majors.join(",");
const nodes = testedNodes();
const sum: WindowsCounts = { passed: 0, failures: [], notHere: [], secondTries: [] };

mkdirSync(resultsFolder, { recursive: true });
const wines: Wine[] = [];
try {
  while (process.platform !== "win32" && wines.length < beside) {
    wines.push(await openWine());
  }
  const [wine] = wines;
  process.env.HITLESS_TEST_NODES = testerMajor;
  const [testerNode] = testedNodes();
  const tester = testerNode === undefined ? process.execPath : await nodeProgramOf(testerNode, "win32");
  for (const node of nodes) {
    const program = await nodeProgramOf(node, "win32");
    process.stdout.write(
      `\n── Node.js ${node.version} for Windows${wine === undefined ? "" : `, Wine ${wine.version}`} ──\n`,
    );
    const { major } = node;
    const { signal: stop } = stopping;
    const reports = await runMocha({ wines, tester, program, major, words: mochaWords, continues, stop });
    const isWhole = mochaWords.length === 0 && reports.left.length === 0;
    add(countWindowsReports(reports.files, wine?.version, isWhole), major);
    if (reports.earlier > 0) {
      process.stdout.write(`${reports.earlier} of ${reports.files.length} files had passed in an earlier run\n`);
    }
    sum.failures.push(...reports.left.map((file) => `Node ${major}: ${file} was not run to its end`));
    if (stop.aborted) {
      break;
    }
    if (wine !== undefined && mochaWords.length === 0) {
      add(await askFromOutside(wine, program), major);
    }
  }
} catch (error) {
  sum.failures.push(error instanceof Error ? error.message : String(error));
} finally {
  for (const wine of wines) {
    wine.close();
  }
}

for (const { test, why } of sum.notHere) {
  process.stdout.write(`- ${test}: ${why}\n`);
}
for (const test of sum.secondTries) {
  process.stdout.write(`⚠ passed at its second try only, to be mended: ${test}\n`);
}
for (const failure of sum.failures) {
  process.stdout.write(`✖ ${failure}\n`);
}
process.stdout.write(
  `${sum.passed} passed, ${sum.failures.length} failed, ${sum.notHere.length} not for this system\n`,
);
process.exitCode = sum.failures.length > 0 ? 1 : 0;

function add(counts: WindowsCounts, major: string): void {
  sum.passed += counts.passed;
  sum.failures.push(...counts.failures.map((title) => `Node ${major}: ${title}`));
  sum.secondTries.push(...counts.secondTries.map((title) => `Node ${major}: ${title}`));
  sum.notHere.push(...counts.notHere.map(({ test, why }) => ({ test: `Node ${major}: ${test}`, why })));
}
