import type { FleetRun } from "../../../shared/machines/fleetRun.ts";
import { isActive, workerCounts } from "../../apps/appView.ts";
import { appOfMember, type FleetMemberView, type RemoteFleetView } from "../../apps/machines/remoteFleetView.ts";
import { engineSentence } from "../../platform/engineSentence.ts";
import type { Localize } from "../../platform/localize.ts";
import { busyWords, fleetOutcome, stepWord } from "../../presentation/fleetWords.ts";
import { escapeMarkdown } from "../../presentation/markdown.ts";
import { appWord } from "../../presentation/stateWords.ts";
import { bad, busy, faint, good, machineReason, type TreeIcon, type TreeRow } from "./treeRow.ts";

/** A fleet, and below it the state of its app on each machine. */
export function fleetRow(fleet: RemoteFleetView, t: Localize): TreeRow {
  const { key, name, app, members, run } = fleet;
  const words = run?.outcome === "running" ? runWords(run, t) : [readyWords(fleet, t), ...endWords(run, t)];
  const said = [app === name ? "" : app, ...words].filter((word) => word !== "");
  return {
    id: key,
    app: key,
    label: name,
    description: said.join(" · "),
    tooltip: [
      `**${escapeMarkdown(t("fleet {0}", name))}**`,
      ...(run === undefined ? [] : [escapeMarkdown(fleetOutcome(run, t))]),
      ...(run?.reason === undefined ? [] : [escapeMarkdown(engineSentence(run.reason, t))]),
    ].join("\n\n"),
    icon: fleetIcon(fleet),
    contextValue: run?.outcome === "running" ? "fleetBusy" : "fleet",
    accessibilityLabel: [t("fleet {0}", name), ...said].join(", "),
    expandable: true,
    children: members.map((member) => memberRow(fleet, member, t)),
  };
}

function memberRow(fleet: RemoteFleetView, member: FleetMemberView, t: Localize): TreeRow {
  const words = memberWords(fleet, member, t);
  return {
    id: `${fleet.key}#${member.name}`,
    app: fleet.key,
    label: member.name,
    description: words.join(" · "),
    tooltip: "",
    icon: memberIcon(fleet, member),
    contextValue: "fleetMachine",
    accessibilityLabel: [t("{0} on {1}", fleet.app, member.name), ...words].join(", "),
    expandable: false,
    children: [],
  };
}

function memberWords(fleet: RemoteFleetView, member: FleetMemberView, t: Localize): string[] {
  const { machine } = member;
  const step = fleet.run?.machines.find(({ name }) => name === member.name)?.step;
  const going = fleet.run?.outcome === "running" && step !== undefined ? [stepWord(step, t)] : [];
  if (machine === undefined) {
    return [...going, t("not among the machines of the settings")];
  }
  if (machine.state !== "connected") {
    const { problem, state } = machine;
    if (problem !== undefined) {
      return [...going, machineReason(machine, problem, t)];
    }
    return [...going, state === "connecting" ? t("connecting") : t("not connected")];
  }
  const app = appOfMember(fleet, member);
  if (app === undefined) {
    return [...going, t("{0} does not run there", fleet.app)];
  }
  const { ready, desired } = workerCounts(app);
  const generation = app.snapshot === undefined ? [] : [t("gen {0}", app.snapshot.app.generation)];
  return [...going, appWord(app, t), `${ready}/${desired}`, ...generation];
}

/** On how many machines workers are ready, which is all that is known here; those that are not connected are counted apart. */
function readyWords(fleet: RemoteFleetView, t: Localize): string {
  const known = fleet.members.filter(({ machine }) => machine?.state === "connected");
  const ready = known.filter((member) => hasReady(fleet, member)).length;
  const unknown = fleet.members.length - known.length;
  return unknown === 0
    ? t("{0} of {1} machines ready", ready, fleet.members.length)
    : t("{0} of {1} machines ready, {2} not known", ready, fleet.members.length, unknown);
}

function hasReady(fleet: RemoteFleetView, member: FleetMemberView): boolean {
  const app = appOfMember(fleet, member);
  return app !== undefined && isActive(app) && app.state !== "stopping" && workerCounts(app).ready > 0;
}

function runWords(run: FleetRun, t: Localize): string[] {
  const done = run.machines.filter(({ step }) => step === "done").length;
  return [`${done}/${run.machines.length}`, busyWords(run, t)];
}

/** What went well needs no word. */
function endWords(run: FleetRun | undefined, t: Localize): string[] {
  return run === undefined || run.outcome === "completed" ? [] : [fleetOutcome(run, t)];
}

function fleetIcon(fleet: RemoteFleetView): TreeIcon {
  const { run, members } = fleet;
  if (run?.outcome === "running") {
    return { name: "sync~spin", color: busy };
  }
  if (run !== undefined && run.outcome !== "completed") {
    return { name: "warning", color: busy };
  }
  const all = members.every((member) => hasReady(fleet, member));
  return { name: "server-environment", color: all ? good : faint };
}

function memberIcon(fleet: RemoteFleetView, member: FleetMemberView): TreeIcon {
  if (member.machine?.state === "connected") {
    return hasReady(fleet, member) ? { name: "circle-filled", color: good } : { name: "circle-slash", color: bad };
  }
  return { name: "circle-outline", color: member.machine?.state === "failed" ? bad : faint };
}
