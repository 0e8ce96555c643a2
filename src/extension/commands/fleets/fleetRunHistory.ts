import { ProgressLocation, type QuickPickItem, window } from "vscode";
import type { FleetView } from "../../../client/fleets/lookAtFleet.ts";
import type { FleetRun } from "../../../shared/machines/fleetRun.ts";
import type { NamedFleet } from "../../apps/machines/machineRegistry.ts";
import { engineSentence } from "../../platform/engineSentence.ts";
import { fleetDocument } from "../../presentation/fleetDocuments.ts";
import { fleetAction, fleetOutcome } from "../../presentation/fleetWords.ts";
import type { CommandContext } from "../target/commandContext.ts";
import type { CommandTarget } from "../target/commandTarget.ts";
import type { Notifier } from "../tell/notify.ts";
import { pickFleet } from "./pickFleet.ts";

/** Shows what was done to a fleet, by whomever, as its machines have written it down; the one picked opens as a document. */
export async function showFleetHistory(
  context: CommandContext,
  target: CommandTarget,
  notifier: Notifier,
): Promise<void> {
  const { reports, t } = context;
  const chosen = await pickFleet(context, target, t("Select the fleet whose history to show"));
  if (chosen === undefined) {
    return;
  }
  const { name } = chosen.fleet;
  const title = t("Asking the machines of the fleet {0}", name);
  const view = await window.withProgress({ location: ProgressLocation.Notification, title }, () =>
    lookAtOneFleet(context, chosen),
  );
  const silent = view.machines.flatMap(({ found }) => (found.connection === undefined ? [found.machine.name] : []));
  if (view.runs.length === 0) {
    const text =
      silent.length === 0
        ? t("Nothing has been done to “{0}” as a fleet.", name)
        : t("Nothing is known of what was done to “{0}”; not reached: {1}.", name, silent.join(", "));
    notifier.message(silent.length === 0 ? "info" : "warning", text, []);
    return;
  }
  const items = view.runs.map((run): QuickPickItem & { run: FleetRun } => ({
    label: `$(${runIcon(run)}) ${fleetAction(run.kind, t)}`,
    description: [new Date(run.startedAt).toLocaleString(), run.who].join(" · "),
    detail: outcomeText(run, view, t),
    run,
  }));
  const picked = await window.showQuickPick(items, { title: busyText(name, view, silent, t), matchOnDetail: true });
  if (picked !== undefined) {
    const run = asEnded(picked.run, view, t);
    await reports.open(`${name}, ${new Date(run.startedAt).toLocaleString()}`, fleetDocument(run, [], t));
  }
}

/** What the machines of a fleet have written down. */
export async function lookAtOneFleet({ version }: CommandContext, { settings, fleet }: NamedFleet): Promise<FleetView> {
  const [{ machinesOf }, { lookAtFleet }] = await Promise.all([
    import("../../../client/fleets/fleetPlan.ts"),
    import("../../../client/fleets/lookAtFleet.ts"),
  ]);
  return lookAtFleet(fleet, machinesOf(fleet, settings), { name: "vscode", version });
}

/** Name of the codicon for the outcome. */
function runIcon({ outcome }: FleetRun): string {
  return {
    running: "debug-disconnect",
    completed: "pass",
    cancelled: "circle-slash",
    failed: "error",
    rolledBack: "discard",
  }[outcome];
}

function outcomeText(run: FleetRun, view: FleetView, t: CommandContext["t"]): string {
  const { reason, ...ended } = asEnded(run, view, t);
  return [fleetOutcome(ended, t), ...(reason === undefined ? [] : [engineSentence(reason, t)])].join(" ");
}

/** One that is not over, and that nobody goes on with, has stopped on the way. */
function asEnded(run: FleetRun, { lock }: FleetView, t: CommandContext["t"]): FleetRun {
  const goesOn = lock?.alive === true && lock.holder.session === run.session;
  if (run.outcome !== "running" || goesOn) {
    return run;
  }
  const steps = run.machines.filter(({ step }) => step === "done").length;
  const reason = t("Its session died after {0} of {1} machines.", steps, run.machines.length);
  return { ...run, outcome: "failed", reason };
}

function busyText(name: string, { lock }: FleetView, silent: readonly string[], t: CommandContext["t"]): string {
  const parts = [
    t("What was done to the fleet {0}", name),
    ...(lock?.alive === true
      ? [t("{0} is at it since {1}", lock.holder.who, new Date(lock.holder.since).toLocaleTimeString())]
      : []),
    ...(silent.length === 0 ? [] : [t("not reached: {0}", silent.join(", "))]),
  ];
  return parts.join(" · ");
}
