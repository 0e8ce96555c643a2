import type { DrainedMachine, FleetRun, MachineRun } from "../../shared/machines/fleetRun.ts";

/**
 * The runs that several machines have written down, newest first, each once. The machines were told one by one: of one run, the
 * note that knows of the end, or of more, is right.
 */
export function mergeRuns(noted: readonly FleetRun[]): FleetRun[] {
  const runs = new Map<string, FleetRun>();
  for (const run of noted) {
    const known = runs.get(run.session);
    if (known === undefined || progressOf(run) > progressOf(known)) {
      runs.set(run.session, run);
    }
  }
  return [...runs.values()].sort((a, b) => b.startedAt - a.startedAt);
}

/**
 * The machines that have something newer than before the last renewal: what it deployed or renewed, and what those that were
 * stopped right before it did, less what has gone back since.
 * @param runs Newest first.
 * @param takesBackFiles Whether the fleet has a command that takes a deployed release back. Without, a machine that was only
 *   deployed has nothing to go back from: its workers run what they ran before.
 * @returns `run`: the last renewal; absent if none is known.
 */
export function renewedSince(
  runs: readonly FleetRun[],
  takesBackFiles: boolean,
): {
  readonly names: readonly string[];
  readonly run?: FleetRun;
} {
  const isNew = new Map<string, boolean>();
  let last: FleetRun | undefined;
  for (const run of runs) {
    const isRollback = run.kind === "rollback";
    const isWhole = !isRollback && run.outcome === "completed";
    if (isWhole && last !== undefined) {
      break;
    }
    for (const machine of run.machines) {
      const decided = isRollback ? (machine.step === "done" ? false : undefined) : hasNew(machine, takesBackFiles);
      if (decided !== undefined && !isNew.has(machine.name)) {
        isNew.set(machine.name, decided);
      }
    }
    last ??= isRollback ? undefined : run;
    if (isWhole) {
      break;
    }
  }
  const names = [...isNew].flatMap(([name, one]) => (one ? [name] : []));
  return { names, ...(last !== undefined && { run: last }) };
}

/** Whether a renewal has left something new on a machine that one can go back from; `undefined` where it did not. */
function hasNew({ deployed, renewed, step }: MachineRun, takesBackFiles: boolean): boolean | undefined {
  return (deployed && takesBackFiles) || renewed ? step !== "rolledBack" : undefined;
}

/**
 * The machines that runs have taken out of the balancer and not put back.
 * @param runs Newest first.
 * @param busy The session that is at it now: what it has taken out is its own affair.
 */
export function leftDrained(runs: readonly FleetRun[], busy?: string): DrainedMachine[] {
  const newest = new Map<string, { readonly session: string; readonly drained: DrainedMachine }>();
  for (const { session, drained = [] } of runs) {
    for (const one of drained) {
      if (!newest.has(one.machine)) {
        newest.set(one.machine, { session, drained: one });
      }
    }
  }
  return [...newest.values()].flatMap(({ session, drained }) =>
    drained.back === undefined && session !== busy ? [drained] : [],
  );
}

/** Steps that are over, and one more for an end. */
function progressOf({ outcome, machines, drained = [] }: FleetRun): number {
  const order = [
    "waiting",
    "deploying",
    "draining",
    "renewing",
    "returning",
    "verifying",
    "rollingBack",
    "failed",
    "done",
    "rolledBack",
  ];
  const steps = machines.reduce((sum, { step }) => sum + order.indexOf(step), 0);
  const drains = drained.reduce((sum, { back }) => sum + (back === undefined ? 1 : 2), 0);
  return steps * 100 + drains + (outcome === "running" ? 0 : 1_000_000);
}
