import treeKill from "tree-kill";

/**
 * Kills a process and its descendants with SIGKILL.
 * @param done Told an error's message if the descendants could not be listed (no `ps` on the machine); the process
 * itself is then still alive.
 */
export function killTree(pid: number, done: (error: string | undefined) => void): void {
  treeKill(pid, "SIGKILL", (error) => done(error?.message));
}
