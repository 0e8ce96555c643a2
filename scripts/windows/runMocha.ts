import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, readSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { projectRoot, resultsFolder } from "../../test/support/paths.ts";
import type { Wine } from "./wine.ts";

/** A whole run by Wine on two cores that others use too. */
const deadlineMs = 10_800_000;
const showEveryMs = 500;

export interface MochaRun {
  /** Undefined on Windows itself. */
  readonly wine: Wine | undefined;
  /** The Node.js that runs the tests. */
  readonly tester: string;
  /** The one that runs command line and apps. */
  readonly program: string;
  readonly major: string;
  readonly words: readonly string[];
}

/**
 * Runs the process layer and shows what it says.
 * @returns its report.
 * @throws Error when there is none.
 */
export async function runMocha({ wine, tester, program, major, words }: MochaRun): Promise<unknown> {
  const name = `windows-${major}`;
  const report = join(resultsFolder, `${name}.json`);
  rmSync(report, { force: true });
  const args = [
    join("node_modules", "mocha", "bin", "mocha.js"),
    ...["--config", join("test", "process", ".mocharc.json")],
    ...["--reporter-option", `output=test-results/${name}.json`, ...words],
  ].map((word) => word.replaceAll("\\", "/"));
  const env = { ...(wine?.environment(program) ?? process.env), HITLESS_TEST_NODES: major };
  const [command, first] = wine === undefined ? [tester, []] : [wine.program, [tester]];
  // A file, since Wine makes no stream of a socket, which is what Node.js takes for a pipe.
  const shown = join(resultsFolder, `${name}.txt`);
  const output = openSync(shown, "w+");
  const child = spawn(command, [...first, ...args], {
    cwd: projectRoot,
    env: wine === undefined ? { ...env, HITLESS_TEST_NODE: program } : env,
    stdio: ["ignore", output, output],
    timeout: deadlineMs,
    windowsHide: true,
  });
  let position = 0;
  const show = (): void => {
    const piece = Buffer.alloc(65_536);
    for (let length = 1; length > 0; position += length) {
      length = readSync(output, piece, 0, piece.length, position);
      process.stdout.write(piece.subarray(0, length));
    }
  };
  const timer = setInterval(show, showEveryMs);
  try {
    await once(child, "exit");
  } finally {
    clearInterval(timer);
    show();
    closeSync(output);
  }
  try {
    return JSON.parse(readFileSync(report, "utf8"));
  } catch {
    throw new Error(`mocha wrote no report of Node.js ${major}; what it said is in ${shown}`);
  }
}
