/** Names that package.json and the code share; `npm run generate` writes package.json from them. */
export const commandIds = {
  start: "hitless.start",
  stop: "hitless.stop",
  startAll: "hitless.startAll",
  stopAll: "hitless.stopAll",
  reloadAll: "hitless.reloadAll",
  runFile: "hitless.runFile",
  restart: "hitless.restart",
  reload: "hitless.reload",
  gracefulReload: "hitless.gracefulReload",
  cancelReload: "hitless.cancelReload",
  showChanges: "hitless.showChanges",
  watch: "hitless.watch",
  unwatch: "hitless.unwatch",
  scale: "hitless.scale",
  rollback: "hitless.rollback",
  rehearse: "hitless.rehearse",
  renewSupervisor: "hitless.renewSupervisor",
  showHistory: "hitless.showHistory",
  debug: "hitless.debug",
  continueWorker: "hitless.continueWorker",
  reloadWorker: "hitless.reloadWorker",
  killWorker: "hitless.killWorker",
  waitLonger: "hitless.waitLonger",
  cutNow: "hitless.cutNow",
  copyPid: "hitless.copyPid",
  openInBrowser: "hitless.openInBrowser",
  copyUrl: "hitless.copyUrl",
  goToEntry: "hitless.goToEntry",
  showLog: "hitless.showLog",
  filterLog: "hitless.filterLog",
  openLogFile: "hitless.openLogFile",
  showLayers: "hitless.showLayers",
  showEvents: "hitless.showEvents",
  showMenu: "hitless.showMenu",
  pickNode: "hitless.pickNode",
  pickEntry: "hitless.pickEntry",
  goToRoute: "hitless.goToRoute",
  requestsThreshold: "hitless.requestsThreshold",
  requestsFilter: "hitless.requestsFilter",
  requestsClear: "hitless.requestsClear",
  configure: "hitless.configure",
  importPm2: "hitless.importPm2",
  refresh: "hitless.refresh",
  prepareMachine: "hitless.prepareMachine",
  reloadFleet: "hitless.reloadFleet",
  gracefulReloadFleet: "hitless.gracefulReloadFleet",
  restartFleet: "hitless.restartFleet",
  rollbackFleet: "hitless.rollbackFleet",
  cancelFleet: "hitless.cancelFleet",
  checkFleet: "hitless.checkFleet",
  showFleetHistory: "hitless.showFleetHistory",
} as const;

export type CommandId = (typeof commandIds)[keyof typeof commandIds];

export const viewIds = {
  container: "hitless",
  apps: "hitless.apps",
  requests: "hitless.requests",
  layers: "hitless.layers",
  rehearsal: "hitless.rehearsal",
} as const;

/** Under which VS Code asks for the MCP server. */
export const mcpProviderId = "hitless";

/** Of tasks, in `tasks.json`. */
export const taskType = "hitless";

/** Without the prefix `hitless.`, as `WorkspaceConfiguration.get` takes them. */
export const settingIds = {
  apps: "apps",
  machines: "machines",
  fleets: "fleets",
  node: "node",
  gracePeriod: "gracePeriod",
  notifications: "notifications",
  revealLog: "log.reveal",
  logTimestamps: "log.timestamps",
  saveBeforeReload: "saveBeforeReload",
  language: "language.enabled",
  hovers: "language.hovers",
  rules: "language.rules",
} as const;

export const settingsSection = "hitless";

/** Set only when their value changes. */
export const contextKeys = {
  /** Whether the workspace has been searched for apps: before that, views say nothing about them. */
  scanned: "hitless.scanned",
  hasApp: "hitless.hasApp",
  hasRunningApp: "hitless.hasRunningApp",
  /** Whether there is more than one app. */
  hasSeveralApps: "hitless.hasSeveralApps",
  /** Whether a reload is running that can still be cancelled. */
  reloading: "hitless.reloading",
  /** Whether some app serves with what it ran before, since its last renewal was rolled back. */
  keptServing: "hitless.keptServing",
  /** Whether some app listens on an http or https address. */
  hasAddress: "hitless.hasAddress",
  /** Whether some app runs, here or on another machine. */
  runsAnywhere: "hitless.runsAnywhere",
  /** Whether the settings name a machine. */
  hasMachine: "hitless.hasMachine",
  /** Whether the settings name a fleet. */
  hasFleet: "hitless.hasFleet",
  /** Whether this window renews a fleet. */
  renewsFleet: "hitless.renewsFleet",
} as const;

export type ContextKey = (typeof contextKeys)[keyof typeof contextKeys];
