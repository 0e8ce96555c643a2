import { existsSync } from "node:fs";

/** The variable by which VS Code's JavaScript Debug Terminal tells its preload, which is in NODE_OPTIONS, where the debugger is. */
export const debugTerminalVariable = "VSCODE_INSPECTOR_OPTIONS";

/**
 * Whether that terminal's debugger can still be reached. A worker of a later generation may start when the window has been
 * closed, and would wait for a debugger that never comes.
 */
export function isDebugTerminalOpen(options: string): boolean {
  const found = /"inspectorIpc":"((?:[^"\\]|\\.)*)"/.exec(options)?.[1];
  return found !== undefined && existsSync(JSON.parse(`"${found}"`) as string);
}
