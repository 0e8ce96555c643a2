import { withPlace } from "../../shared/failure.ts";
import type { EventLevel } from "../../shared/logs.ts";
import type { WorkerHandle } from "./workerHandle.ts";

/** The log message for a worker that ended. `running`: the app is meant to run, so an exit is an accident. */
export function describeExit(
  worker: WorkerHandle,
  running: boolean,
): { readonly level: EventLevel; readonly code: string; readonly message: string } {
  const who = describeWorker(worker);
  if (worker.killRequested) {
    return { level: "info", code: "workerKilled", message: `${who} was killed as asked` };
  }
  if (!worker.dismissed && worker.finished) {
    const when = worker.wasReady ? "" : " without ever having been ready";
    return { level: "info", code: "workerFinished", message: `${who} finished (exit code 0)${when}` };
  }
  if (!worker.dismissed && running) {
    const { failure } = worker;
    return { level: "error", code: "workerDied", message: `${who}: ${withPlace(failure.message, failure.location)}` };
  }
  return { level: "info", code: "workerGone", message: `${who} is gone` };
}

/** The name of a worker in the log. */
export function describeWorker(worker: WorkerHandle): string {
  return `${worker.name} (pid ${worker.pid})`;
}
