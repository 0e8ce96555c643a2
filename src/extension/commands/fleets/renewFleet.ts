import { type CancellationToken, type Progress, ProgressLocation, window } from "vscode";
import type { FleetProblem } from "../../../client/fleets/checkFleet.ts";
import type { FleetPlan } from "../../../client/fleets/fleetPlan.ts";
import type { FleetSession } from "../../../client/fleets/fleetSession.ts";
import { HitlessError } from "../../../shared/errors.ts";
import type { FleetKind, FleetRun } from "../../../shared/machines/fleetRun.ts";
import type { NamedFleet } from "../../apps/machines/machineRegistry.ts";
import { engineSentence } from "../../platform/engineSentence.ts";
import { fleetDocument, fleetProblemsDocument } from "../../presentation/fleetDocuments.ts";
import { busyWords, fleetOutcome, fleetTitle } from "../../presentation/fleetWords.ts";
import type { CommandContext } from "../target/commandContext.ts";
import type { CommandTarget } from "../target/commandTarget.ts";
import type { Notifier } from "../tell/notify.ts";
import { confirmFleet } from "./confirmFleet.ts";
import { lookAtOneFleet } from "./fleetRunHistory.ts";
import { pickFleet } from "./pickFleet.ts";

/**
 * Renews the app of a fleet on all its machines, one after the other, as one transaction. Resolves with the report;
 * `undefined` when nothing was touched.
 */
export async function renewFleet(
  context: CommandContext,
  target: CommandTarget,
  kind: FleetKind,
  notifier: Notifier,
): Promise<FleetRun | undefined> {
  const { fleetRuns, t } = context;
  const chosen = await pickFleet(context, target, t("Select the fleet"));
  if (chosen === undefined) {
    return undefined;
  }
  const { name } = chosen.fleet;
  refuseBusy(context, chosen);
  const plan = await (kind === "rollback" ? agreeOnRollback(context, chosen) : agree(context, chosen, kind));
  if (plan === undefined) {
    return undefined;
  }
  const cancelling = new AbortController();
  const over = fleetRuns.begin(chosen.key, () => cancelling.abort());
  if (over === undefined) {
    throw busyError(name, t);
  }
  const place = { location: ProgressLocation.Notification, cancellable: true, title: fleetTitle(kind, name, t) };
  try {
    return await window.withProgress(place, (progress, token) =>
      drive({ context, notifier, chosen, plan, progress, token, cancelling }),
    );
  } finally {
    over();
  }
}

async function agree({ t }: CommandContext, { settings, fleet }: NamedFleet, kind: FleetKind) {
  const { planFleet } = await import("../../../client/fleets/fleetPlan.ts");
  return confirmFleet(planFleet(settings, fleet.name, kind), t);
}

/** Which machines have something to go back from is asked of them first, so that the question can name them. */
async function agreeOnRollback(context: CommandContext, chosen: NamedFleet): Promise<FleetPlan | undefined> {
  const { settings, fleet } = chosen;
  const { t } = context;
  const { planFleet, settleScope } = await import("../../../client/fleets/fleetPlan.ts");
  const everywhere = planFleet(settings, fleet.name, "rollback", { everywhere: true });
  const title = t("Asking the machines of the fleet {0}", fleet.name);
  const { runs } = await window.withProgress({ location: ProgressLocation.Notification, title }, () =>
    lookAtOneFleet(context, chosen),
  );
  const plan = settleScope(planFleet(settings, fleet.name, "rollback"), runs);
  return confirmFleet({ ...plan, scope: "all" }, t, plan.leftOut.length === 0 ? undefined : everywhere);
}

/** Ends what this window does to a fleet, between two machines. */
export async function cancelFleet(context: CommandContext, target: CommandTarget, notifier: Notifier): Promise<void> {
  const { fleetRuns, t } = context;
  const chosen = await pickFleet(context, target, t("Select the fleet whose renewal to cancel"));
  if (chosen !== undefined && !fleetRuns.cancel(chosen.key)) {
    notifier.message("info", t("This window does nothing to the fleet “{0}” now.", chosen.fleet.name), []);
  }
}

function refuseBusy({ fleetRuns, t }: CommandContext, { key, fleet }: NamedFleet): void {
  if (fleetRuns.of(key)?.outcome === "running") {
    throw busyError(fleet.name, t);
  }
}

function busyError(fleet: string, t: CommandContext["t"]): HitlessError {
  return new HitlessError("invalidState", t("This window is busy with the fleet “{0}”.", fleet));
}

interface Drive {
  readonly context: CommandContext;
  readonly notifier: Notifier;
  readonly chosen: NamedFleet;
  readonly plan: FleetPlan;
  readonly progress: Progress<{ message: string; increment?: number }>;
  readonly token: CancellationToken;
  readonly cancelling: AbortController;
}

/** Connects, locks, checks and runs; everything that was opened is closed again. */
async function drive(driven: Drive): Promise<FleetRun | undefined> {
  const { context, chosen, plan, progress, token, cancelling } = driven;
  const { channel, t } = context;
  const { FleetSession } = await import("../../../client/fleets/fleetSession.ts");
  const { signal } = cancelling;
  signal.addEventListener("abort", () => {
    progress.report({ message: t("it ends when the machines that are under way are done") });
  });
  const listening = token.onCancellationRequested(() => cancelling.abort());
  progress.report({ message: t("connecting") });
  const identity = { name: "vscode", version: context.version };
  const session = await FleetSession.open({ settings: chosen.settings, plan, identity, signal });
  try {
    if (signal.aborted) {
      return undefined;
    }
    const lock = await session.takeLock();
    try {
      for (const { machine, holder } of lock.stale) {
        channel.warn(`${plan.fleet.name}: the lock that ${holder.who} left on ${machine} is taken over`);
      }
      progress.report({ message: t("checking") });
      const problems = await session.check();
      const errors = problems.filter(({ severity }) => severity === "error");
      if (errors.length > 0) {
        tellProblems(driven, errors);
        return undefined;
      }
      if (signal.aborted) {
        return undefined;
      }
      const run = await follow(driven, session, signal).catch((error: unknown) => {
        // What is no outcome is a fault; the row must not go on turning.
        const last = context.fleetRuns.of(chosen.key);
        if (last?.outcome === "running") {
          context.fleetRuns.set(chosen.key, { ...last, outcome: "failed" });
        }
        throw error;
      });
      tellEnd(driven, run, problems);
      return run;
    } finally {
      await lock.release();
    }
  } finally {
    session.dispose();
    listening.dispose();
  }
}

function follow(
  { context, chosen, progress }: Drive,
  session: FleetSession,
  cancelled: AbortSignal,
): Promise<FleetRun> {
  const { fleetRuns, channel, t } = context;
  const { name } = chosen.fleet;
  let before = 0;
  return session.run({
    cancelled,
    onDidChange(run) {
      fleetRuns.set(chosen.key, run);
      const done = run.machines.filter(({ step }) => step === "done").length;
      const words = cancelled.aborted
        ? [t("it ends when the machines that are under way are done")]
        : [`${done}/${run.machines.length}`, busyWords(run, t)].filter((word) => word !== "");
      progress.report({ message: words.join(" · "), increment: ((done - before) / run.machines.length) * 100 });
      before = done;
    },
    onOutput: (machine, _stream, text) => channel.info(`[${name} · ${machine}] ${text.trimEnd()}`),
    onDidSay: (message) => channel.info(`[${name}] ${message}`),
    onTrouble: (message) => channel.warn(`[${name}] ${message}`),
  });
}

/** Names all that is in the way; the first in the message, as many as there are in the document. */
function tellProblems({ context, notifier, chosen }: Drive, errors: readonly FleetProblem[]): void {
  const { reports, channel, t } = context;
  const { name } = chosen.fleet;
  const [first] = errors;
  channel.error([`[${name}]`, ...errors.map(({ message }) => message)].join("\n"));
  const reason = engineSentence(first?.message ?? "", t);
  const text =
    errors.length === 1
      ? t("Nothing of the fleet “{0}” was touched: {1}", name, reason)
      : t("Nothing of the fleet “{0}” was touched: {1} ({2} more)", name, reason, errors.length - 1);
  const content = fleetProblemsDocument(name, errors, t);
  const time = new Date().toLocaleTimeString();
  notifier.message("error", text, [{ title: t("Show Report"), run: () => reports.open(`${name}, ${time}`, content) }]);
}

function tellEnd({ context, notifier, chosen }: Drive, run: FleetRun, problems: readonly FleetProblem[]): void {
  const { reports, channel, fleetRuns, t } = context;
  fleetRuns.set(chosen.key, run);
  const reason = run.reason === undefined ? [] : [engineSentence(run.reason, t)];
  const text = [fleetOutcome(run, t), ...(run.outcome === "cancelled" ? [] : reason)].join(" ");
  const warnings = problems.map(({ message }) => message);
  for (const warning of warnings) {
    channel.warn(`[${run.fleet}] ${warning}`);
  }
  const content = fleetDocument(run, warnings, t);
  const time = new Date(run.startedAt).toLocaleTimeString();
  const level = {
    completed: "info",
    cancelled: "warning",
    running: "error",
    failed: "error",
    rolledBack: "error",
  } as const;
  notifier.message(level[run.outcome], text, [
    { title: t("Show Report"), run: () => reports.open(`${run.fleet}, ${time}`, content) },
  ]);
}
