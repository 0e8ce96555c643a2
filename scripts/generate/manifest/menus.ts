import { commandIds } from "../../../src/extension/ids.ts";
import { type CommandName, palette } from "./commands.ts";
import { all, inRequests, inView, is, isNot, onRow } from "./whenClause.ts";

type Item = readonly [command: CommandName, group: string, when: string];

const title: readonly Item[] = [
  ["start", "navigation@1", all(inView, is("hasApp"), isNot("hasRunningApp"), isNot("hasSeveralApps"))],
  ["reload", "navigation@1", all(inView, is("hasRunningApp"), isNot("hasSeveralApps"))],
  ["reloadAll", "navigation@1", all(inView, is("hasRunningApp"), is("hasSeveralApps"))],
  ["startAll", "navigation@1", all(inView, isNot("hasRunningApp"), is("hasSeveralApps"))],
  ["openInBrowser", "navigation@2", all(inView, is("hasAddress"))],
  // Restart makes a gap and Stop ends it all: neither has a button beside those that harm nobody.
  ["restart", "0_run@1", all(inView, is("hasRunningApp"))],
  ["stop", "0_run@2", all(inView, is("hasRunningApp"))],
  ["startAll", "0_run@3", all(inView, is("hasRunningApp"), is("hasSeveralApps"))],
  ["stopAll", "0_run@4", all(inView, is("hasRunningApp"), is("hasSeveralApps"))],
  ["showEvents", "1_see@2", inView],
  ["showLayers", "1_see@3", inView],
  ["pickNode", "2_set@1", inView],
  ["pickEntry", "2_set@2", all(inView, is("hasApp"))],
  ["configure", "2_set@3", inView],
  ["refresh", "3_look@1", inView],
  ["requestsFilter", "navigation@1", inRequests],
  ["requestsThreshold", "navigation@2", inRequests],
  ["requestsClear", "navigation@3", inRequests],
];

const appRow: readonly Item[] = [
  ["goToEntry", "inline@1", onRow("app", "valid")],
  ["copyUrl", "inline@2", onRow("renewable", "web")],
  ["openInBrowser", "inline@3", onRow("renewable", "web")],
  // The last place, which is where the first click goes, is that of what is done most.
  ["start", "inline@4", onRow("startable")],
  // What was given up is started again: the other buttons would take the place of that one.
  ["watch", "inline@2", onRow("watchable", "!startable")],
  ["unwatch", "inline@2", onRow("watched")],
  ["reload", "inline@4", onRow("renewable", "!startable")],
  ["stop", "inline@4", onRow("active", "!renewable")],
  ["start", "1_run@1", onRow("startable")],
  ["reload", "1_run@2", onRow("renewable")],
  ["gracefulReload", "1_run@3", onRow("renewable")],
  ["cancelReload", "1_run@4", onRow("cancellable")],
  ["rollback", "1_run@5", onRow("previous")],
  ["debug", "1_run@6", onRow("startable")],
  ["debug", "1_run@6", onRow("renewable", "!startable")],
  ["rehearse", "1_run@7", onRow("renewable")],
  ["renewSupervisor", "1_run@8", onRow("renewable")],
  ["restart", "1_stop@1", onRow("renewable")],
  ["stop", "1_stop@2", onRow("active")],
  ["openInBrowser", "2_see@0", onRow("renewable", "web")],
  ["copyUrl", "2_see@1", onRow("renewable", "web")],
  ["showLog", "2_see@2", onRow("app", "valid")],
  ["filterLog", "2_see@3", onRow("active")],
  ["openLogFile", "2_see@4", onRow("logging")],
  ["showHistory", "2_see@5", onRow("renewable")],
  ["showLayers", "2_see@6", onRow("active")],
  ["goToEntry", "2_see@7", onRow("app", "valid")],
  ["watch", "3_set@0", onRow("watchable")],
  ["unwatch", "3_set@0", onRow("watched")],
  ["scale", "3_set@1", onRow("renewable")],
  ["pickEntry", "3_set@2", onRow("app", "valid")],
  ["configure", "3_set@3", onRow("app")],
];

const workerRow: readonly Item[] = [
  ["continueWorker", "inline@2", onRow("paused")],
  ["waitLonger", "inline@1", onRow("draining")],
  ["reloadWorker", "inline@1", onRow("replaceable")],
  ["continueWorker", "1_run@0", onRow("paused")],
  ["waitLonger", "1_run@0", onRow("draining")],
  ["reloadWorker", "1_run@1", onRow("replaceable")],
  ["debug", "1_run@2", onRow("staying")],
  ["cutNow", "1_stop@1", onRow("draining")],
  ["killWorker", "1_stop@2", onRow("worker")],
  ["showLog", "2_see@1", onRow("worker")],
  ["copyPid", "2_see@2", onRow("worker")],
  ["showLayers", "2_see@3", onRow("worker")],
];

/** What needs no file of an app on another machine. */
const rowThere: readonly Item[] = [
  ["prepareMachine", "inline@0", onRow("preparable")],
  ["refresh", "inline@1", onRow("machine")],
  ["prepareMachine", "1_run@1", onRow("preparable")],
  ["prepareMachine", "1_run@1", onRow("otherVersion")],
  ["refresh", "3_look@1", onRow("machine")],
  ["reloadFleet", "inline@4", onRow("fleet")],
  ["reloadFleet", "1_run@2", onRow("fleet")],
  ["gracefulReloadFleet", "1_run@3", onRow("fleet")],
  ["rollbackFleet", "1_run@5", onRow("fleet")],
  ["restartFleet", "1_stop@1", onRow("fleet")],
  ["checkFleet", "2_see@1", onRow("fleet")],
  ["showFleetHistory", "2_see@2", onRow("fleet")],
  ["cancelFleet", "inline@4", onRow("fleetBusy")],
  ["cancelFleet", "1_run@1", onRow("fleetBusy")],
  ["showFleetHistory", "2_see@2", onRow("fleetBusy")],
  ["start", "inline@4", onRow("startableThere")],
  ["reload", "inline@4", onRow("renewableThere", "!startableThere")],
  ["start", "1_run@1", onRow("startableThere")],
  ["reload", "1_run@2", onRow("renewableThere")],
  ["gracefulReload", "1_run@3", onRow("renewableThere")],
  ["cancelReload", "1_run@4", onRow("cancellableThere")],
  ["rollback", "1_run@5", onRow("previousThere")],
  ["debug", "1_run@6", onRow("renewableThere")],
  ["restart", "1_stop@1", onRow("renewableThere")],
  ["stop", "1_stop@2", onRow("activeThere")],
  ["showLog", "2_see@2", onRow("appThere")],
  ["filterLog", "2_see@3", onRow("activeThere")],
  ["showHistory", "2_see@4", onRow("activeThere")],
  ["showLayers", "2_see@5", onRow("activeThere")],
  ["scale", "3_set@1", onRow("renewableThere")],
  ["continueWorker", "inline@2", onRow("pausedThere")],
  ["waitLonger", "inline@1", onRow("drainingThere")],
  ["reloadWorker", "inline@1", onRow("replaceableThere")],
  ["continueWorker", "1_run@0", onRow("pausedThere")],
  ["waitLonger", "1_run@0", onRow("drainingThere")],
  ["reloadWorker", "1_run@1", onRow("replaceableThere")],
  ["debug", "1_run@2", onRow("stayingThere")],
  ["cutNow", "1_stop@1", onRow("drainingThere")],
  ["killWorker", "1_stop@2", onRow("workerThere")],
  ["showLog", "2_see@1", onRow("workerThere")],
  ["copyPid", "2_see@2", onRow("workerThere")],
  ["showLayers", "2_see@3", onRow("workerThere")],
];

const entry = ([command, group, when]: Item) => ({ command: commandIds[command], when, group });

/** A file that Node.js can run, on a disk. */
const isScript = all("resourceScheme == file", "resourceExtname =~ /^\\.[cm]?[jt]s$/", "isWorkspaceTrusted");

export const menus = {
  "explorer/context": [{ command: commandIds.runFile, when: isScript, group: "4_hitless@1" }],
  "editor/title/run": [{ command: commandIds.runFile, when: isScript, group: "hitless@1" }],
  "view/title": title.map(entry),
  "view/item/context": [...appRow, ...workerRow, ...rowThere].map(entry),
  commandPalette: palette,
};
