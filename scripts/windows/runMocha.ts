import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { projectRoot, resultsFolder } from "../../test/support/paths.ts";
import { whyNotHere } from "../../test/support/process/notHere/notHereTable.ts";
import { countReport } from "../../test/support/reports.ts";
import { processConfig, testFiles } from "./testFiles.ts";
import type { Wine } from "./wine.ts";

/** One file of tests by Wine on two cores that others use too. */
const fileDeadlineMs = 3_600_000;
/** Files that run beside each other. */
export const beside = 2;

export interface MochaRun {
  /**
   * None on Windows itself, else one for each file that runs beside others: a Windows gives the id of a process that has ended to the
   * next one, which tests would take for theirs.
   */
  readonly wines: readonly Wine[];
  /** The Node.js that runs the tests. */
  readonly tester: string;
  /** The one that runs command line and apps. */
  readonly program: string;
  readonly major: string;
  readonly words: readonly string[];
  /** Files that passed in an earlier run are not run again. */
  readonly continues: boolean;
  /** When it aborts, no further file is begun, and those that run are ended. */
  readonly stop: AbortSignal;
}

/** What became of the files. */
export interface MochaReports {
  /** What mocha wrote of each file; undefined where it wrote nothing, and `shown` holds what it said. */
  readonly files: readonly { readonly file: string; readonly report: unknown; readonly shown: string }[];
  /** Of these, how many are of an earlier run. */
  readonly earlier: number;
  /** That were not run, or not to their end, since the run was stopped. */
  readonly left: readonly string[];
}

/** Runs the files of the process layer, each by a mocha of its own, and keeps what comes of each in `test-results`. */
export async function runMocha(run: MochaRun): Promise<MochaReports> {
  const { major, words, continues, stop } = run;
  const folder = join(resultsFolder, `windows-${major}`);
  if (!continues) {
    rmSync(folder, { recursive: true, force: true });
  }
  mkdirSync(folder, { recursive: true });
  const chosen = testFiles(words, major);
  const isLeftOut = (titles: readonly string[]): boolean =>
    titles.every((title) => whyNotHere(title, run.wines[0]?.version) !== undefined);
  const waiting: string[] = [];
  const files: { file: string; report: unknown; shown: string }[] = [];
  let earlier = 0;
  for (const [file, titles] of chosen) {
    if (isLeftOut(titles)) {
      files.push({ ...resultOf(major, file), report: reportWithout(titles) });
    } else if (passed(reportOf(major, file))) {
      files.push(resultOf(major, file));
      earlier += 1;
    } else {
      waiting.push(file);
    }
  }
  const left: string[] = [];
  const lane = async (wine: Wine | undefined): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      if (!stop.aborted) {
        await runFile(run, wine, file);
      }
      // One that was ended half-way has no report.
      if (stop.aborted && reportOf(major, file) === undefined) {
        left.push(file);
      } else {
        files.push(resultOf(major, file));
      }
    }
  };
  await Promise.all(Array.from({ length: beside }, (_, index) => lane(run.wines[index])));
  return { files, earlier, left };
}

async function runFile(
  { tester, program, major, words, stop }: MochaRun,
  wine: Wine | undefined,
  file: string,
): Promise<void> {
  const { report, shown } = pathsOf(major, file);
  rmSync(join(projectRoot, report), { force: true });
  const {
    spec: _all,
    parallel: _parallel,
    jobs: _jobs,
    ...config
  } = JSON.parse(readFileSync(join(projectRoot, processConfig), "utf8"));
  const options = Object.entries({ ...config, "reporter-option": `output=${report}` });
  const args = [
    join("node_modules", "mocha", "bin", "mocha.js"),
    "--no-config",
    ...options.flatMap(([name, value]) => (value === true ? [`--${name}`] : [`--${name}`, String(value)])),
    ...[file, ...words],
  ].map((word) => word.replaceAll("\\", "/"));
  const env = { ...(wine?.environment(program) ?? process.env), HITLESS_TEST_NODES: major };
  const [command, first] = wine === undefined ? [tester, []] : [wine.program, [tester]];
  // A file, since Wine makes no stream of a socket, which is what Node.js takes for a pipe.
  const output = openSync(join(projectRoot, shown), "w");
  const started = performance.now();
  const child = spawn(command, [...first, ...args], {
    cwd: projectRoot,
    env: wine === undefined ? { ...env, HITLESS_TEST_NODE: program } : env,
    stdio: ["ignore", output, output],
    timeout: fileDeadlineMs,
    windowsHide: true,
  });
  closeSync(output);
  const end = (): void => endMocha(child, wine);
  stop.addEventListener("abort", end, { once: true });
  try {
    await once(child, "exit");
  } finally {
    stop.removeEventListener("abort", end);
  }
  const seconds = Math.round((performance.now() - started) / 1_000);
  process.stdout.write(`${file}: ${outcome(reportOf(major, file))}, ${seconds} s\n`);
}

/** By Wine its Windows ends, and with it all that runs there. */
function endMocha(child: ChildProcess, wine: Wine | undefined): void {
  if (wine === undefined) {
    child.kill();
  } else {
    wine.end();
  }
}

/** What mocha would write of tests that are all left out. */
function reportWithout(titles: readonly string[]): unknown {
  const tests = titles.map((fullTitle) => ({ fullTitle }));
  const stats = { passes: 0, pending: tests.length, failures: 0 };
  return { stats, tests, pending: tests, passes: [], failures: [] };
}

function outcome(report: unknown): string {
  if (report === undefined) {
    return "no report";
  }
  const { passed, failed, skipped } = countReport(report);
  return `${passed} passed, ${failed} failed, ${skipped} left out`;
}

function passed(report: unknown): boolean {
  return report !== undefined && countReport(report).failed === 0;
}

function resultOf(major: string, file: string) {
  return { file, report: reportOf(major, file), shown: pathsOf(major, file).shown };
}

function reportOf(major: string, file: string): unknown {
  try {
    return JSON.parse(readFileSync(join(projectRoot, pathsOf(major, file).report), "utf8"));
  } catch {
    // There is none, or mocha was ended while it wrote.
    return undefined;
  }
}

/** Below the project: what mocha writes of a file, and what it says. */
function pathsOf(major: string, file: string): { readonly report: string; readonly shown: string } {
  const name = file.replace("test/process/", "").replaceAll("/", ".").replace(".test.ts", "");
  const base = `test-results/windows-${major}/${name}`;
  return { report: `${base}.json`, shown: `${base}.txt` };
}
