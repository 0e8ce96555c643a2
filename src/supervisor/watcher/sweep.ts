import { execFile } from "node:child_process";
import fs from "node:fs";
import process from "node:process";
import { processSource } from "../../shared/basics/processSource.ts";
import { findStrays } from "../../shared/basics/strays.ts";
import { killTree } from "../process/killTree.ts";

/**
 * Kills the workers of this user whose supervisor is gone and was killed together with its watcher.
 * @returns Their pids.
 */
export async function sweepStrays(): Promise<number[]> {
  const strays = await findStrays(processSource({ process, fs, execFile }));
  const pids = strays.map(({ pid }) => pid);
  await Promise.all(pids.map((pid) => new Promise<void>((resolve) => killTree(pid, () => resolve(kill(pid))))));
  return pids;
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended between the look and the signal.
  }
}
