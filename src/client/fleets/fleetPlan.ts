import { HitlessError } from "../../shared/errors.ts";
import type { FleetKind } from "../../shared/machines/fleetRun.ts";
import type { Machine } from "../machines/sshMachine.ts";
import type { Fleet, ProjectSettings } from "../settings/projectSettings.ts";

/** What is to be done to a fleet, as the settings alone say it. */
export interface FleetPlan {
  readonly fleet: Fleet;
  readonly kind: FleetKind;
  /** Each group at the same time, one group after the other. */
  readonly groups: readonly (readonly Machine[])[];
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
 * @param without Names of machines that are left out, such as one that is gone.
 * @throws HitlessError `badConfig`, which names the field and the fix; `usage` for a name that is none of the fleet's.
 */
export function planFleet(
  settings: ProjectSettings,
  name: string,
  kind: FleetKind,
  without: readonly string[] = [],
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
  const groups = Array.from({ length: Math.ceil(order.length / fleet.atOnce) }, (_, index) =>
    order.slice(index * fleet.atOnce, (index + 1) * fleet.atOnce),
  );
  return { fleet, kind, groups };
}

function faulty({ name }: Fleet, field: string, rule: string): HitlessError {
  return new HitlessError("badConfig", `fleets.${name}.${field} ${rule}.`, { remedy: "openSettings" });
}
