/**
 * What VS Code, Electron, Node's cluster and Hitless put into the environment of the processes they start. None of it
 * is meant for the app: `ELECTRON_RUN_AS_NODE` changes what a program is, `NODE_CHANNEL_FD` names a channel that the
 * app does not have.
 */
const foreign =
  /^(?:ELECTRON_|VSCODE_|HITLESS_|NODE_UNIQUE_ID$|NODE_CHANNEL_|NODE_APP_INSTANCE$|CHROME_DESKTOP$|ORIGINAL_XDG_)/i;

/** The environment without what belongs to whoever started this process and not to the person. */
export function cleanEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const clean: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && !foreign.test(name)) {
      clean[name] = value;
    }
  }
  return clean;
}
