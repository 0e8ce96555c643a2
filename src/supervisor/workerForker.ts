import cluster, { type Worker } from "node:cluster";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import type { LaunchRecipe } from "../shared/appConfig.ts";
import type { LogStream } from "../shared/logs.ts";
import type { LogSource, LogStore } from "./logStore.ts";
import { createStderrTail, type StderrTail } from "./stderrTail.ts";
import { createUtf8Splitter } from "./utf8Splitter.ts";

/** The preload lies beside the supervisor's bundle. */
const preloadFile = join(dirname(process.argv[1] ?? ""), "preload.cjs");

/** Makes `node:cluster` run the app's entry with our preload. Called once, before the first worker. */
export function prepareCluster(recipe: LaunchRecipe): void {
  // Explicit, since the default on Windows is to leave it to the system, which lets few workers have most connections.
  cluster.schedulingPolicy = recipe.scheduling === "shared" ? cluster.SCHED_NONE : cluster.SCHED_RR;
  cluster.setupPrimary({
    exec: recipe.entry,
    args: recipe.args,
    // Ours first: it has to see the servers that the project's own preloads may start.
    execArgv: ["--require", preloadFile, ...recipe.nodeArgs],
    cwd: recipe.cwd,
    silent: true,
    windowsHide: true,
  });
}

/** Forks one worker and keeps what it prints. */
export function forkWorker(options: {
  readonly recipe: LaunchRecipe;
  readonly slot: number;
  readonly generation: number;
  readonly logs: LogStore;
}): { readonly worker: Worker; readonly stderr: StderrTail } {
  const { recipe, slot, generation, logs } = options;
  const worker = cluster.fork({
    ...recipe.env,
    HITLESS_WORKER: String(slot),
    HITLESS_GENERATION: String(generation),
    // pm2's name for the same, from 0, so that apps which know pm2 need no change.
    NODE_APP_INSTANCE: String(slot - 1),
  });
  const stderr = createStderrTail();
  const source: LogSource = { worker: worker.id, slot, generation };
  capture(worker.process.stdout, "stdout", source, logs);
  capture(worker.process.stderr, "stderr", source, logs, stderr);
  return { worker, stderr };
}

function capture(
  output: Readable | null,
  stream: LogStream,
  source: LogSource,
  logs: LogStore,
  tail?: StderrTail,
): void {
  const splitter = createUtf8Splitter();
  const keep = (bytes: Buffer): void => {
    logs.append(source, stream, bytes);
    tail?.push(bytes.toString("utf8"));
  };
  output?.on("data", (chunk: Buffer) => keep(splitter.push(chunk)));
  output?.on("end", () => keep(splitter.end()));
  // A pipe that breaks with its worker is reported by the worker's exit.
  output?.on("error", () => undefined);
}
