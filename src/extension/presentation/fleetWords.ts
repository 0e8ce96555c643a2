import type { FleetKind, FleetRun, MachineStep } from "../../shared/machines/fleetRun.ts";
import type { Localize } from "../platform/localize.ts";

/** How a step is called while it goes on. */
export function stepWord(step: MachineStep, t: Localize): string {
  return {
    waiting: t("not touched"),
    deploying: t("deploying"),
    draining: t("leaving the balancer"),
    renewing: t("renewing"),
    returning: t("coming back to the balancer"),
    verifying: t("verifying"),
    done: t("done"),
    failed: t("failed"),
    rollingBack: t("rolling back"),
    rolledBack: t("rolled back"),
  }[step];
}

const over: readonly MachineStep[] = ["waiting", "done", "failed", "rolledBack"];

/** What goes on now: `web2: verifying`. */
export function busyWords({ machines }: FleetRun, t: Localize): string {
  return machines
    .filter(({ step }) => !over.includes(step))
    .map(({ name, step }) => `${name}: ${stepWord(step, t)}`)
    .join(" · ");
}

/** What is done, as a button says it. */
export function fleetAction(kind: FleetKind, t: Localize): string {
  return {
    reload: t("Reload"),
    gracefulReload: t("Graceful Reload"),
    restart: t("Restart"),
    rollback: t("Roll Back"),
  }[kind];
}

/** Asked before it is done. */
export function fleetQuestion(
  kind: FleetKind,
  { app, machines }: { readonly app: string; readonly machines: string },
  t: Localize,
): string {
  return {
    reload: t("Reload {0} on {1}?", app, machines),
    gracefulReload: t("Reload {0} gracefully on {1}?", app, machines),
    restart: t("Restart {0} on {1}?", app, machines),
    rollback: t("Roll back {0} on {1}?", app, machines),
  }[kind];
}

/** While it goes on, over its progress. */
export function fleetTitle(kind: FleetKind, fleet: string, t: Localize): string {
  switch (kind) {
    case "restart":
      return t("Restarting the fleet {0}", fleet);
    case "rollback":
      return t("Rolling back the fleet {0}", fleet);
    default:
      return t("Reloading the fleet {0}", fleet);
  }
}

/** How it ended, in a sentence that names the machines. */
export function fleetOutcome(run: FleetRun, t: Localize): string {
  switch (run.kind) {
    case "restart":
      return restartOutcome(run, t);
    case "rollback":
      return rollbackOutcome(run, t);
    default:
      return reloadOutcome(run, t);
  }
}

function reloadOutcome(run: FleetRun, t: Localize): string {
  const { fleet, all, done, at, took } = partsOf(run);
  switch (run.outcome) {
    case "running":
      return t("The fleet “{0}” is being reloaded.", fleet);
    case "completed":
      return all === 1
        ? t("The fleet “{0}” was reloaded on 1 machine in {1} s.", fleet, took)
        : t("The fleet “{0}” was reloaded on {1} machines in {2} s.", fleet, all, took);
    case "cancelled":
      return all === 1
        ? t("The reload of the fleet “{0}” was cancelled after {1} of 1 machine.", fleet, done)
        : t("The reload of the fleet “{0}” was cancelled after {1} of {2} machines.", fleet, done, all);
    case "rolledBack":
      return t("The reload of the fleet “{0}” failed at {1} and was rolled back.", fleet, at);
    case "failed":
      return at === ""
        ? t("The reload of the fleet “{0}” stopped.", fleet)
        : t("The reload of the fleet “{0}” stopped at {1}.", fleet, at);
  }
}

function restartOutcome(run: FleetRun, t: Localize): string {
  const { fleet, all, done, at, took } = partsOf(run);
  switch (run.outcome) {
    case "running":
      return t("The fleet “{0}” is being restarted.", fleet);
    case "completed":
      return all === 1
        ? t("The fleet “{0}” was restarted on 1 machine in {1} s.", fleet, took)
        : t("The fleet “{0}” was restarted on {1} machines in {2} s.", fleet, all, took);
    case "cancelled":
      return all === 1
        ? t("The restart of the fleet “{0}” was cancelled after {1} of 1 machine.", fleet, done)
        : t("The restart of the fleet “{0}” was cancelled after {1} of {2} machines.", fleet, done, all);
    case "rolledBack":
      return t("The restart of the fleet “{0}” failed at {1} and was rolled back.", fleet, at);
    case "failed":
      return at === ""
        ? t("The restart of the fleet “{0}” stopped.", fleet)
        : t("The restart of the fleet “{0}” stopped at {1}.", fleet, at);
  }
}

function rollbackOutcome(run: FleetRun, t: Localize): string {
  const { fleet, all, done, at, took } = partsOf(run);
  switch (run.outcome) {
    case "running":
      return t("The fleet “{0}” is being rolled back.", fleet);
    case "completed":
      return all === 1
        ? t("The fleet “{0}” was rolled back on 1 machine in {1} s.", fleet, took)
        : t("The fleet “{0}” was rolled back on {1} machines in {2} s.", fleet, all, took);
    case "cancelled":
      return all === 1
        ? t("The roll-back of the fleet “{0}” was cancelled after {1} of 1 machine.", fleet, done)
        : t("The roll-back of the fleet “{0}” was cancelled after {1} of {2} machines.", fleet, done, all);
    default:
      return at === ""
        ? t("The roll-back of the fleet “{0}” stopped.", fleet)
        : t("The roll-back of the fleet “{0}” stopped at {1}.", fleet, at);
  }
}

function partsOf({ fleet, machines, durationMs = 0 }: FleetRun) {
  return {
    fleet,
    all: machines.length,
    done: machines.filter(({ step }) => step === "done").length,
    at: machines.flatMap(({ name, failedAt }) => (failedAt === undefined ? [] : [name])).join(", "),
    took: (durationMs / 1_000).toFixed(1),
  };
}
