import { setTimeout as delay } from "node:timers/promises";
import { HitlessError, toHitlessError } from "../../shared/errors.ts";
import { readyCount } from "../../shared/facts/snapshotFacts.ts";
import type { DrainedMachine, FleetRun, LockHolder, MachineRun, MachineStep } from "../../shared/machines/fleetRun.ts";
import type { Balancer } from "../balancers/balancer.ts";
import { hasReady, isReady, type Member } from "./fleetMembers.ts";
import type { FleetPlan } from "./fleetPlan.ts";
import { renewMember, type StepSurroundings, takeBack } from "./memberSteps.ts";

/** Milliseconds for the machines to write down how far the fleet is; one that can't is gone on without. */
const noteMs = 10_000;

/** Milliseconds in which the reason for a lost connection may follow. */
const reasonMs = 2_000;

/** Milliseconds for the verify address to answer once more when all is over. */
const lastAskMs = 10_000;

export interface RunFleetOptions {
  readonly plan: FleetPlan;
  readonly members: readonly Member[];
  readonly balancer: Balancer | undefined;
  /** Names of machines that did not serve as they should when all was checked. */
  readonly ill: readonly string[];
  /** What a dead run has left out of the balancer. */
  readonly drained: readonly DrainedMachine[];
  /** Tells the machine of the balancer what is out, so that it puts that back if this run dies. */
  readonly guard: (machine: string, out: boolean) => Promise<void>;
  /** Who does it; its session names the run. */
  readonly holder: LockHolder;
  /** Aborting it ends the run between two machines. */
  readonly cancelled: AbortSignal;
  readonly onDidChange: (run: FleetRun) => void;
  readonly onOutput: StepSurroundings["onOutput"];
  /** Called with what else was done. */
  readonly onDidSay?: (message: string) => void;
  /** Called when a machine that is not to be touched again was written to in vain, and such things. */
  readonly onTrouble: (message: string) => void;
}

/**
 * Takes a fleet through a plan, group after group. The locks are held by the caller, and all is checked.
 * @returns The report; a failure is an outcome.
 */
export async function runFleet(options: RunFleetOptions): Promise<FleetRun> {
  const transaction = new Transaction(options);
  return transaction.run();
}

class Transaction {
  readonly #options: RunFleetOptions;
  readonly #startedAt = performance.now();
  readonly #machines: MachineRun[];
  /** The machines in the order in which they were touched. */
  readonly #touched: Member[] = [];
  /** Those that did not serve as they should, as far as is known. */
  readonly #ill: Set<string>;
  readonly #drained: Map<string, DrainedMachine>;
  #outcome: FleetRun["outcome"] = "running";
  #reason: string | undefined;

  constructor(options: RunFleetOptions) {
    this.#options = options;
    this.#ill = new Set(options.ill);
    this.#drained = new Map(options.drained.map((one) => [one.machine, one]));
    this.#machines = options.plan.groups
      .flat()
      .map(({ name }) => ({ name, step: "waiting", deployed: false, renewed: false }));
  }

  /** The whole story. */
  async run(): Promise<FleetRun> {
    const { plan, cancelled } = this.#options;
    await this.#note();
    try {
      await this.#putBackLeft();
      for (const [index, group] of plan.groups.entries()) {
        if (index > 0) {
          await delay(plan.fleet.pause, undefined, { signal: cancelled }).catch(() => undefined);
        }
        if (cancelled.aborted) {
          this.#end("cancelled", "It was cancelled between two machines.");
          break;
        }
        const members = group.map(({ name }) => this.#member(name));
        this.#othersServe(members, this.#ill);
        this.#touched.push(...members);
        await settleAll(members.map((member) => this.#renew(member)));
      }
      if (this.#outcome === "running") {
        this.#end("completed");
      }
    } catch (thrown) {
      const { message } = toHitlessError(thrown);
      const back = plan.fleet.onFailure === "rollback" && plan.kind !== "rollback" && (await this.#rollBack());
      this.#end(back ? "rolledBack" : "failed", message);
    }
    await this.#lookWhoServes();
    await this.#note();
    await this.#unguardOut();
    return this.#report();
  }

  async #renew(member: Member): Promise<void> {
    const startedAt = performance.now();
    try {
      await renewMember(member, this.#surroundings(member));
      this.#ill.delete(member.machine.name);
    } catch (thrown) {
      const { message, detail } = await failureOf(member, thrown);
      const { step, reason } = this.#of(member);
      const whole = reason === undefined ? message : `${message} ${reason}`;
      await this.#change(member, { step: "failed", failedAt: step, reason: whole, detail: [...detail] });
      throw new HitlessError("invalidState", message, { detail, cause: thrown });
    } finally {
      await this.#change(member, { durationMs: Math.round(performance.now() - startedAt) });
    }
  }

  /** Back in reverse order; true if every machine that was touched is as it was before. */
  async #rollBack(): Promise<boolean> {
    let isWhole = true;
    for (const member of this.#touched.toReversed()) {
      const { deployed, renewed, name } = this.#of(member);
      if (!deployed && !renewed) {
        continue;
      }
      try {
        if (isReady(member) && renewed) {
          this.#othersServe([member], new Set());
        }
        await takeBack(member, this.#surroundings(member), renewed);
      } catch (thrown) {
        isWhole = false;
        const { message, detail } = await failureOf(member, thrown);
        await this.#change(member, {
          step: "failed",
          failedAt: "rollingBack",
          reason: `It could not be rolled back: ${message}`,
          detail: [...detail],
        });
        this.#options.onTrouble(`${name} could not be rolled back: ${message}`);
      }
    }
    return isWhole;
  }

  /** Puts back what a dead run has left out, where it serves; what does not comes back behind its renewal. */
  async #putBackLeft(): Promise<void> {
    const { balancer, members, plan, onDidSay, onTrouble } = this.#options;
    for (const { machine: name, who } of this.#drained.values()) {
      const member = members.find(({ machine }) => machine.name === name);
      if (balancer === undefined || member === undefined || !isReady(member) || this.#ill.has(name)) {
        onTrouble(`${name} is still out of the balancer: it does not serve as it should, or is no part of this run.`);
        continue;
      }
      try {
        await balancer.undrain(name);
        await this.#setOut(name, false);
        onDidSay?.(`${name} is back in the balancer, which ${who} had left out.`);
      } catch (thrown) {
        const { message, detail } = toHitlessError(thrown);
        const text = `${name} could not be put back into the balancer: ${message}`;
        // A restart takes out another one.
        if (plan.kind === "restart") {
          throw new HitlessError("balancerFailed", text, { detail, cause: thrown });
        }
        onTrouble(text);
      }
    }
  }

  /** What stays out on purpose is not to be put back because this connection ends. */
  async #unguardOut(): Promise<void> {
    const out = [...this.#drained.values()].filter(({ back }) => back === undefined);
    await Promise.all(out.map(({ machine }) => this.#options.guard(machine, false)));
  }

  /** Written down at once. */
  async #setOut(machine: string, isOut: boolean): Promise<void> {
    const known = this.#drained.get(machine);
    const now = Date.now();
    if (isOut) {
      const isNew = known === undefined || known.back !== undefined;
      this.#drained.set(machine, isNew ? { machine, who: this.#options.holder.who, since: now } : known);
    } else if (known !== undefined) {
      this.#drained.set(machine, { ...known, back: now });
    }
    await Promise.all([this.#note(), this.#options.guard(machine, isOut)]);
  }

  /** @throws HitlessError `invalidState` if no machine but these serves. */
  #othersServe(members: readonly Member[], ill: ReadonlySet<string>): void {
    const others = this.#options.members.filter((member) => !members.includes(member));
    if (!others.some((member) => isReady(member) && !ill.has(member.machine.name))) {
      const names = members.map(({ machine }) => machine.name).join(", ");
      throw new HitlessError(
        "invalidState",
        `No machine but ${names} serves, and the last one that does is never touched.`,
      );
    }
  }

  #surroundings(member: Member): StepSurroundings {
    const { plan, balancer, onOutput } = this.#options;
    const { name } = member.machine;
    return {
      fleet: plan.fleet,
      wasIll: this.#ill.has(name),
      isOut: () => this.#drained.has(name) && this.#drained.get(name)?.back === undefined,
      onOut: (isOut) => this.#setOut(name, isOut),
      kind: plan.kind,
      balancer,
      onOutput,
      onStep: (step, facts) => this.#change(member, { step, ...facts }),
    };
  }

  #member(name: string): Member {
    const member = this.#options.members.find(({ machine }) => machine.name === name);
    if (member === undefined) {
      throw new HitlessError("internal", `${name} is not connected.`);
    }
    return member;
  }

  #of({ machine }: Member): MachineRun {
    const found = this.#machines.find(({ name }) => name === machine.name);
    return found ?? { name: machine.name, step: "waiting", deployed: false, renewed: false };
  }

  async #change(member: Member, change: Partial<MachineRun>): Promise<void> {
    const before = this.#of(member);
    const isNew = change.step !== undefined && change.step !== before.step;
    this.#machines[this.#machines.indexOf(before)] = { ...before, ...change };
    this.#options.onDidChange(this.#report());
    if (isNew || "renewed" in change) {
      await this.#note();
    }
  }

  #end(outcome: FleetRun["outcome"], reason?: string): void {
    this.#outcome = outcome;
    this.#reason = reason;
    this.#options.onDidChange(this.#report());
  }

  #report(): FleetRun {
    const { plan, holder } = this.#options;
    return {
      session: holder.session,
      fleet: plan.fleet.name,
      app: plan.fleet.app,
      kind: plan.kind,
      who: holder.who,
      startedAt: holder.since,
      ...(this.#outcome !== "running" && { durationMs: Math.round(performance.now() - this.#startedAt) }),
      outcome: this.#outcome,
      ...(this.#reason !== undefined && { reason: this.#reason }),
      machines: this.#machines.map((machine) => ({ ...machine })),
      ...(this.#drained.size > 0 && { drained: [...this.#drained.values()] }),
    };
  }

  /** Asks what can be asked: the workers, and the verify address. */
  async #lookWhoServes(): Promise<void> {
    await Promise.all(
      this.#machines.map(async (machine, index) => {
        const member = this.#member(machine.name);
        if (!member.connection.closed && !member.client.closed) {
          this.#machines[index] = { ...machine, ...(await servingFacts(member, this.#options.plan.fleet)) };
        }
      }),
    );
  }

  /** Writes down how far it is, on every machine that can be reached. */
  async #note(): Promise<void> {
    const run = this.#report();
    const { members, onTrouble } = this.#options;
    await Promise.all(
      members.map(async ({ connection, machine }) => {
        if (!connection.closed) {
          await connection.request("note", { run }, noteMs).catch((error: unknown) => {
            onTrouble(`${machine.name} could not write down how far the fleet is: ${toHitlessError(error).message}`);
          });
        }
      }),
    );
  }
}

/**
 * With the connection to its machine, that to an app is lost as well: how the first one ended is the reason. A machine
 * that goes down may end what runs on it first, which is then half of the reason.
 */
async function failureOf({ connection }: Member, thrown: unknown): Promise<HitlessError> {
  const error = toHitlessError(thrown);
  if (error.code !== "connectionLost") {
    const lost = await connection.facts(reasonMs).then(() => undefined, toHitlessError);
    return lost?.code === "connectionLost"
      ? new HitlessError(error.code, `${error.message} ${lost.message}`, { detail: error.detail, cause: error })
      : error;
  }
  const timer = new AbortController();
  const late = delay(reasonMs, error, { signal: timer.signal }).catch(() => error);
  const reason = await Promise.race([connection.over, late]);
  timer.abort();
  return reason;
}

/** What is known of who serves; never rejects. */
async function servingFacts(
  { client, connection }: Member,
  { verify }: FleetPlan["fleet"],
): Promise<Pick<MachineRun, "serves" | "workers" | "verified">> {
  const { snapshot } = client;
  const isReadyNow = hasReady(snapshot);
  const workers = { ready: readyCount(snapshot), desired: snapshot.app.desiredWorkers };
  if (verify === undefined || !isReadyNow) {
    return { serves: isReadyNow, workers };
  }
  try {
    const { status } = await connection.request("ask", { url: verify.url, deadlineMs: lastAskMs });
    const verified = status === verify.status;
    return { serves: verified, workers, verified };
  } catch {
    return { workers };
  }
}

/** Waits for all, then throws what failed first in their order. */
async function settleAll(work: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  for (const result of results) {
    if (result.status === "rejected") {
      throw result.reason;
    }
  }
}

/** How a step is called while it goes on. */
export const stepNames: Readonly<Record<MachineStep, string>> = {
  waiting: "not touched",
  deploying: "deploying",
  draining: "leaving the balancer",
  renewing: "renewing",
  returning: "coming back to the balancer",
  verifying: "verifying",
  done: "done",
  failed: "failed",
  rollingBack: "rolling back",
  rolledBack: "rolled back",
};
