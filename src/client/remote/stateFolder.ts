import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * The per-user folder of what outlives sessions and reboots; created on demand. `XDG_STATE_HOME/hitless`, else
 * `~/.local/state/hitless`; on Windows `%LOCALAPPDATA%\hitless\state`.
 */
export function stateFolder(): string {
  const folder = chooseFolder();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

function chooseFolder(): string {
  if (process.platform === "win32") {
    return join(process.env.LOCALAPPDATA ?? homedir(), "hitless", "state");
  }
  const given = process.env.XDG_STATE_HOME;
  return given !== undefined && isAbsolute(given)
    ? join(given, "hitless")
    : join(homedir(), ".local", "state", "hitless");
}
