import { randomUUID } from "node:crypto";
import { hostname, userInfo } from "node:os";
import type { Disposable } from "../../shared/basics/disposable.ts";
import type { FleetRun, LockHolder } from "../../shared/machines/fleetRun.ts";
import type { KeepAliveReading } from "../balancers/check/finding.ts";
import type { ClientIdentity } from "../connection/supervisorClient.ts";
import { MachineConnection } from "../machines/machineConnection.ts";
import type { RunCommand } from "../machines/runCommand.ts";
import type { ProjectSettings } from "../settings/projectSettings.ts";
import { checkFleet, type FleetProblem } from "./checkFleet.ts";
import { balancerOf, balancerRun } from "./fleetBalancer.ts";
import { type FleetLock, takeFleetLock } from "./fleetLock.ts";
import { closeMembers, type FoundMember, findMembers, type Member } from "./fleetMembers.ts";
import type { FleetPlan } from "./fleetPlan.ts";
import { readKeepAlive } from "./readKeepAlive.ts";
import { type RunFleetOptions, runFleet } from "./runFleet.ts";

export interface FleetSessionOptions {
  readonly settings: ProjectSettings;
  readonly plan: FleetPlan;
  readonly identity: ClientIdentity;
  /** Aborting it gives up the connecting. */
  readonly signal?: AbortSignal;
}

/**
 * What one person does to a fleet: the machines of a plan, connected. To carry it out: take the locks, check, run, and
 * release the locks, in this order. Disposing it closes what it opened; a lock is free then too.
 */
export class FleetSession implements Disposable {
  readonly plan: FleetPlan;
  readonly found: readonly FoundMember[];
  readonly #settings: ProjectSettings;
  readonly #holder: LockHolder;
  readonly #opened: MachineConnection[] = [];

  /** Connects to the machines at once; what can't be reached is told by the check. */
  static async open({ settings, plan, identity, signal }: FleetSessionOptions): Promise<FleetSession> {
    const found = await findMembers(plan.groups.flat(), plan.fleet.app, identity, signal);
    return new FleetSession(settings, plan, found);
  }

  private constructor(settings: ProjectSettings, plan: FleetPlan, found: readonly FoundMember[]) {
    const { fleet, kind } = plan;
    this.plan = plan;
    this.found = found;
    this.#settings = settings;
    const who = `${userName()}@${hostname()}`;
    this.#holder = { session: randomUUID(), fleet: fleet.name, kind, who, since: Date.now() };
  }

  /** @throws HitlessError `machineLocked`, which names who is busy and since when. */
  takeLock(): Promise<FleetLock> {
    const { fleet } = this.plan;
    // Everybody takes the locks in the order of the settings, whatever the order of the renewal.
    const place = ({ machine }: Member): number => fleet.machines.indexOf(machine.name);
    const inOrder = this.#members.sort((a, b) => place(a) - place(b));
    return takeFleetLock(inOrder, fleet.app, this.#holder);
  }

  /** Looks at all that could be in the way; touches nothing. */
  check(): Promise<FleetProblem[]> {
    return checkFleet(this.plan, this.found, this.#balancer());
  }

  /** Does what the plan says; a failure is an outcome. */
  run(following: Pick<RunFleetOptions, "cancelled" | "onDidChange" | "onOutput" | "onTrouble">): Promise<FleetRun> {
    const { plan } = this;
    const common = { plan, members: this.#members, balancer: this.#balancer(), holder: this.#holder };
    return runFleet({ ...common, ...following });
  }

  /** Asks a worker on each machine for how long it keeps idle connections; one that can't tell says why. */
  readKeepAlive(): Promise<KeepAliveReading[]> {
    return Promise.all(this.found.map(readKeepAlive));
  }

  /** Runs commands where the fleet's balancer is. */
  balancerRun(): RunCommand {
    const { balancer } = this.plan.fleet;
    const machine = this.#settings.machines.find(({ name }) => name === balancer?.machine);
    return balancerRun(machine, async (there) => {
      const connection = await MachineConnection.open(there);
      this.#opened.push(connection);
      return connection;
    });
  }

  dispose(): void {
    closeMembers(this.found);
    for (const connection of this.#opened) {
      connection.dispose();
    }
  }

  get #members(): Member[] {
    return this.found.flatMap(({ member }) => (member === undefined ? [] : [member]));
  }

  #balancer() {
    return balancerOf(this.plan.fleet, this.plan.groups.flat(), this.balancerRun());
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "somebody");
  }
}
