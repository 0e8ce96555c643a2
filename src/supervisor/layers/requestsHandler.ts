import { usualSlowMs } from "../../shared/layers/slowRequests.ts";
import type { RequestsReading, WorkerRequests } from "../../shared/layers/watchedRequests.ts";
import type { AppSupervisor } from "../app/appSupervisor.ts";
import type { RequestHandlers } from "../control/controlSession.ts";
import type { WorkerHandle } from "../worker/workerHandle.ts";

/** Milliseconds for a worker to answer. */
const deadlineMs = 2_000;

/** Handles the requests for what the workers are answering. A worker that is blocked does not keep the others' answers back. */
export function createRequestsHandler(app: Pick<AppSupervisor, "roster">): Pick<RequestHandlers, "requests/read"> {
  return {
    "requests/read": async ({ worker: id, slowMs = usualSlowMs, after = {} }) => {
      const asked = id === undefined ? [...app.roster.all.values()].filter(({ dead }) => !dead) : [app.roster.pick(id)];
      const answers = await Promise.allSettled(asked.map((worker) => ask(worker, after[worker.id] ?? 0, slowMs)));
      const reading: RequestsReading = { workers: [], silent: [] };
      for (const [index, answer] of answers.entries()) {
        if (answer.status === "fulfilled") {
          reading.workers.push(answer.value);
        } else {
          reading.silent.push(asked[index]?.id ?? 0);
        }
      }
      return reading;
    },
  };
}

async function ask(worker: WorkerHandle, after: number, slowMs: number): Promise<WorkerRequests> {
  const { kind: _kind, ...requests } = await worker.layers.ask({ kind: "requests", after, slowMs }, deadlineMs);
  const { id, slot, generation } = worker;
  return { worker: id, slot, generation, ...requests };
}
