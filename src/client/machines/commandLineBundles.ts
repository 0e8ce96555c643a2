/** The files of `dist` that the command line consists of: what a machine is given, and what the npm package holds. */
export const commandLineBundles: readonly string[] = [
  "cli.cjs",
  "layers.cjs",
  "mcp.cjs",
  "metrics.cjs",
  "monit.cjs",
  "pm2.cjs",
  "preload.cjs",
  "recipe.cjs",
  "supervisor.cjs",
  "webSocketClient.cjs",
];
