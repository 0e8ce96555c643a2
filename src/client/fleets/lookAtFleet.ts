import type { DrainedMachine, FleetRun, LockHolder } from "../../shared/machines/fleetRun.ts";
import type { RenewalReport } from "../../shared/report.ts";
import type { Balancer } from "../balancers/balancer.ts";
import type { ClientIdentity } from "../connection/supervisorClient.ts";
import type { Machine } from "../machines/sshMachine.ts";
import type { Fleet } from "../settings/projectSettings.ts";
import { stillDrained } from "./drainedMachines.ts";
import { closeMembers, type FoundMember, findMembers } from "./fleetMembers.ts";
import { leftDrained, mergeRuns } from "./fleetPast.ts";

/** A fleet at one look. */
export interface FleetView {
  readonly machines: readonly FleetMachineView[];
  /** What was last done to it, as the machines that can be reached have written it down; newest first. */
  readonly runs: readonly FleetRun[];
  /** What a run that is over or dead has taken out of the balancer, and nobody has put back as far as is known. */
  readonly drained: readonly DrainedMachine[];
  /** Who is busy with it, or died being so. */
  readonly lock?: { readonly holder: LockHolder; readonly alive: boolean };
}

export interface FleetMachineView {
  readonly found: FoundMember;
  /** Its newest renewal. */
  readonly lastReport?: RenewalReport;
}

/**
 * Looks at all machines of a fleet, and closes what it opened.
 * @param balancer Asked about machines that were taken out and, by what is written down, not put back.
 */
export async function lookAtFleet(
  fleet: Fleet,
  machines: readonly Machine[],
  identity: ClientIdentity,
  balancer?: Balancer,
): Promise<FleetView> {
  const found = await findMembers(machines, fleet.app, identity);
  try {
    const looks = await Promise.all(found.map((one) => lookAtOne(one, fleet)));
    const locks = looks.flatMap(({ lock }) => (lock === undefined ? [] : [lock]));
    const lock = locks.find(({ alive }) => alive) ?? locks[0];
    const runs = mergeRuns(looks.flatMap((look) => look.runs));
    const drained = await stillDrained(
      leftDrained(runs, lock?.alive === true ? lock.holder.session : undefined),
      balancer,
    );
    return {
      machines: looks.map(({ view }) => view),
      runs,
      drained,
      ...(lock !== undefined && { lock }),
    };
  } finally {
    closeMembers(found);
  }
}

interface Look {
  readonly view: FleetMachineView;
  readonly runs: readonly FleetRun[];
  readonly lock?: NonNullable<FleetView["lock"]>;
}

async function lookAtOne(found: FoundMember, { name, app }: Fleet): Promise<Look> {
  const { connection, member } = found;
  const [reports, notes] = await Promise.all([
    member?.client.request("app/reports", {}).catch(() => undefined),
    connection?.request("notes", { fleet: name, app }).catch(() => undefined),
  ]);
  const [lastReport] = reports?.reports ?? [];
  return {
    view: { found, ...(lastReport !== undefined && { lastReport }) },
    runs: notes?.runs ?? [],
    ...(notes?.lock !== undefined && { lock: notes.lock }),
  };
}
