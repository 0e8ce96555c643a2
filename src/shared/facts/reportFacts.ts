import type { RenewalReport } from "../report.ts";

/** The ways to renew and their outcomes as a sentence names them, in English. */
export const renewalNames = { reload: "reload", gracefulReload: "graceful reload", restart: "restart" } as const;

/** What a report or the view of a renewal is about, as a sentence names it. */
export function renewalName({
  kind,
  supervisor,
}: Pick<RenewalReport, "kind" | "supervisor">): (typeof renewalNames)[RenewalReport["kind"]] | "upgrade" {
  return supervisor === undefined ? renewalNames[kind] : "upgrade";
}

/** Why a renewal ended that ran when somebody stopped the app. */
export const stoppedReason = "The app was stopped.";

export const outcomeNames = {
  completed: "completed",
  rolledBack: "rolled back",
  cancelled: "cancelled",
  failed: "failed",
} as const;

/**
 * Whether every request was answered and no connection cut. Unknown counts as no; so does a restart, which refuses clients
 * in its gap, and whatever was killed or died.
 */
export function droppedNothing({
  traffic,
  outcome,
  kind,
  killed,
  lostAddresses = [],
  unserved = 0,
}: RenewalReport): boolean {
  return (
    traffic !== undefined &&
    traffic.failed === 0 &&
    traffic.cut === 0 &&
    (traffic.inTransit ?? 0) === 0 &&
    (traffic.crashed ?? 0) === 0 &&
    (traffic.silent ?? 0) === 0 &&
    traffic.afterLoss !== true &&
    killed === 0 &&
    unserved === 0 &&
    lostAddresses.length === 0 &&
    outcome === "completed" &&
    kind !== "restart"
  );
}

/** Requests that a renewal cut off, and connections that carried none; `undefined` where that is not known. */
export function droppedCount(report: RenewalReport): number | undefined {
  const { outcome, traffic, killed, unserved = 0, lostAddresses = [] } = report;
  if (traffic === undefined || traffic.afterLoss === true || outcome === "failed") {
    return undefined;
  }
  const { failed, cut, opaque = 0, crashed = 0, silent = 0, inTransit = 0 } = traffic;
  const unknown = opaque + crashed + silent + inTransit + unserved + killed + lostAddresses.length;
  return unknown === 0 ? failed + cut : undefined;
}

/** Whether a renewal is what a fleet goes on after: it completed, and no request or connection was cut. */
export function lostNothing(report: RenewalReport): boolean {
  if (report.kind !== "restart") {
    return droppedNothing(report);
  }
  const { outcome, traffic, killed } = report;
  // A restart refuses clients in its gap, from which a balancer keeps them; what it had accepted must be answered.
  const { failed = 0, cut = 0, crashed = 0, silent = 0, inTransit = 0 } = traffic ?? {};
  return outcome === "completed" && failed + cut + crashed + silent + inTransit + killed === 0;
}
