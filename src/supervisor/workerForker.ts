import cluster, { type Worker } from "node:cluster";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import type { LaunchRecipe } from "../shared/appConfig.ts";
import { inspectPortFlag } from "../shared/workerMessages.ts";
import { createInspectorDoor, type InspectorDoor } from "./inspectorDoor.ts";
import type { LogSource, LogStore } from "./logStore.ts";
import { createStderrTail, type StderrTail } from "./stderrTail.ts";
import { createUtf8Splitter } from "./utf8Splitter.ts";

/** The preload lies beside the supervisor's bundle. */
const preloadFile = join(dirname(process.argv[1] ?? ""), "preload.cjs");

/** Whoever debugs the app on purpose has a port of his own. */
const inspectFlag = /^--inspect/;

/** Says once how accepted connections get to the workers. Called before the first worker. */
export function chooseScheduling(scheduling: LaunchRecipe["scheduling"]): void {
  // Explicit, since the default on Windows is to leave it to the system.
  cluster.schedulingPolicy = scheduling === "shared" ? cluster.SCHED_NONE : cluster.SCHED_RR;
}

/** Forks one worker and keeps what it prints. */
export function forkWorker(options: {
  readonly recipe: LaunchRecipe;
  readonly slot: number;
  readonly generation: number;
  readonly logs: LogStore;
}): { readonly worker: Worker; readonly stderr: StderrTail; readonly inspector: InspectorDoor } {
  const { recipe, slot, generation, logs } = options;
  const debugged = recipe.nodeArgs.some((arg) => inspectFlag.test(arg));
  cluster.setupPrimary({
    exec: recipe.entry,
    args: recipe.args,
    // Ours first: it has to see the servers that the project's own preloads may start.
    execArgv: [...(debugged ? [] : [inspectPortFlag]), "--require", preloadFile, ...recipe.nodeArgs],
    cwd: recipe.cwd,
    silent: true,
    windowsHide: true,
    ...(!debugged && { inspectPort: 0 }),
  });
  const worker = cluster.fork({
    ...recipe.env,
    HITLESS_WORKER: String(slot),
    HITLESS_GENERATION: String(generation),
    // pm2's name for the same, from 0, so that apps which know pm2 need no change.
    NODE_APP_INSTANCE: String(slot - 1),
  });
  const stderr = createStderrTail();
  const inspector = createInspectorDoor();
  const source: LogSource = { worker: worker.id, slot, generation };
  capture(worker.process.stdout, (bytes) => logs.append(source, "stdout", bytes));
  capture(worker.process.stderr, (bytes) => {
    const text = bytes.toString("utf8");
    const own = inspector.filter(text);
    logs.append(source, "stderr", own === text ? bytes : Buffer.from(own));
    stderr.push(own);
  });
  return { worker, stderr, inspector };
}

function capture(output: Readable | null, keep: (bytes: Buffer) => void): void {
  const splitter = createUtf8Splitter();
  output?.on("data", (chunk: Buffer) => keep(splitter.push(chunk)));
  output?.on("end", () => keep(splitter.end()));
  // A pipe that breaks with its worker is reported by the worker's exit.
  output?.on("error", () => undefined);
}
