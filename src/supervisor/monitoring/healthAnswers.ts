import type { Snapshot, WorkerState } from "../../shared/snapshot.ts";
import type { MonitorAnswer } from "./monitorServer.ts";

export interface HealthFacts {
  /** Whether clients are served and will be. */
  readonly ready: boolean;
  /** The app as it is now. */
  readonly snapshot: Pick<Snapshot, "app" | "workers">;
}

/**
 * Answers `/live` and `/ready`; `undefined` for any other path. Alive is a supervisor that can answer at all; what it says
 * of the app is the same under both.
 */
export function answerHealth(path: string, facts: () => HealthFacts): MonitorAnswer | undefined {
  if (path !== "/live" && path !== "/ready") {
    return undefined;
  }
  const { ready, snapshot } = facts();
  return {
    status: path === "/live" || ready ? 200 : 503,
    type: "application/json; charset=utf-8",
    body: `${JSON.stringify(summarize(snapshot, ready))}\n`,
  };
}

/** For people and scripts; a balancer looks at the status only. */
function summarize({ app, workers }: HealthFacts["snapshot"], ready: boolean): object {
  const count = (state: WorkerState): number => workers.filter((worker) => worker.state === state).length;
  return {
    name: app.name,
    ready,
    state: app.state,
    generation: app.generation,
    workers: {
      wanted: app.desiredWorkers,
      starting: count("starting"),
      ready: count("ready"),
      draining: count("draining"),
      unresponsive: workers.filter(({ health }) => health === "unresponsive").length,
    },
  };
}
