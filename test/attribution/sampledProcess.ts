import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { setPriority } from "node:os";
import { join } from "node:path";
import type { CollectedSample } from "../../src/shared/layers/collected.ts";
import type { CpuSample } from "../../src/shared/layers/sample.ts";
import { completeSample } from "../../src/supervisor/layers/sample/completeSample.ts";
import { distFolder } from "../support/paths.ts";
import { within } from "../support/process/until.ts";

/** Of each sample; with a tick each millisecond. */
const seconds = 0.5;

/** To load all cases, or to take a sample. */
const deadlineMs = 120_000;

/** Before that of others, where the machine lets it: what has no CPU can't be sampled. */
const priority = -19;

export interface SampledProcess {
  /** Names of all that it can do. */
  readonly cases: readonly string[];
  /** Samples it while it does that. */
  sample(name: string): Promise<CpuSample>;
  end(): void;
}

/**
 * Starts the app of the cases, in which the collector samples and of which the sample is completed as the supervisor does it.
 * @param folder The app.
 * @param program Of Node.js.
 * @param only The case that it is for; it loads no packages of other cases, which differ in what they load. Default: all.
 */
export async function startSampled(folder: string, program: string, only?: string): Promise<SampledProcess> {
  const startedAt = Date.now();
  const child = fork(
    join(folder, "sampled.js"),
    [join(distFolder, "layers.cjs"), ...(only === undefined ? [] : [only])],
    {
      cwd: folder,
      execPath: program,
      execArgv: [],
      serialization: "advanced",
      detached: process.platform !== "win32",
    },
  );
  goFirst(child.pid ?? 0);
  const [{ cases }] = (await answer(child)) as [{ cases: readonly string[] }];
  return {
    cases,
    async sample(name) {
      child.send({ name, seconds });
      const [{ sample }] = (await answer(child)) as [{ sample: CollectedSample }];
      const worker = { pid: child.pid ?? 0 } as CpuSample["worker"];
      return completeSample(worker, sample, startedAt);
    },
    end: () => void child.kill("SIGKILL"),
  };
}

/**
 * Linux shares its CPUs among sessions first (`sched_autogroup_enabled`), so that the priority of a process counts only
 * within its own; the session has one as well. Both take a right that few have.
 */
function goFirst(pid: number): void {
  for (const raise of [
    () => setPriority(pid, priority),
    () => writeFileSync(`/proc/${pid}/autogroup`, String(priority)),
  ]) {
    try {
      raise();
    } catch {
      // The sample is then as good as the machine is quiet.
    }
  }
}

function answer(child: ChildProcess): Promise<unknown[]> {
  return within("the next message of the process that is sampled", once(child, "message"), deadlineMs);
}
