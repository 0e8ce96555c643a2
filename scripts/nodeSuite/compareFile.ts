import { mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { runAlone } from "./runAlone.ts";
import type { HitlessLane } from "./runInHitless.ts";
import { runPlain } from "./runPlain.ts";
import type { SuiteFile } from "./suiteFiles.ts";

/** How one run of a file ended. */
export interface Outcome {
  /** `undefined` of a process that a signal or the runner ended. */
  readonly code: number | undefined;
  /** It did not end by itself within the deadline. */
  readonly hung: boolean;
  /** It had nothing to do but to wait for messages or connections, and was ended by a restart. */
  readonly ended?: boolean;
  /** The end of what it printed. */
  readonly output: string;
}

/** A run is there only if those before it, in this order, left a question. */
export interface Comparison {
  readonly name: string;
  /** By `node FILE`. */
  readonly alone: Outcome;
  readonly hitless?: Outcome;
  /** As a later worker of a supervisor, if it passed as the first one only. */
  readonly later?: Outcome;
  /** As the worker of a plain cluster. */
  readonly plain?: Outcome;
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
 * - `same`: passes alone and under Hitless;
 * - `waits`: passes as well, but waits for messages or connections of its primary until it is told to go;
 * - `differs`: passes alone and as a plain cluster worker, and not under Hitless;
 * - `cluster`: passes alone only: no cluster worker passes it;
 * - `skips`: says itself that it can't be run here;
 * - `fails`: does not even pass alone here.
 */
export type Verdict = "same" | "waits" | "differs" | "cluster" | "skips" | "fails";

export function verdictOf({ alone, hitless, plain }: Comparison): Verdict {
  if (!passed(alone)) {
    return "fails";
  }
  if (hitless === undefined) {
    return "skips";
  }
  if (passed(hitless)) {
    return hitless.ended === true ? "waits" : "same";
  }
  return plain !== undefined && passed(plain) ? "differs" : "cluster";
}

/** How often a file is run under Hitless until it passes: many depend on how busy the machine is. */
const tries = 3;

/** @param hitless Where files are run under Hitless, one after the other. */
export async function compareFile(
  file: SuiteFile,
  { node, lane }: RunOptions,
  hitless: HitlessLane,
): Promise<Comparison> {
  const folder = join(tmpdir(), `suite-${process.pid}-${lane}`);
  mkdirSync(folder, { recursive: true });
  const env = {
    ...file.env,
    TEST_THREAD_ID: String(lane),
    NODE_TEST_DIR: folder,
    NODE_COMMON_PORT: String(12_346 + lane * 100),
  };
  const { name } = file;
  try {
    const alone = await runAlone(file, env, node);
    if (!passed(alone) || skipsItself(alone)) {
      return { name, alone };
    }
    const first = await hitless.run(file, env, false);
    if (passed(first)) {
      return { name, alone, hitless: first };
    }
    const plain = await runPlain(file, env, node);
    let outcome = first;
    for (let tried = 1; tried < tries && passed(plain) && !passed(outcome); tried += 1) {
      outcome = await hitless.run(file, env, true);
    }
    return { name, alone, hitless: outcome, plain, ...(passed(outcome) && { later: first }) };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function passed({ code, hung }: Outcome): boolean {
  return code === 0 && !hung;
}

/** Node's tests print this line of TAP, and end with 0, where something that they need is not there. */
function skipsItself({ output }: Outcome): boolean {
  return /^1\.\.0 # Skipped:/m.test(output);
}
