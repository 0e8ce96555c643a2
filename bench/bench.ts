import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../test/support/process/freePort.ts";
import type { WholeResponse } from "../test/support/process/responseReader.ts";
import type { Table } from "./figures.ts";
import type { Peer, PeerOptions, PeerRun } from "./peers/peer.ts";

/** What a scenario works with. */
export interface Bench {
  /** A short run: the same steps, fewer of them. */
  readonly quick: boolean;
  /** The peers that can take part. */
  readonly peers: readonly Peer[];
  /** Says what is being done, on stderr. */
  say(text: string): void;
}

export interface Scenario {
  /** What `--only` takes. */
  readonly name: string;
  run(bench: Bench): Promise<Table>;
}

const appFolder = fileURLToPath(new URL("app", import.meta.url));

/** An app under a peer, with builds that can be told apart. */
export interface BenchApp extends PeerRun {
  /** Number of the latest build, as its answers say it. */
  readonly build: string;
  /** Makes the next reload bring a new build; returns its number. */
  nextBuild(): string;
}

/** Runs the app under a peer on a port of loopback, and stops it whatever happens. */
export async function withApp<Result>(
  peer: Peer,
  workers: number,
  use: (app: BenchApp) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "hitless-bench-"));
  cpSync(appFolder, folder, { recursive: true });
  const options: PeerOptions = { folder, port: await freePort(), workers, node: process.execPath };
  let build = 1;
  try {
    const run = await peer.start(options);
    try {
      return await use({
        ...run,
        get build() {
          return String(build);
        },
        nextBuild() {
          build += 1;
          writeFileSync(join(folder, "version.txt"), String(build));
          peer.build?.(options, String(build));
          return String(build);
        },
      });
    } finally {
      await run.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The build that an answer is of. */
export function readBuild(response: WholeResponse, path: string): string {
  const { url, version } = JSON.parse(response.body) as { url: string; version: string };
  if (response.status !== 200 || url !== path) {
    throw new Error(`Asked for ${path}, got ${response.status} ${response.body}`);
  }
  return version;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
