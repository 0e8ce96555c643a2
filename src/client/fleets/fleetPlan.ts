import { HitlessError } from "../../shared/errors.ts";
import type { FleetKind, FleetRun } from "../../shared/machines/fleetRun.ts";
import type { Machine } from "../machines/sshMachine.ts";
import type { Fleet, ProjectSettings } from "../settings/projectSettings.ts";
import { renewedSince } from "./fleetPast.ts";

/** What is to be done to a fleet, as the settings alone say it. */
export interface FleetPlan {
  readonly fleet: Fleet;
  readonly kind: FleetKind;
  /** All that it concerns, in the order of the settings: they are connected, locked and asked. */
  readonly machines: readonly Machine[];
  /** What a rollback touches: `new` are the machines that have something of the last renewal, which they are asked for. */
  readonly scope: "all" | "new";
  /** What is touched. Each group at the same time, one group after the other. */
  readonly groups: readonly (readonly Machine[])[];
  /** It is only looked whether the plan could be carried out, whatever the person is about to do. */
  readonly isLook: boolean;
  /** Machines that are not touched, and why: a few words. */
  readonly leftOut: readonly { readonly machine: string; readonly reason: string }[];
}

export interface PlanOptions {
  /** Names of machines that are left out, such as one that is gone. */
  readonly without?: readonly string[];
  /** A rollback goes back on all machines, whatever the last renewal has touched. */
  readonly everywhere?: boolean;
  /** Default false; see `FleetPlan`. */
  readonly isLook?: boolean;
}

/**
 * The fleet of this name.
 * @throws HitlessError `badConfig`, which says which fleets there are.
 */
export function chooseFleet({ fleets, files }: ProjectSettings, name: string): Fleet {
  const fleet = fleets.find((candidate) => candidate.name === name);
  if (fleet !== undefined) {
    return fleet;
  }
  const names = fleets.map((candidate) => candidate.name).join(", ");
  const there =
    names === "" ? `None is named${files.length === 0 ? "" : ` in ${files.join(" or ")}`}.` : `There are: ${names}.`;
  throw new HitlessError("badConfig", `There is no fleet "${name}". ${there}`, { remedy: "openSettings" });
}

/**
 * The machines of a fleet, in its order.
 * @throws HitlessError `badConfig`, which names the machine that is not among the settings, or is named twice.
 */
export function machinesOf(fleet: Fleet, { machines }: ProjectSettings): Machine[] {
  return fleet.machines.map((name, index) => {
    const machine = machines.find((candidate) => candidate.name === name);
    if (machine === undefined) {
      throw faulty(
        fleet,
        `machines[${index}]`,
        `"${name}" is none of "machines"; name it there, with what ssh is to connect to`,
      );
    }
    if (fleet.machines.indexOf(name) !== index) {
      throw faulty(fleet, `machines[${index}]`, `"${name}" is named twice; remove one`);
    }
    return machine;
  });
}

/**
 * What would be done, and in which order.
 * @throws HitlessError `badConfig`, which names the field and the fix; `usage` for a name that is none of the fleet's.
 */
export function planFleet(
  settings: ProjectSettings,
  name: string,
  kind: FleetKind,
  { without = [], everywhere = false, isLook = false }: PlanOptions = {},
): FleetPlan {
  const whole = chooseFleet(settings, name);
  const stranger = without.find((one) => !whole.machines.includes(one));
  if (stranger !== undefined) {
    throw new HitlessError(
      "usage",
      `"${stranger}" is no machine of the fleet ${name}, which has ${whole.machines.join(", ")}.`,
    );
  }
  const left = whole.machines.filter((one) => !without.includes(one));
  const atOnce = without.length === 0 ? whole.atOnce : Math.max(1, Math.min(whole.atOnce, left.length - 1));
  const fleet: Fleet = { ...whole, machines: left, atOnce };
  const machines = machinesOf(fleet, settings);
  if (without.length > 0 && machines.length < 2) {
    throw new HitlessError(
      "usage",
      `Without ${without.join(", ")} the fleet ${name} has fewer than two machines. On a single one use: hitless reload ${fleet.app} --on MACHINE.`,
    );
  }
  if (fleet.atOnce >= machines.length) {
    throw faulty(
      fleet,
      "atOnce",
      `must be less than ${machines.length}, the number of machines: one of them has to serve`,
    );
  }
  if (fleet.onFailure === "rollback" && fleet.rollback === undefined) {
    throw faulty(
      fleet,
      "onFailure",
      `is "rollback", and "rollback" is missing: name the command that goes back to the release before`,
    );
  }
  const { balancer } = fleet;
  if (balancer?.machine !== undefined && !settings.machines.some((machine) => machine.name === balancer.machine)) {
    throw faulty(fleet, "balancer.machine", `"${balancer.machine}" is none of "machines"; name it there`);
  }
  const order = kind === "rollback" ? machines.toReversed() : machines;
  const leftOut = without.map((machine) => ({ machine, reason: "--without" }));
  const scope = kind === "rollback" && !everywhere ? "new" : "all";
  return { fleet, kind, machines, scope, groups: grouped(order, fleet), isLook, leftOut };
}

/**
 * The plan as it is once the machines have told what was done to the fleet: a rollback keeps to those that have something new.
 * @param runs Newest first.
 */
export function settleScope(plan: FleetPlan, runs: readonly FleetRun[]): FleetPlan {
  if (plan.scope === "all") {
    return plan;
  }
  const { names, run } = renewedSince(runs, plan.fleet.rollback !== undefined);
  const order = plan.groups.flat();
  const touched = order.filter(({ name }) => names.includes(name));
  const others = order.filter((machine) => !touched.includes(machine));
  return {
    ...plan,
    groups: grouped(touched, plan.fleet),
    leftOut: [
      ...plan.leftOut,
      ...others.toReversed().map(({ name }) => ({ machine: name, reason: oldReason(name, run, runs) })),
    ],
  };
}

/** Why nothing is to be gone back from on a machine. */
function oldReason(name: string, last: FleetRun | undefined, runs: readonly FleetRun[]): string {
  if (last === undefined) {
    return "no renewal of this fleet is known there";
  }
  const there = last.machines.find((machine) => machine.name === name);
  const wentBack =
    there?.step === "rolledBack" ||
    runs.some(
      ({ kind, startedAt, machines }) =>
        kind === "rollback" &&
        startedAt > last.startedAt &&
        machines.some((machine) => machine.name === name && machine.step === "done"),
    );
  if (wentBack) {
    return "it has gone back already";
  }
  return there?.deployed === true
    ? "its workers run what they ran before, and the fleet has no rollback command for what was deployed"
    : "the last renewal did not touch it";
}

/** The same with some of its machines first. */
export function withFirst(plan: FleetPlan, names: readonly string[]): FleetPlan {
  const order = plan.groups.flat();
  const first = order.filter(({ name }) => names.includes(name));
  return first.length === 0
    ? plan
    : { ...plan, groups: grouped([...first, ...order.filter((machine) => !first.includes(machine))], plan.fleet) };
}

function grouped(order: readonly Machine[], { atOnce }: Fleet): Machine[][] {
  return Array.from({ length: Math.ceil(order.length / atOnce) }, (_, index) =>
    order.slice(index * atOnce, (index + 1) * atOnce),
  );
}

function faulty({ name }: Fleet, field: string, rule: string): HitlessError {
  return new HitlessError("badConfig", `fleets.${name}.${field} ${rule}.`, { remedy: "openSettings" });
}
