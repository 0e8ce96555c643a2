import { HitlessError } from "../shared/errors.ts";
import { readyCount } from "../shared/facts/snapshotFacts.ts";
import type { RequestParams } from "../shared/protocol.ts";
import type { RenewalReport } from "../shared/report.ts";
import { longestReadyMs } from "../shared/settings/readyTime.ts";
import type { Snapshot } from "../shared/snapshot.ts";
import type { AppSupervisor } from "./app/appSupervisor.ts";
import { createBrokenBuild } from "./app/brokenBuild.ts";
import { checkSchedule } from "./app/checkSchedule.ts";
import { productionSigns } from "./app/productionSigns.ts";
import { steadyNow } from "./clock.ts";
import type { RequestHandlers } from "./control/controlSession.ts";
import type { LastOutput } from "./control/lastOutput.ts";
import { createLayerHandlers } from "./layers/layerHandlers.ts";
import { createRequestsHandler } from "./layers/requestsHandler.ts";
import type { EventLog } from "./logs/eventLog.ts";
import type { LogFiles } from "./logs/files/logFiles.ts";
import { readLogs } from "./logs/logReader.ts";
import type { LogStore } from "./logs/logStore.ts";

/** A scaling that neither succeeds nor fails is given up this long after a worker must have become ready, in milliseconds. */
const scaleMarginMs = 5_000;

export interface HandlerParts {
  readonly app: AppSupervisor;
  readonly logs: LogStore;
  readonly logFiles: Pick<LogFiles, "reopen">;
  readonly events: EventLog;
  /** Whether the process is about to end. */
  readonly isLeaving: () => boolean;
  /** Renews this supervisor itself. */
  readonly upgrade: (wish: RequestParams<"app/upgrade">, cancelled: AbortSignal) => Promise<RenewalReport>;
  /** Aborted once another supervisor has the app. */
  readonly moved: AbortSignal;
  /** Stops the app and resolves when no worker is left. */
  readonly stop: (now: boolean) => Promise<void>;
  /** Resolves when the last output has been read, or this process goes on waiting for who has yet to do so. */
  readonly lastOutput: LastOutput;
}

/** The handlers of the control channel's requests. */
export function createRequestHandlers(parts: HandlerParts): RequestHandlers {
  const { app, logs, logFiles, events, stop } = parts;
  /** An answer follows the snapshot that shows its effect. */
  const shown = <Result>(result: Result): Result => {
    app.publisher.flush();
    return result;
  };
  return {
    "app/snapshot": () => app.snapshot(),
    "app/start": () => {
      if (parts.isLeaving()) {
        throw new HitlessError("invalidState", "This supervisor is leaving; launch the app anew.", { remedy: "start" });
      }
      app.start();
      return shown({});
    },
    "app/renew": async ({ kind, worker, recipe, origin, broken }, cancelled) => {
      if (broken === true) {
        return shown(await tryBrokenBuild(app, cancelled));
      }
      await checkSchedule(recipe?.schedule);
      const reading = worker === undefined && recipe === undefined ? await app.renewalRequests.readRecipe() : undefined;
      const report = await cancellable(app, cancelled, () =>
        app.renewalRequests.renew(kind, { worker, ...(recipe === undefined ? reading : { recipe }) }),
      );
      if (origin !== undefined && report.outcome === "completed") {
        app.source.replace(origin);
      }
      return shown(report);
    },
    "app/rollback": async (_params, cancelled) => {
      const recipe = await app.renewalRequests.previousRecipe();
      return shown(await cancellable(app, cancelled, () => app.renewalRequests.renew("reload", { recipe })));
    },
    "app/productionSigns": () => ({ signs: productionSigns(app.recipe.env) }),
    "app/upgrade": async (wish, cancelled) => shown(await parts.upgrade(wish, cancelled)),
    "app/drain": (params) => {
      app.roster.changeDrain(params.worker, params.action === "extend" ? params.ms : undefined);
      return shown({});
    },
    "app/cancelRenewal": () => shown({ cancelled: app.renewals.cancel() }),
    "app/watch": async ({ on }) => {
      await app.watch.set(on);
      return shown(app.watch.view);
    },
    "app/stale": async () => shown(await app.lookForStale()),
    "app/scale": async ({ workers }) => {
      const change = app.scale(workers);
      await scaled(app, workers, longestReadyMs(app.recipe) + scaleMarginMs);
      return shown(change);
    },
    "app/stop": async ({ now }) => {
      await stop(now ?? false);
      const unread = await parts.lastOutput.settled();
      return shown({ killed: app.killedWhileStopping, ...unread });
    },
    "app/killWorker": ({ worker }) => {
      app.roster.kill(worker);
      return {};
    },
    "debug/begin": async ({ worker, stopOnEntry = false }, _cancelled, client) => {
      const wish = worker === undefined ? { stopOnEntry } : { stopOnEntry, slot: app.roster.find(worker).slot };
      return shown({ failed: await app.debugSessions.begin(client, wish) });
    },
    "debug/end": (_params, _cancelled, client) => {
      app.debugSessions.end(client);
      return shown({});
    },
    "debug/continue": async ({ worker }) => {
      await app.resume(worker);
      return shown({});
    },
    "debug/look": async ({ worker }) => shown({ paused: await app.look(worker) }),
    "app/reports": () => ({ reports: [...app.renewals.reports] }),
    "app/events": () => ({ events: events.recent() }),
    "logs/read": (params, cancelled, client) => readLogs(logs, params, [cancelled, parts.moved], client),
    "logs/reopen": async () => ({ files: await logFiles.reopen() }),
    ...createLayerHandlers(app),
    ...createRequestsHandler(app),
  };
}

/** Reloads to a build that can't start: the report says how that was undone. */
async function tryBrokenBuild(app: AppSupervisor, cancelled: AbortSignal): Promise<RenewalReport> {
  const build = await createBrokenBuild(app.recipe);
  try {
    const notes = ["A rehearsal: this build can't start, on purpose."];
    return await cancellable(app, cancelled, () =>
      app.renewalRequests.renew("reload", { recipe: build.recipe, notes }),
    );
  } finally {
    await build.dispose();
  }
}

/** A renewal that is undone, if still possible, when its client cancels the request. */
async function cancellable(
  app: AppSupervisor,
  cancelled: AbortSignal,
  renew: () => Promise<RenewalReport>,
): Promise<RenewalReport> {
  const renewal = renew();
  const cancel = (): void => app.renewals.withdraw(renewal);
  if (cancelled.aborted) {
    // Cancelled while it was determined what to renew.
    cancel();
  }
  cancelled.addEventListener("abort", cancel, { once: true });
  try {
    return await renewal;
  } finally {
    cancelled.removeEventListener("abort", cancel);
  }
}

/** Waits until that many workers are ready; an app that is stopped keeps the number for its next start. */
function scaled(app: AppSupervisor, workers: number, deadlineMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const startedAt = steadyNow();
    const check = (snapshot: Snapshot): void => {
      const { state, failure, desiredWorkers } = snapshot.app;
      const failedNow = snapshot.workers.length < workers && failure !== undefined && state !== "running";
      if (
        readyCount(snapshot) >= workers ||
        desiredWorkers !== workers ||
        state === "stopped" ||
        state === "stopping"
      ) {
        finish(resolve);
      } else if (failedNow) {
        finish(() =>
          reject(
            new HitlessError("invalidState", `${allOf(workers)} could not be started: ${failure.message}`, {
              remedy: "showLog",
              detail: failure.stderr,
            }),
          ),
        );
      } else if (steadyNow() - startedAt > deadlineMs) {
        finish(() =>
          reject(
            new HitlessError(
              "deadline",
              `${allOf(workers)} ${workers === 1 ? "was" : "were"} not ready within ${deadlineMs} ms.`,
              {
                remedy: "showLog",
              },
            ),
          ),
        );
      }
    };
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      listening.dispose();
      settle();
    };
    const timer = setTimeout(() => check(app.snapshot()), deadlineMs + 1);
    const listening = app.publisher.onDidPublish(check);
    check(app.snapshot());
  });
}

function allOf(workers: number): string {
  return workers === 1 ? "The one worker" : `Some of the ${workers} workers`;
}
