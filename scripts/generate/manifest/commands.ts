import { commandIds } from "../../../src/extension/ids.ts";
import { all, is } from "./whenClause.ts";

export type CommandName = keyof typeof commandIds;

interface CommandLook {
  /** Name of a codicon. */
  readonly icon?: string;
  /** When the palette offers it; absent: always. */
  readonly palette?: string;
}

const folderOpen = "workspaceFolderCount != 0";

/** Every command; its title is `command.<name>` in package.nls.json. */
const looks: Readonly<Record<CommandName, CommandLook>> = {
  start: { icon: "play", palette: folderOpen },
  stop: { icon: "debug-stop", palette: is("hasRunningApp") },
  startAll: { icon: "run-all", palette: is("hasSeveralApps") },
  stopAll: { icon: "debug-stop", palette: all(is("hasSeveralApps"), is("hasRunningApp")) },
  reloadAll: { icon: "sync", palette: all(is("hasSeveralApps"), is("hasRunningApp")) },
  runFile: { icon: "play", palette: folderOpen },
  restart: { icon: "stop-circle", palette: is("hasRunningApp") },
  reload: { icon: "sync", palette: is("hasRunningApp") },
  gracefulReload: { icon: "heart", palette: is("hasRunningApp") },
  cancelReload: { icon: "discard", palette: is("reloading") },
  showChanges: { icon: "diff", palette: is("hasRunningApp") },
  watch: { icon: "eye", palette: is("hasRunningApp") },
  unwatch: { icon: "eye-closed", palette: is("hasRunningApp") },
  scale: { icon: "arrow-both", palette: is("hasRunningApp") },
  rollback: { icon: "discard", palette: is("hasRunningApp") },
  renewSupervisor: { icon: "versions", palette: is("hasRunningApp") },
  rehearse: { icon: "beaker", palette: is("hasRunningApp") },
  showHistory: { icon: "history", palette: is("hasRunningApp") },
  debug: { icon: "debug-alt", palette: folderOpen },
  continueWorker: { icon: "debug-continue", palette: is("hasRunningApp") },
  reloadWorker: { icon: "sync", palette: is("hasRunningApp") },
  killWorker: { icon: "trash", palette: is("hasRunningApp") },
  waitLonger: { icon: "watch", palette: is("hasRunningApp") },
  cutNow: { icon: "circle-slash", palette: is("hasRunningApp") },
  // Without a row nobody could say which process is meant.
  copyPid: { palette: "false" },
  // Without a row they would be about no app in particular.
  copyUrl: { icon: "copy", palette: is("hasAddress") },
  goToEntry: { icon: "go-to-file", palette: is("hasApp") },
  // Of a request in the view.
  goToRoute: { icon: "go-to-file", palette: "false" },
  openInBrowser: { icon: "globe", palette: is("hasAddress") },
  filterLog: { icon: "filter", palette: is("hasApp") },
  openLogFile: { icon: "go-to-file", palette: is("hasRunningApp") },
  showLog: { icon: "output", palette: is("hasApp") },
  showLayers: { icon: "layers" },
  showEvents: {},
  showMenu: { palette: is("hasApp") },
  pickNode: {},
  pickEntry: { palette: is("hasApp") },
  requestsThreshold: { icon: "watch", palette: is("runsAnywhere") },
  requestsFilter: { icon: "filter", palette: is("runsAnywhere") },
  requestsClear: { icon: "clear-all", palette: is("runsAnywhere") },
  configure: { icon: "gear" },
  importPm2: { palette: folderOpen },
  refresh: { icon: "refresh", palette: folderOpen },
  prepareMachine: { icon: "cloud-upload", palette: is("hasMachine") },
  reloadFleet: { icon: "sync", palette: is("hasFleet") },
  gracefulReloadFleet: { icon: "heart", palette: is("hasFleet") },
  restartFleet: { icon: "stop-circle", palette: is("hasFleet") },
  rollbackFleet: { icon: "discard", palette: is("hasFleet") },
  cancelFleet: { icon: "circle-slash", palette: is("renewsFleet") },
  checkFleet: { icon: "checklist", palette: is("hasFleet") },
  showFleetHistory: { icon: "history", palette: is("hasFleet") },
};

const named = Object.entries(looks) as [CommandName, CommandLook][];

export const commands = named.map(([name, { icon }]) => ({
  command: commandIds[name],
  title: `%command.${name}%`,
  category: "Hitless",
  ...(icon !== undefined && { icon: `$(${icon})` }),
}));

export const palette = named.flatMap(([name, { palette: when }]) =>
  when === undefined ? [] : [{ command: commandIds[name], when }],
);
