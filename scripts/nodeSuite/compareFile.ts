import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runInHitless } from "./runInHitless.ts";
import { runPlain } from "./runPlain.ts";
import type { SuiteFile } from "./suiteFiles.ts";

/** How one run of a file ended. */
export interface Outcome {
  /** `undefined` of a process that a signal or the runner ended. */
  readonly code: number | undefined;
  /** It did not end by itself within the deadline. */
  readonly hung: boolean;
  /** The end of what it printed. */
  readonly output: string;
}

export interface Comparison {
  readonly name: string;
  readonly plain: Outcome;
  readonly hitless: Outcome;
}

export interface RunOptions {
  /** The program. */
  readonly node: string;
  /** Of that program, such as `v24.1.0`. */
  readonly version: string;
  /** Which of the lanes that run side by side: each has ports and folders of its own. */
  readonly lane: number;
}

/**
 * - `same`: both passed, or neither;
 * - `better`: only the worker of Hitless passed, as a file that waits for the end of its process;
 * - `differs`: only the plain cluster worker passed.
 */
export type Verdict = "same" | "better" | "differs";

export function verdictOf({ plain, hitless }: Comparison): Verdict {
  if (passed(plain) === passed(hitless)) {
    return "same";
  }
  return passed(hitless) ? "better" : "differs";
}

export function passed({ code, hung }: Outcome): boolean {
  return code === 0 && !hung;
}

/** Runs a file both ways, one after the other. */
export async function compareFile(file: SuiteFile, options: RunOptions): Promise<Comparison> {
  const folder = mkdtempSync(join(tmpdir(), "suite-"));
  const env = {
    ...file.env,
    TEST_THREAD_ID: String(options.lane),
    NODE_TEST_DIR: folder,
    NODE_COMMON_PORT: String(12_346 + options.lane * 100),
  };
  try {
    return {
      name: file.name,
      plain: await runPlain(file, env, options.node),
      hitless: await runInHitless(file, env, options),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
