import { randomUUID } from "node:crypto";
import { hostname, userInfo } from "node:os";
import type { Disposable } from "../../shared/basics/disposable.ts";
import type { DrainedMachine, FleetRun, LockHolder } from "../../shared/machines/fleetRun.ts";
import type { KeepAliveReading } from "../balancers/check/finding.ts";
import type { ClientIdentity } from "../connection/supervisorClient.ts";
import type { RunCommand } from "../machines/runCommand.ts";
import type { ProjectSettings } from "../settings/projectSettings.ts";
import { checkFleet, type FleetProblem } from "./checkFleet.ts";
import { drainedText, stillDrained } from "./drainedMachines.ts";
import { type FleetLock, takeFleetLock } from "./fleetLock.ts";
import { closeMembers, type FoundMember, findMembers, type Member } from "./fleetMembers.ts";
import { leftDrained, mergeRuns } from "./fleetPast.ts";
import { type FleetPlan, settleScope, withFirst } from "./fleetPlan.ts";
import { type OpenedBalancer, openBalancer } from "./openBalancer.ts";
import { readKeepAlive } from "./readKeepAlive.ts";
import { type RunFleetOptions, runFleet } from "./runFleet.ts";

/** What was done to a fleet before, as its machines tell. */
export interface FleetPast {
  /** Newest first. */
  readonly runs: readonly FleetRun[];
  /** What a run has taken out of the balancer and not put back. */
  readonly drained: readonly DrainedMachine[];
  /** Who is at it now. */
  readonly busy?: LockHolder;
  /** Locks that somebody left who died. */
  readonly stale: readonly { readonly machine: string; readonly holder: LockHolder }[];
}

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
  readonly found: readonly FoundMember[];
  #plan: FleetPlan;
  #past: FleetPast = { runs: [], drained: [], stale: [] };
  #ill: readonly string[] = [];
  readonly #holder: LockHolder;
  readonly #balancer: OpenedBalancer;

  /** Connects to the machines at once; what can't be reached is told by the check. */
  static async open({ settings, plan, identity, signal }: FleetSessionOptions): Promise<FleetSession> {
    const found = await findMembers(plan.machines, plan.fleet.app, identity, signal);
    return new FleetSession(settings, plan, found);
  }

  private constructor(settings: ProjectSettings, plan: FleetPlan, found: readonly FoundMember[]) {
    const { fleet, kind } = plan;
    this.#plan = plan;
    this.found = found;
    this.#balancer = openBalancer(fleet, settings, plan.machines);
    const who = `${userName()}@${hostname()}`;
    this.#holder = { session: randomUUID(), fleet: fleet.name, kind, who, since: Date.now() };
  }

  /** What is to be done; settled by the check. */
  get plan(): FleetPlan {
    return this.#plan;
  }

  /** What the machines have told of the past; known with the check. */
  get past(): FleetPast {
    return this.#past;
  }

  /** @throws HitlessError `machineLocked`, which names who is busy and since when. */
  takeLock(): Promise<FleetLock> {
    const { fleet } = this.plan;
    // Everybody takes the locks in the order of the settings, whatever the order of the renewal.
    const place = ({ machine }: Member): number => fleet.machines.indexOf(machine.name);
    const inOrder = this.#members.sort((a, b) => place(a) - place(b));
    return takeFleetLock(inOrder, fleet.app, this.#holder);
  }

  /** Looks at all that could be in the way, and settles what is touched, in which order; touches nothing. */
  async check(): Promise<FleetProblem[]> {
    this.#past = await this.#lookBack();
    this.#plan = settleScope(this.#plan, this.#past.runs);
    const { problems, ill } = await checkFleet(this.#plan, this.found, this.#balancer.balancer);
    this.#ill = ill;
    this.#plan = withFirst(this.#plan, ill);
    return [...problems, ...this.#pastProblems()];
  }

  /** Does what the plan says; a failure is an outcome. */
  run(
    following: Pick<RunFleetOptions, "cancelled" | "onDidChange" | "onOutput" | "onTrouble" | "onDidSay">,
  ): Promise<FleetRun> {
    return runFleet({
      plan: this.#plan,
      members: this.#members,
      balancer: this.#balancer.balancer,
      holder: this.#holder,
      ill: this.#ill,
      drained: this.#past.drained,
      guard: this.#balancer.guard,
      ...following,
    });
  }

  async #lookBack(): Promise<FleetPast> {
    const { fleet } = this.#plan;
    const notes = await Promise.all(
      this.found.map(async ({ connection, machine }) => {
        const asked = connection?.request("notes", { fleet: fleet.name, app: fleet.app });
        return { machine: machine.name, ...(await asked?.catch(() => undefined)) };
      }),
    );
    const runs = mergeRuns(notes.flatMap((one) => one.runs ?? []));
    const others = notes.flatMap(({ machine, lock }) =>
      lock === undefined || lock.holder.session === this.#holder.session ? [] : [{ machine, ...lock }],
    );
    const busy = others.find(({ alive }) => alive)?.holder;
    const drained = await stillDrained(leftDrained(runs, busy?.session), this.#balancer.balancer);
    const stale = others.filter(({ alive }) => !alive);
    return { runs, drained, stale, ...(busy !== undefined && { busy }) };
  }

  #pastProblems(): FleetProblem[] {
    const { groups, fleet } = this.#plan;
    const { balancer } = this.#balancer;
    return [
      ...this.#past.drained.map(
        (one): FleetProblem => ({
          machine: one.machine,
          severity: "warning",
          message: drainedText(one),
          detail: [
            "The next command of this fleet puts it back first, once it serves.",
            `By hand: ${balancer.byHand(one.machine)}`,
          ],
        }),
      ),
      ...(groups.length === 0
        ? [
            {
              severity: "error" as const,
              message: `There is nothing to go back on: no machine has anything new of the last renewal of ${fleet.name}. --all-machines goes back on all of them.`,
            },
          ]
        : []),
    ];
  }

  /** Asks a worker on each machine for how long it keeps idle connections; one that can't tell says why. */
  readKeepAlive(): Promise<KeepAliveReading[]> {
    return Promise.all(this.found.map(readKeepAlive));
  }

  /** Runs commands where the fleet's balancer is. */
  balancerRun(): RunCommand {
    return this.#balancer.run;
  }

  dispose(): void {
    closeMembers(this.found);
    this.#balancer.dispose();
  }

  get #members(): Member[] {
    return this.found.flatMap(({ member }) => (member === undefined ? [] : [member]));
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "somebody");
  }
}
