import { judge } from "../../../../src/client/rehearsal/judge.ts";
import { planRehearsal } from "../../../../src/client/rehearsal/rehearsalPlan.ts";
import type { RehearsalResult } from "../../../../src/shared/rehearsal/rehearsalResult.ts";
import { sampleReport } from "../samples.ts";

export const calm = { answers: 1_000, failed: 0, reopened: 0, p50: 2, p99: 5, max: 9 };

/** A rehearsal in which all went well, but for `changes`. */
export function sampleRehearsal(
  changes: Partial<RehearsalResult> = {},
  addresses: readonly string[] = ["http://127.0.0.1:3000"],
): RehearsalResult {
  const measured = {
    app: "api",
    kind: "reload" as const,
    protocol: "http" as const,
    address: "http://127.0.0.1:3000",
    method: "GET",
    paths: ["/"],
    nodeVersion: "v24.1.0",
    connections: 50,
    rate: 500,
    startedAt: 0,
    durationMs: 12_000,
    requests: 3_000,
    failed: 0,
    refused: 0,
    reopened: 0,
    before: calm,
    during: calm,
    after: calm,
    marks: [
      { mark: "ordered" as const, at: 4_000 },
      { mark: "done" as const, at: 4_500 },
    ],
    sliceMs: 100,
    slices: Array.from({ length: 120 }, () => ({ answers: 50, failed: 0, reopened: 0, p50: 2, p99: 5, max: 9 })),
    failures: [],
    reopenings: [],
    failureReasons: [],
    reopeningReasons: [],
    workers: [],
    report: sampleReport({
      traffic: { served: 3_000, failed: 0, handedOver: 50, closed: 0, cut: 0, longestStallMs: 3 },
      killed: 0,
    }),
    ...changes,
  };
  const findings = judge(measured, planRehearsal({ kind: measured.kind, maxP99Factor: 4 }), addresses);
  return { ...measured, findings, passed: findings.every(({ level }) => level !== "bad") };
}
