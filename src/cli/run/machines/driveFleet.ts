import type { FleetProblem } from "../../../client/fleets/checkFleet.ts";
import type { FleetLock } from "../../../client/fleets/fleetLock.ts";
import type { FleetPlan } from "../../../client/fleets/fleetPlan.ts";
import { type FleetPast, FleetSession } from "../../../client/fleets/fleetSession.ts";
import type { ProjectSettings } from "../../../client/settings/projectSettings.ts";
import { HitlessError } from "../../../shared/errors.ts";
import type { FleetRun } from "../../../shared/machines/fleetRun.ts";
import { type CliContext, exitCodeOfSignal } from "../../cliContext.ts";
import { say } from "../../command.ts";
import { createFleetPrinter } from "../../show/fleetPrinter.ts";
import { busyLine, problemLine, staleLockLine } from "../../show/fleetText.ts";
import { during, openWaitNotes } from "../../terminal/progressLine.ts";
import { onStopSignal } from "../interrupts.ts";

/** A plan whose machines are connected and checked. */
export interface OpenedFleet {
  readonly session: FleetSession;
  readonly problems: readonly FleetProblem[];
}

/** Connects to the machines of a plan and checks them; they are closed with the command. Touches nothing. */
export async function openFleet(context: CliContext, settings: ProjectSettings, plan: FleetPlan): Promise<OpenedFleet> {
  const session = await connectFleet(context, settings, plan);
  return { session, problems: await lookForProblems(context, session) };
}

async function connectFleet(context: CliContext, settings: ProjectSettings, plan: FleetPlan): Promise<FleetSession> {
  const names = plan.machines.map(({ name }) => name);
  const opening = FleetSession.open({ settings, plan, identity: context.identity });
  const session = await during(context.stderr, `${names.join(", ")} to answer`, opening);
  context.atEnd.push(session);
  return session;
}

function lookForProblems(context: CliContext, session: FleetSession): Promise<readonly FleetProblem[]> {
  return during(context.stderr, "everything to be checked", session.check());
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
  const session = await connectFleet(context, settings, plan);
  const lock = await during(context.stderr, "the locks of the machines", session.takeLock());
  try {
    sayStale(context, lock.stale, true);
    refuseProblems(context, await lookForProblems(context, session), session);
    sayLeftOut(context, session.plan);
    return await follow(context, session);
  } finally {
    await lock.release();
  }
}

function sayLeftOut(context: CliContext, { scope, leftOut }: FleetPlan): void {
  for (const { machine, reason } of scope === "new" ? leftOut : []) {
    say(context, context.stderr.paint("dim", `${machine} is left out: ${reason}`));
  }
}

/** @throws HitlessError `invalidState` with every error, after the warnings have been said. */
function refuseProblems(context: CliContext, problems: readonly FleetProblem[], { found }: FleetSession): void {
  const errors = problems.filter(({ severity }) => severity === "error");
  sayProblems(
    context,
    problems.filter(({ severity }) => severity === "warning"),
  );
  if (errors.length > 0) {
    const away = found.filter(({ connection }) => connection === undefined).map(({ machine }) => machine.name);
    const flags = away.map((name) => `--without ${name}`).join(" ");
    throw new HitlessError("invalidState", "Nothing was touched, since this is in the way:", {
      detail: [
        ...errors.flatMap(({ message, detail = [] }) => [...message.split("\n"), ...detail.map((line) => `  ${line}`)]),
        ...(away.length > 0 && found.length - away.length > 1 ? [`To go on without what is away: ${flags}`] : []),
      ],
    });
  }
}

async function follow(context: CliContext, session: FleetSession): Promise<FleetRun | number> {
  const printer = createFleetPrinter(context, session.plan);
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
    const running = session.run({
      cancelled: cancelling.signal,
      onDidChange: printer.change,
      onOutput: printer.output,
      onDidSay: (message) => say(context, message),
      onTrouble: (message) => say(context, `${context.stderr.paint("yellow", "!")} ${message}`),
    });
    return await Promise.race([running, left]);
  } finally {
    notes.end();
    signals.dispose();
  }
}

/** Who is at it now, and what one who died has left. */
export function sayPast(context: CliContext, { busy, stale }: FleetPast): void {
  if (busy !== undefined) {
    say(context, busyLine(busy, context.stderr.paint));
  }
  sayStale(context, stale, false);
}

function sayStale(context: CliContext, stale: FleetLock["stale"], taken: boolean): void {
  const [first] = stale;
  if (first !== undefined) {
    say(
      context,
      staleLockLine(
        stale.map(({ machine }) => machine),
        first.holder,
        taken,
        context.stderr.paint,
      ),
    );
  }
}
