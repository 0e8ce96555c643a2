import { randomUUID } from "node:crypto";
import { hostname, userInfo } from "node:os";
import { checkFleet, type FleetProblem } from "../../../client/fleets/checkFleet.ts";
import { balancerOf, balancerRun } from "../../../client/fleets/fleetBalancer.ts";
import { type FleetLock, takeFleetLock } from "../../../client/fleets/fleetLock.ts";
import { closeMembers, type FoundMember, findMembers, type Member } from "../../../client/fleets/fleetMembers.ts";
import type { FleetPlan } from "../../../client/fleets/fleetPlan.ts";
import { runFleet } from "../../../client/fleets/runFleet.ts";
import { MachineConnection } from "../../../client/machines/machineConnection.ts";
import type { RunCommand } from "../../../client/machines/runCommand.ts";
import type { Fleet, ProjectSettings } from "../../../client/settings/projectSettings.ts";
import { HitlessError } from "../../../shared/errors.ts";
import type { FleetKind, FleetRun, LockHolder } from "../../../shared/machines/fleetRun.ts";
import { type CliContext, exitCodeOfSignal } from "../../cliContext.ts";
import { say } from "../../command.ts";
import { createFleetPrinter } from "../../show/fleetPrinter.ts";
import { problemLine, staleLockLine } from "../../show/fleetText.ts";
import { during, openWaitNotes } from "../../terminal/progressLine.ts";
import { onStopSignal } from "../interrupts.ts";

/** A plan whose machines are connected, locked and checked. */
export interface OpenedFleet {
  readonly plan: FleetPlan;
  readonly found: readonly FoundMember[];
  readonly problems: readonly FleetProblem[];
}

/** Connects to the machines of a plan and checks them; they are closed with the command. Touches nothing. */
export async function openFleet(context: CliContext, settings: ProjectSettings, plan: FleetPlan): Promise<OpenedFleet> {
  const found = await connectFleet(context, plan);
  return { plan, found, problems: await lookForProblems(context, settings, plan, found) };
}

async function connectFleet(context: CliContext, plan: FleetPlan): Promise<readonly FoundMember[]> {
  const machines = plan.groups.flat();
  const finding = findMembers(machines, plan.fleet.app, context.identity);
  const found = await during(context.stderr, `${machines.map(({ name }) => name).join(", ")} to answer`, finding);
  context.atEnd.push({ dispose: () => closeMembers(found) });
  return found;
}

async function lookForProblems(
  context: CliContext,
  settings: ProjectSettings,
  plan: FleetPlan,
  found: readonly FoundMember[],
): Promise<readonly FleetProblem[]> {
  const balancer = balancerOf(plan.fleet, plan.groups.flat(), fleetBalancerRun(context, settings, plan.fleet));
  return during(context.stderr, "everything to be checked", checkFleet(plan, found, balancer));
}

/** Runs commands where the fleet's balancer is. */
export function fleetBalancerRun(context: CliContext, settings: ProjectSettings, { balancer }: Fleet): RunCommand {
  const machine = settings.machines.find(({ name }) => name === balancer?.machine);
  if (machine === undefined) {
    return balancerRun(undefined);
  }
  return balancerRun(async () => {
    const connection = await MachineConnection.open(machine);
    context.atEnd.push(connection);
    return connection;
  });
}

/** Says what was found; errors are in the way of everything. */
export function sayProblems(context: CliContext, problems: readonly FleetProblem[]): void {
  for (const problem of problems) {
    say(context, problemLine(problem, context.stderr.paint));
  }
}

/**
 * Takes the locks, checks, and does what the plan says, telling how far it is.
 * @returns The report, or the exit code of a person who has left without waiting.
 * @throws HitlessError when something is in the way: then nothing was touched.
 */
export async function driveFleet(
  context: CliContext,
  settings: ProjectSettings,
  plan: FleetPlan,
): Promise<FleetRun | number> {
  const { fleet, kind } = plan;
  const found = await connectFleet(context, plan);
  const members = found.flatMap(({ member }) => (member === undefined ? [] : [member]));
  const holder = holderOf(fleet, kind);
  const lock = await during(
    context.stderr,
    "the locks of the machines",
    takeFleetLock(inFleetOrder(fleet, members), fleet.app, holder),
  );
  try {
    sayStale(context, lock);
    const problems = await lookForProblems(context, settings, plan, found);
    refuseProblems(context, problems);
    return await follow(context, settings, plan, members, holder);
  } finally {
    await lock.release();
  }
}

/** @throws HitlessError `invalidState` with every error, after the warnings have been said. */
function refuseProblems(context: CliContext, problems: readonly FleetProblem[]): void {
  const errors = problems.filter(({ severity }) => severity === "error");
  sayProblems(
    context,
    problems.filter(({ severity }) => severity === "warning"),
  );
  if (errors.length > 0) {
    throw new HitlessError("invalidState", "Nothing was touched, since this is in the way:", {
      detail: errors.flatMap(({ message, detail = [] }) => [
        ...message.split("\n"),
        ...detail.map((line) => `  ${line}`),
      ]),
    });
  }
}

async function follow(
  context: CliContext,
  settings: ProjectSettings,
  plan: FleetPlan,
  members: readonly Member[],
  holder: LockHolder,
): Promise<FleetRun | number> {
  const { fleet } = plan;
  const printer = createFleetPrinter(context, plan);
  const cancelling = new AbortController();
  let leave: (exitCode: number) => void = () => undefined;
  const left = new Promise<number>((resolve) => {
    leave = resolve;
  });
  const signals = onStopSignal((signal, times) => {
    if (times > 1) {
      leave(exitCodeOfSignal(signal));
      return;
    }
    cancelling.abort();
    say(
      context,
      "It ends when the machines that are under way are done. Ctrl-C again leaves without waiting: every machine serves on, and hitless fleet status tells how far it came.",
    );
  });
  const notes = openWaitNotes(context.stderr, printer.waitText);
  try {
    const running = runFleet({
      plan,
      members,
      balancer: balancerOf(fleet, plan.groups.flat(), fleetBalancerRun(context, settings, fleet)),
      holder,
      cancelled: cancelling.signal,
      onDidChange: printer.change,
      onOutput: printer.output,
      onTrouble: (message) => say(context, `${context.stderr.paint("yellow", "!")} ${message}`),
    });
    return await Promise.race([running, left]);
  } finally {
    notes.end();
    signals.dispose();
  }
}

function sayStale(context: CliContext, { stale }: FleetLock): void {
  const [first] = stale;
  if (first !== undefined) {
    say(
      context,
      staleLockLine(
        stale.map(({ machine }) => machine),
        first.holder,
        context.stderr.paint,
      ),
    );
  }
}

/** Everybody takes the locks in the order of the settings, whatever the order of the renewal. */
function inFleetOrder(fleet: Fleet, members: readonly Member[]): Member[] {
  return [...members].sort((a, b) => fleet.machines.indexOf(a.machine.name) - fleet.machines.indexOf(b.machine.name));
}

function holderOf(fleet: Fleet, kind: FleetKind): LockHolder {
  return { session: randomUUID(), fleet: fleet.name, kind, who: `${userName()}@${hostname()}`, since: Date.now() };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "somebody");
  }
}
