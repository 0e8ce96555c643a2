import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setPriority } from "node:os";
import { join } from "node:path";
import type { CollectedSample } from "../../src/shared/layers/collected.ts";
import type { CpuSample } from "../../src/shared/layers/sample.ts";
import { completeSample } from "../../src/supervisor/layers/sample/completeSample.ts";
import { distFolder } from "../support/paths.ts";
import { within } from "../support/process/until.ts";

/** Of each sample; with a tick each millisecond. */
const seconds = 0.5;

/** Before that of others, where the machine lets it: what has no CPU can't be sampled. */
const priority = -10;

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
 */
export async function startSampled(folder: string, program: string): Promise<SampledProcess> {
  const startedAt = Date.now();
  const child = fork(join(folder, "sampled.js"), [join(distFolder, "layers.cjs")], {
    cwd: folder,
    execPath: program,
    execArgv: [],
    serialization: "advanced",
  });
  const [{ cases }] = (await answer(child)) as [{ cases: readonly string[] }];
  try {
    setPriority(child.pid ?? 0, priority);
  } catch {
    // It takes a right that few have.
  }
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

function answer(child: ChildProcess): Promise<unknown[]> {
  return within("the next message of the process that is sampled", once(child, "message"));
}
