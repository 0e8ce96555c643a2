import { execFile } from "node:child_process";
import { listDescendants } from "./processTree.ts";

/** Milliseconds to wait for `taskkill`. */
const deadlineMs = 5_000;

/**
 * Kills all descendants of a process and then the process itself, at once. Not the package tree-kill: that one needs
 * `ps` on Linux, never answers where it is missing, and uses a shell on Windows.
 * @param kill Ends the process itself; called whatever becomes of the descendants.
 */
export function killTree(pid: number, kill: () => void): void {
  if (process.platform === "win32") {
    execFile("taskkill", ["/pid", String(pid), "/T", "/F"], { timeout: deadlineMs, windowsHide: true }, kill);
    return;
  }
  listDescendants(pid, (descendants) => {
    for (const descendant of descendants) {
      try {
        process.kill(descendant, "SIGKILL");
      } catch {
        // It ended between the listing and the signal.
      }
    }
    kill();
  });
}
