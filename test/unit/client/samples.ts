import type { Failure } from "../../../src/shared/failure.ts";
import type { RenewalReport } from "../../../src/shared/report.ts";
import type { Snapshot, WorkerView } from "../../../src/shared/snapshot.ts";

export function sampleWorker(changes: Partial<WorkerView> = {}): WorkerView {
  return {
    id: 1,
    slot: 1,
    pid: 4712,
    generation: 1,
    state: "ready",
    health: "responsive",
    startedAt: 1_000,
    readyAt: 1_200,
    restarts: 0,
    addresses: ["http://127.0.0.1:3000"],
    ...changes,
  };
}

export function sampleSnapshot(
  changes: {
    app?: Partial<Snapshot["app"]>;
    workers?: WorkerView[];
    renewal?: Snapshot["renewal"];
    sequence?: number;
  } = {},
): Snapshot {
  const { app, workers, renewal, sequence = 1 } = changes;
  return {
    sequence,
    supervisor: { pid: 4711, version: "0.1.0", nodeVersion: "v24.1.0", detached: false },
    app: {
      name: "api",
      root: "/srv/api",
      entry: "/srv/api/server.js",
      state: "running",
      generation: 1,
      desiredWorkers: 2,
      addresses: ["http://127.0.0.1:3000"],
      startedAt: 1_000,
      finished: false,
      ...app,
    },
    workers: workers ?? [sampleWorker(), sampleWorker({ id: 2, slot: 2, pid: 4713 })],
    ...(renewal === undefined ? {} : { renewal }),
  };
}

export function sampleReport(changes: Partial<RenewalReport> = {}): RenewalReport {
  return {
    kind: "reload",
    outcome: "completed",
    from: 1,
    to: 2,
    startedAt: 1_000,
    durationMs: 1_234,
    readyMs: 800,
    workers: [
      { id: 3, slot: 1, pid: 4801, generation: 2, state: "ready" },
      { id: 4, slot: 2, pid: 4802, generation: 2, state: "ready" },
    ],
    killed: 0,
    ...changes,
  };
}

export function sampleFailure(changes: Partial<Failure> = {}): Failure {
  return { code: "threw", message: "It threw.", exitCode: 1, signal: null, stderr: ["Error: no"], ...changes };
}
