/**
 * Variables that VS Code, Electron, Node's cluster and Hitless set for the processes they start. None is meant for the
 * app: `ELECTRON_RUN_AS_NODE` changes what a program is, `NODE_CHANNEL_FD` names a channel it lacks, a service manager
 * hears through `NOTIFY_SOCKET` how Hitless is, not one of its workers, and the descriptors of `LISTEN_FDS` are not theirs.
 */
const foreign =
  /^(?:ELECTRON_|VSCODE_|HITLESS_|NODE_UNIQUE_ID$|NODE_CHANNEL_|NODE_APP_INSTANCE$|NOTIFY_SOCKET$|LISTEN_(?:FDS|FDNAMES|PID|PIDFDID)$|FDSTORE$|CHROME_DESKTOP$|ORIGINAL_XDG_)/i;

/** What VS Code's JavaScript Debug Terminal tells the programs that are started in it. */
const debugTerminal = "VSCODE_INSPECTOR_OPTIONS";

/** The variable of a JavaScript Debug Terminal, for the workers of an app that is started in one. */
export function debugTerminalOf(environment: NodeJS.ProcessEnv): Record<string, string> {
  const options = environment[debugTerminal];
  return options === undefined ? {} : { [debugTerminal]: options };
}

/** The environment without what the starting program, and not the user, has set. */
export function cleanEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const clean: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && !foreign.test(name)) {
      clean[name] = value;
    }
  }
  return clean;
}
