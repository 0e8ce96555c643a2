// Separate from the schemas, so that activation does not load them.

/** Notifications from the client; each carries the whole state. */
export const languageNotifications = { apps: "hitless/apps" } as const;

/** Requests of the client. */
export const languageRequests = { routes: "hitless/routes", paths: "hitless/paths" } as const;

/** The extension's commands that the server's lenses and hovers call. The extension's own table has the same ids. */
export const languageCommands = {
  start: "hitless.start",
  debug: "hitless.debug",
  reload: "hitless.reload",
  rehearse: "hitless.rehearse",
  showMenu: "hitless.showMenu",
  showLayers: "hitless.showLayers",
} as const;

/** The languages that are analyzed, by their ids in VS Code. */
export const languageIds: readonly string[] = ["javascript", "javascriptreact", "typescript", "typescriptreact"];
