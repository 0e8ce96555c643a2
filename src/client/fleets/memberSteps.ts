import { setTimeout as delay } from "node:timers/promises";
import { HitlessError, toHitlessError } from "../../shared/errors.ts";
import { lostNothing } from "../../shared/facts/reportFacts.ts";
import type { FleetKind, MachineRun, MachineStep } from "../../shared/machines/fleetRun.ts";
import type { RenewalReport } from "../../shared/report.ts";
import type { RenewalKind, Snapshot } from "../../shared/snapshot.ts";
import { withinSentence } from "../../shared/text/withinSentence.ts";
import type { Balancer } from "../balancers/balancer.ts";
import { NotPutBackError } from "../balancers/drivers/putBack.ts";
import type { Fleet } from "../settings/projectSettings.ts";
import { answerText } from "./checkFleet.ts";
import { hasReady, type Member } from "./fleetMembers.ts";

/** Milliseconds for the verify address to answer, between two questions, and between two looks while watching. */
const askMs = 10_000;
const betweenMs = 250;
const watchEveryMs = 1_000;

/** Lines of a command's output that an error shows. */
const linesShown = 10;
/** Characters of it. */
const mostShown = 4_096;

export interface StepSurroundings {
  readonly fleet: Fleet;
  readonly kind: FleetKind;
  readonly balancer: Balancer | undefined;
  /** It did not serve as it should before: what its clients had lost then is not the renewal's loss. */
  readonly wasIll: boolean;
  /** Whether it is out of the balancer, as far as is written down. */
  readonly isOut: () => boolean;
  /** Told before it is taken out, and when it is back; awaited as steps are. */
  readonly onOut: (isOut: boolean) => Promise<void>;
  /** Told before each step, and awaited, so that what is written down is never behind what is done. */
  readonly onStep: (step: MachineStep, facts?: Partial<MachineRun>) => Promise<void>;
  /** Output of deploy and rollback commands. */
  readonly onOutput: (machine: string, stream: "stdout" | "stderr", text: string) => void;
}

/**
 * Takes one machine through all its steps: deploy, renew (a restart between leaving the balancer and coming back),
 * verify.
 * @throws HitlessError which says at which step it failed, and why; the steps before it are done.
 */
export async function renewMember(member: Member, surroundings: StepSurroundings): Promise<void> {
  const { fleet, kind, onStep } = surroundings;
  if (kind === "rollback") {
    return takeBack(member, surroundings);
  }
  if (fleet.deploy !== undefined) {
    await onStep("deploying", { deployed: true });
    await runThere(member, fleet.deploy, surroundings);
  }
  await renew(member, kind, surroundings);
  await verify(member, surroundings);
  if (surroundings.isOut()) {
    await comeBack(member, surroundings);
  }
  await onStep("done");
}

/** Goes back to what a machine had before: by the rollback command and a renewal, or by the supervisor's own memory. */
export async function takeBack(member: Member, surroundings: StepSurroundings, isRenewed = true): Promise<void> {
  const { fleet, kind, onStep } = surroundings;
  await onStep("rollingBack");
  if (fleet.rollback !== undefined) {
    await runThere(member, fleet.rollback, surroundings);
  }
  if (isRenewed) {
    if (fleet.rollback === undefined) {
      const report = await askToRenew(() => member.client.request("app/rollback", {}), onStep);
      await keepReport(report, "reload", surroundings);
    } else {
      await renew(member, kind === "rollback" ? "reload" : kind, surroundings);
    }
    await verify(member, surroundings);
    if (surroundings.isOut()) {
      await comeBack(member, surroundings);
    }
  }
  await onStep(kind === "rollback" ? "done" : "rolledBack");
}

async function runThere(
  { connection, endpoint, machine }: Member,
  argv: readonly string[],
  { fleet, onOutput }: StepSurroundings,
) {
  let said = "";
  const detail = () =>
    said
      .split(/[\r\n]/)
      .filter((line) => line.trim() !== "")
      .slice(-linesShown);
  const running = connection.run(argv, {
    cwd: endpoint.root,
    deadlineMs: fleet.commandTimeout,
    onOutput: (stream, text) => {
      said = (said + text).slice(-mostShown);
      onOutput(machine.name, stream, text);
    },
  });
  const { code } = await running.catch((thrown: unknown) => {
    const error = toHitlessError(thrown);
    if (error.code !== "deadline") {
      throw error;
    }
    const text = `${argv.join(" ")} did not end within ${fleet.commandTimeout} ms (commandTimeout) on ${machine.name}, and was ended.`;
    throw new HitlessError("deadline", text, { detail: detail(), cause: error });
  });
  if (code !== 0) {
    throw new HitlessError("invalidState", `${argv.join(" ")} ended with exit code ${code} on ${machine.name}.`, {
      detail: detail(),
    });
  }
}

async function renew(member: Member, kind: RenewalKind, surroundings: StepSurroundings): Promise<void> {
  const { onStep } = surroundings;
  const { client } = member;
  const leaves = kind === "restart";
  if (leaves) {
    await leave(member, surroundings);
  }
  try {
    await keepReport(await askToRenew(() => client.request("app/renew", { kind }), onStep), kind, surroundings);
  } catch (thrown) {
    const error = toHitlessError(thrown);
    const out = leaves ? await comeBack(member, surroundings).then(() => undefined, toHitlessError) : undefined;
    // There it failed, wherever it is now.
    await onStep("renewing");
    throw out === undefined
      ? error
      : new HitlessError(error.code, `${error.message} ${out.message}`, {
          detail: [...error.detail, ...out.detail],
          cause: error,
        });
  }
  if (leaves) {
    await comeBack(member, surroundings);
  }
}

/** Written down before it is done: whoever finds a dead run must know what it has taken out. */
async function leave({ machine }: Member, { balancer, onStep, isOut, onOut }: StepSurroundings): Promise<void> {
  if (balancer === undefined || balancer.findsOut === true) {
    return;
  }
  await onStep("draining");
  const wasOut = isOut();
  await onOut(true);
  try {
    await balancer.drain(machine.name);
  } catch (thrown) {
    if (!wasOut && !(thrown instanceof NotPutBackError)) {
      await onOut(false);
    }
    throw thrown;
  }
}

/** Where it is refused, or has not completed, the workers that served before serve on, and nothing of the new release runs. */
async function askToRenew(
  ask: () => Promise<RenewalReport>,
  onStep: StepSurroundings["onStep"],
): Promise<RenewalReport> {
  await onStep("renewing", { renewed: true });
  try {
    const report = await ask();
    if (report.outcome === "rolledBack" || report.outcome === "cancelled") {
      await onStep("renewing", { renewed: false });
    }
    return report;
  } catch (thrown) {
    if (toHitlessError(thrown).code === "invalidState") {
      await onStep("renewing", { renewed: false });
    }
    throw thrown;
  }
}

/** A machine that serves goes back to its balancer, whatever has failed. */
async function comeBack(
  { client, machine }: Member,
  { balancer, onStep, isOut, onOut }: StepSurroundings,
): Promise<void> {
  if (balancer === undefined) {
    return;
  }
  if (balancer.findsOut === true) {
    // A run under other settings may have taken it out of another balancer, which is not asked any more.
    if (isOut()) {
      await onOut(false);
    }
    return;
  }
  if (client.closed || !hasReady(client.snapshot)) {
    await onStep("returning", { reason: `${machine.name} does not serve, and stays out of its balancer.` });
    return;
  }
  await onStep("returning");
  await balancer.undrain(machine.name);
  await onOut(false);
}

async function keepReport(
  report: RenewalReport,
  kind: RenewalKind,
  { onStep, fleet, wasIll }: StepSurroundings,
): Promise<void> {
  await onStep("renewing", { report });
  if (report.outcome !== "completed") {
    const why = report.reason ?? "No reason is known.";
    throw new HitlessError("invalidState", `The ${words[kind]} of ${fleet.app} ${outcomes[report.outcome]}: ${why}`, {
      detail: report.stderr ?? [],
    });
  }
  if (!wasIll && !lostNothing(report)) {
    throw new HitlessError(
      "invalidState",
      `The ${words[kind]} of ${fleet.app} completed, but not without a loss for clients: see its report.`,
    );
  }
}

const words = { reload: "reload", gracefulReload: "graceful reload", restart: "restart" } as const;
const outcomes = { rolledBack: "was rolled back", cancelled: "was cancelled", failed: "failed" } as const;

/** Asks the address on the machine itself, and watches the app for a while. */
async function verify(member: Member, { fleet, onStep }: StepSurroundings): Promise<void> {
  const { verify: wanted } = fleet;
  if (wanted === undefined) {
    return;
  }
  await onStep("verifying");
  const before = restartsOf(member.client.snapshot);
  for (let time = 0; time < wanted.times; time += 1) {
    if (time > 0) {
      await delay(betweenMs);
    }
    await ask(member, wanted.url, wanted.status);
  }
  staysUp(member, before);
  const until = performance.now() + wanted.watch;
  while (performance.now() < until) {
    await delay(Math.min(watchEveryMs, Math.max(1, until - performance.now())));
    // A worker that has died is why the address may not answer, and not the other way round.
    staysUp(member, before);
    await ask(member, wanted.url, wanted.status);
    staysUp(member, before);
  }
}

/** @throws HitlessError `invalidState` if a worker has died since, or the app does not run any more. */
function staysUp({ client, machine }: Member, before: ReadonlyMap<number, number>): void {
  if (client.closed) {
    throw new HitlessError("connectionLost", `The app on ${machine.name} can't be watched any more.`);
  }
  const { app } = client.snapshot;
  const died = [...restartsOf(client.snapshot)].some(([slot, restarts]) => restarts > (before.get(slot) ?? 0));
  if (app.state !== "running" || died) {
    const why = withinSentence(app.failure?.message ?? "a worker died");
    throw new HitlessError(
      "invalidState",
      `${app.name} did not stay up on ${machine.name}: it is ${app.state} (${why}).`,
    );
  }
}

async function ask({ connection, machine }: Member, url: string, status: number): Promise<void> {
  const answer = await connection.request("ask", { url, deadlineMs: askMs });
  if (answer.status !== status) {
    throw new HitlessError(
      "invalidState",
      `${url} does not answer ${status} on ${machine.name}, but ${answerText(answer)}.`,
    );
  }
}

/** By slot: an old worker that still drains is of the same one as its successor. */
function restartsOf({ workers }: Snapshot): ReadonlyMap<number, number> {
  return new Map(workers.map(({ slot, restarts }) => [slot, restarts]));
}
