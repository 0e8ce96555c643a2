import { HitlessError } from "../../shared/errors.ts";
import type { Snapshot, WorkerView } from "../../shared/snapshot.ts";
import { workerName } from "../../shared/text/workerName.ts";
import type { WantedWorker } from "../arguments/workerArgument.ts";

/**
 * The worker of an app that is meant.
 *
 * @param prefers Which one, where two are in a slot; default: neither, but for two of one generation the one that stays.
 * @throws HitlessError `workerNotFound`, which names those that there are.
 */
export function findWorker(
  { app, workers }: Pick<Snapshot, "app" | "workers">,
  wanted: WantedWorker,
  prefers?: (worker: WorkerView) => boolean,
): WorkerView {
  const found = workers.filter((worker) => isWanted(worker, wanted));
  const isOne = new Set(found.map(({ generation }) => generation)).size === 1;
  const preferred = found.filter(prefers ?? (({ state }) => isOne && state !== "draining"));
  const [one, other] = preferred.length === 1 ? preferred : found;
  if (one !== undefined && other === undefined) {
    return one;
  }
  const names = (all: readonly WorkerView[]) =>
    all.map((worker) => `${worker.slot}.${worker.generation} (${worker.state})`).join(", ");
  if (one === undefined) {
    const detail = workers.length === 0 ? "It has none." : `It has ${names(workers)}.`;
    throw new HitlessError("workerNotFound", `${app.name} has no worker ${wanted.written}.`, { detail: [detail] });
  }
  throw new HitlessError("workerNotFound", `${app.name} has several workers ${wanted.written}.`, {
    detail: [`Write one of ${names(found)}.`],
  });
}

export function isWanted(
  worker: { readonly slot: number; readonly generation: number },
  wanted: WantedWorker,
): boolean {
  return worker.slot === wanted.slot && (wanted.generation ?? worker.generation) === worker.generation;
}

/** What a worker is called that may be gone by now: as it was written, if it is not known. */
export function nameOf(workers: readonly WorkerView[], id: number): string {
  const worker = workers.find((one) => one.id === id);
  return worker === undefined ? `worker with the id ${id}` : workerName(worker);
}
