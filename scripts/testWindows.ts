// `npm run test:windows`: the process layer on Node.js for Windows, 20 and 22, whose command line, supervisors, workers and
// clients all run there: on Windows itself, or on Linux (x64) by Wine, which it installs when root on Debian (670 MB). Then,
// by Wine, clients on Linux ask while an app there is renewed. `HITLESS_TEST_NODES=22` chooses a version; what follows `--`
// goes to mocha, such as `-g "part of a title"`. The last line is `N passed, N failed, N not for this system`.
import { mkdirSync } from "node:fs";
import process from "node:process";
import { resultsFolder } from "../test/support/paths.ts";
import { nodeProgramOf, testedNodes } from "../test/support/process/nodeMatrix.ts";
import { countWindowsReport, type WindowsCounts } from "./windows/countWindowsReport.ts";
import { askFromOutside } from "./windows/outsideClients.ts";
import { runMocha } from "./windows/runMocha.ts";
import { openWine, type Wine } from "./windows/wine.ts";

/** Newer ones reserve memory in a way that Wine 8 refuses, and end before their first line. */
const majors = ["20", "22"];
/** Runs the tests themselves, which are TypeScript. */
const testerMajor = "22";

const mochaWords = process.argv.slice(2);
process.env.HITLESS_TEST_NODES ??= majors.join(",");
const nodes = testedNodes();
const sum: WindowsCounts = { passed: 0, failures: [], notHere: [], secondTries: [] };

mkdirSync(resultsFolder, { recursive: true });
let wine: Wine | undefined;
try {
  wine = process.platform === "win32" ? undefined : await openWine();
  process.env.HITLESS_TEST_NODES = testerMajor;
  const [testerNode] = testedNodes();
  const tester = testerNode === undefined ? process.execPath : await nodeProgramOf(testerNode, "win32");
  for (const node of nodes) {
    const program = await nodeProgramOf(node, "win32");
    process.stdout.write(
      `\n── Node.js ${node.version} for Windows${wine === undefined ? "" : `, Wine ${wine.version}`} ──\n`,
    );
    const report = await runMocha({ wine, tester, program, major: node.major, words: mochaWords });
    add(countWindowsReport(report, wine?.version, mochaWords.length === 0), node.major);
    if (wine !== undefined && mochaWords.length === 0) {
      add(await askFromOutside(wine, program), node.major);
    }
  }
} catch (error) {
  sum.failures.push(error instanceof Error ? error.message : String(error));
} finally {
  wine?.close();
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
