// Apart from the schemas, which are no part of the activation.

/** Notifications from the client, with the whole state each time. */
export const languageNotifications = { apps: "hitless/apps" } as const;

/** The commands of the extension that the server's lenses and hovers call. The extension's own table says the same. */
export const languageCommands = {
  start: "hitless.start",
  reload: "hitless.reload",
  showMenu: "hitless.showMenu",
  showLayers: "hitless.showLayers",
} as const;

/** The languages that are read, as VS Code calls them. */
export const languageIds: readonly string[] = ["javascript", "javascriptreact", "typescript", "typescriptreact"];
