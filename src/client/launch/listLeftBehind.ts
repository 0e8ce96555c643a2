import { execFile } from "node:child_process";
import fs from "node:fs";
import process from "node:process";
import { processSource } from "../../shared/basics/processSource.ts";
import { findLeftovers, findStrays, type Leftover, type Stray } from "../../shared/basics/strays.ts";

/** What apps of this user have left behind. */
export interface LeftBehind {
  /** Workers of a killed supervisor, which the next start will end. */
  readonly strays: readonly Stray[];
  /** What workers had made independent, which nobody will end. */
  readonly leftovers: readonly Leftover[];
}

export async function listLeftBehind(): Promise<LeftBehind> {
  const source = processSource({ process, fs, execFile });
  return { strays: await findStrays(source), leftovers: findLeftovers(source) };
}
