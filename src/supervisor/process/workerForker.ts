import cluster, { type Worker } from "node:cluster";
import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import type { LaunchRecipe } from "../../shared/appConfig.ts";
import { mergeVariables } from "../../shared/basics/mergeVariables.ts";
import { debugVariable, inspectBreakFlag, inspectPortFlag, leaderVariable } from "../../shared/workerMessages.ts";
import { createWorkerInspector, type WorkerInspector } from "../inspector/workerInspector.ts";
import type { LogSource, LogStore } from "../logs/logStore.ts";
import { createStderrTail, type StderrTail } from "../logs/stderrTail.ts";
import { createUtf8Splitter } from "../logs/utf8Splitter.ts";
import { debugTerminalVariable, isDebugTerminalOpen } from "./debugTerminal.ts";
import { type InspectPlace, inspectFlags } from "./inspectFlags.ts";
import { permissionFlags } from "./permissionFlags.ts";

/** The preload lies beside the supervisor's bundle. */
// Its real path, by which the preload identifies itself and hides from the app.
const preloadFile = join(realpathSync(dirname(process.argv[1] ?? "")), "preload.cjs");
/** What the preload loads when somebody looks at the layers. */
const layersFile = join(dirname(preloadFile), "layers.cjs");
/** What it loads when metrics are asked for. */
const metricsFile = join(dirname(preloadFile), "metrics.cjs");

/** The variables that every worker gets beside those of the recipe. */
const ownVariables = ["HITLESS_ID", "HITLESS_WORKER", "HITLESS_GENERATION", "NODE_APP_INSTANCE", leaderVariable];

/** Those that have a process wait for a debugger. */
const waitFlag = /(?:^|\s)--inspect-(?:brk|wait)\b/;

/**
 * Whether a new worker waits for a debugger before the app's first line, and whether it stops there too.
 */
export type DebugStart = "no" | "wait" | "break";

export interface ForkedWorker {
  /** Its number, unique in the life of the app, over all its supervisors. */
  readonly id: number;
  readonly worker: Worker;
  readonly stderr: StderrTail;
  readonly inspector: WorkerInspector;
  readonly mark: string;
  /** The last line of what it has written so far, to whichever stream; empty if it has written nothing. */
  readonly lastLine: () => string;
  /** Whether it waits for a debugger: no longer than a debugger of VS Code may take, or as long as the user's flags say. */
  readonly waits: "no" | "briefly" | "unlimited";
  /** Where flags of the user's own have its inspector opened at its start. */
  readonly inspectPlace: InspectPlace | undefined;
  /** Where a debugger looks for its inspector that has opened it by a signal. */
  readonly signalPlace: InspectPlace;
}

/** No more than this of a line is told, in bytes. */
const longestLine = 500;

let forks = 0;

/** Workers that other supervisors of the app have had before: numbers go on behind theirs. */
let before = 0;

/** The workers of this supervisor are numbered behind this one. Called before the first. */
export function numberWorkersAfter(last: number): void {
  before = last;
  forks = last;
}

/** The highest number that a worker of the app has had. */
export function lastWorkerNumber(): number {
  return forks;
}

/** Names of the environment variables that a worker is started with. */
export function variablesOfWorker({ env }: Pick<LaunchRecipe, "env">): string[] {
  return [...new Set([...Object.keys(env), ...ownVariables])];
}

/**
 * Forks one worker and keeps its output.
 * @throws the system's error when it can't start a process, such as E2BIG or ENOMEM.
 */
export function forkWorker(options: {
  readonly recipe: LaunchRecipe;
  readonly slot: number;
  readonly generation: number;
  readonly logs: LogStore;
  readonly debug: DebugStart;
  /** Whether it is the one that leads. */
  readonly leads: boolean;
}): ForkedWorker {
  const { recipe, slot, generation, logs, debug, leads } = options;
  const { place, signalPlace, nodeArgs } = inspectFlags(recipe.nodeArgs);
  const debugged = place !== undefined;
  cluster.setupPrimary({
    // The dashes keep Node away from the app's own arguments, all of which it searches for some of its flags, such as
    // `--env-file`. They take the entry's place because cluster appends a flag to `execArgv`.
    exec: "--",
    args: [recipe.entry, ...recipe.args],
    // Ours first: it must see the servers that the project's own preloads may start.
    execArgv: [
      ...(debugged ? [] : [debug === "break" ? inspectBreakFlag : inspectPortFlag]),
      ...permissionFlags(recipe, [preloadFile, layersFile, metricsFile]),
      "--require",
      preloadFile,
      ...nodeArgs,
    ],
    cwd: recipe.cwd,
    silent: true,
    windowsHide: true,
    inspectPort: 0,
  });
  forks += 1;
  const mark = `${process.pid}-${forks}`;
  // `fork` adds the supervisor's own variables; those missing in the recipe are removed again.
  const unwanted: Record<string, string | undefined> = Object.fromEntries(
    Object.keys(process.env).map((name) => [name, undefined]),
  );
  const terminal = recipe.env[debugTerminalVariable];
  const inTerminal = terminal !== undefined && isDebugTerminalOpen(terminal);
  const own = {
    ...(recipe.instanceVariable !== undefined && { [recipe.instanceVariable]: String(slot - 1) }),
    ...(!inTerminal && { [debugTerminalVariable]: undefined }),
    HITLESS_ID: mark,
    HITLESS_WORKER: String(slot),
    HITLESS_GENERATION: String(generation),
    // pm2's name for the same, from 0, so that apps which know pm2 need no change.
    NODE_APP_INSTANCE: String(slot - 1),
    [leaderVariable]: leads ? "1" : "0",
    ...((debug === "wait" || (debug === "break" && debugged)) && { [debugVariable]: debug }),
  };
  const worker = cluster.fork(mergeVariables<string | undefined>(process.platform, unwanted, recipe.env, own));
  const id = before + worker.id;
  const stderr = createStderrTail();
  const inspector = createWorkerInspector();
  if (debug !== "no" && !debugged) {
    inspector.expectOurs();
  }
  const source: LogSource = { worker: id, slot, generation };
  for (const output of [worker.process.stdout, worker.process.stderr]) {
    if (output !== null) {
      logs.watch(id, output);
    }
  }
  worker.process.once("exit", () => logs.exited(id));
  capture(worker.process.stdout, {
    keep: (bytes) => logs.append(source, "stdout", bytes),
    ended: () => logs.finish(source, "stdout"),
  });
  capture(worker.process.stderr, {
    keep: (bytes) => {
      const text = bytes.toString("utf8");
      const own = inspector.filter(text);
      logs.append(source, "stderr", own === text ? bytes : Buffer.from(own));
      stderr.push(own);
    },
    ended: () => logs.finish(source, "stderr"),
  });
  const lastLine = (): string => {
    const { chunks } = logs.read({ worker: id, lines: 1, maxBytes: longestLine });
    return chunks
      .map(({ text }) => text)
      .join("")
      .trim();
  };
  return {
    id,
    worker,
    stderr,
    inspector,
    mark: `HITLESS_ID=${mark}`,
    lastLine,
    waits: waitOf(recipe, debug, inTerminal),
    inspectPlace: place,
    signalPlace,
  };
}

function waitOf({ nodeArgs, env }: LaunchRecipe, debug: DebugStart, inTerminal: boolean): ForkedWorker["waits"] {
  if (nodeArgs.some((arg) => waitFlag.test(arg)) || waitFlag.test(env.NODE_OPTIONS ?? "")) {
    return "unlimited";
  }
  // The terminal of VS Code's debugger has its programs wait for it by a preload of its own.
  return debug === "break" || inTerminal ? "briefly" : "no";
}

function capture(
  output: Readable | null,
  { keep, ended }: { readonly keep: (bytes: Buffer) => void; readonly ended: () => void },
): void {
  const splitter = createUtf8Splitter();
  output?.on("data", (chunk: Buffer) => keep(splitter.push(chunk)));
  output?.on("end", () => keep(splitter.end()));
  output?.on("close", ended);
  // A pipe that breaks with its worker is reported by the worker's exit.
  output?.on("error", () => undefined);
}
