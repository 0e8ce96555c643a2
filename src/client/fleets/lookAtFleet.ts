import type { FleetRun, LockHolder } from "../../shared/machines/fleetRun.ts";
import type { RenewalReport } from "../../shared/report.ts";
import type { ClientIdentity } from "../connection/supervisorClient.ts";
import type { Machine } from "../machines/sshMachine.ts";
import type { Fleet } from "../settings/projectSettings.ts";
import { closeMembers, type FoundMember, findMembers } from "./fleetMembers.ts";

/** A fleet at one look. */
export interface FleetView {
  readonly machines: readonly FleetMachineView[];
  /** What was last done to it, as the machines that can be reached have written it down; newest first. */
  readonly runs: readonly FleetRun[];
  /** Who is busy with it, or died being so. */
  readonly lock?: { readonly holder: LockHolder; readonly alive: boolean };
}

export interface FleetMachineView {
  readonly found: FoundMember;
  /** Its newest renewal. */
  readonly lastReport?: RenewalReport;
}

/** Looks at all machines of a fleet, and closes what it opened. */
export async function lookAtFleet(
  fleet: Fleet,
  machines: readonly Machine[],
  identity: ClientIdentity,
): Promise<FleetView> {
  const found = await findMembers(machines, fleet.app, identity);
  try {
    const looks = await Promise.all(found.map((one) => lookAtOne(one, fleet)));
    const runs = new Map<string, FleetRun>();
    for (const run of looks.flatMap((look) => look.runs)) {
      const known = runs.get(run.session);
      // The machines were told one by one: the one that knows of the end, or of more, is right.
      if (known === undefined || progressOf(run) > progressOf(known)) {
        runs.set(run.session, run);
      }
    }
    const locks = looks.flatMap(({ lock }) => (lock === undefined ? [] : [lock]));
    const lock = locks.find(({ alive }) => alive) ?? locks[0];
    return {
      machines: looks.map(({ view }) => view),
      runs: [...runs.values()].sort((a, b) => b.startedAt - a.startedAt),
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

/** Steps that are over, and one more for an end. */
function progressOf({ outcome, machines }: FleetRun): number {
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
  return machines.reduce((sum, { step }) => sum + order.indexOf(step), 0) + (outcome === "running" ? 0 : 1_000);
}
