import type { PanelStatus, PanelWorker } from "../../shared/layers/panelMessages.ts";
import type { AppView } from "../apps/appView.ts";

/** The status of an app as the panel shows it. */
export function panelStatus(scanned: boolean, view: AppView | undefined): PanelStatus {
  if (view === undefined) {
    return scanned ? "noApp" : "searching";
  }
  switch (view.state) {
    case "stopped":
    case "finished":
    case "failed":
    case "invalid":
      return "stopped";
    case "stopping":
      return "stopping";
    default:
      return view.snapshot?.workers.some(({ state }) => state === "ready" || state === "draining") === true
        ? "running"
        : "starting";
  }
}

export interface WorkerChoice {
  readonly chosen: number | undefined;
  /** The chosen one as known before. */
  readonly before: PanelWorker | undefined;
  /** The one that the user picked last. */
  readonly picked: number | undefined;
}

/**
 * The worker to show: the current one, as long as it lives or if the user picked it after it had ended; its successor
 * in the same slot; the ready one of the lowest slot; or the one that ended last.
 * @param workers By slot; ended ones last, newest first.
 */
export function chooseWorker(
  workers: readonly PanelWorker[],
  { chosen, before, picked }: WorkerChoice,
): PanelWorker | undefined {
  const current = workers.find(({ id }) => id === chosen);
  const endedBefore = before === undefined || (before.id === chosen && before.state === "gone");
  if (current !== undefined && (current.state !== "gone" || (picked === chosen && endedBefore))) {
    return current;
  }
  const coming = workers.filter(({ state }) => state === "ready" || state === "starting");
  const successor = coming.filter(({ slot }) => slot === before?.slot).at(-1);
  const ready = coming.find(({ state }) => state === "ready");
  return successor ?? ready ?? workers.find(({ state }) => state !== "gone") ?? workers[0];
}
