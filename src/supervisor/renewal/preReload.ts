import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import type { LaunchRecipe } from "../../shared/appConfig.ts";
import { mergeVariables } from "../../shared/basics/mergeVariables.ts";
import type { SourceLocation } from "../../shared/failure.ts";
import { createStderrTail } from "../logs/stderrTail.ts";
import { killTree } from "../process/killTree.ts";
import { windowsProgram } from "./windowsProgram.ts";

/** A command that has not ended after this many milliseconds is ended. */
const deadlineMs = 300_000;

/** Whether something runs before a renewal. */
export function hasPreReload({ preReload = [] }: Pick<LaunchRecipe, "preReload">): boolean {
  return "task" in preReload || preReload.length > 0;
}

/** Program and arguments that run before a renewal, and where; `undefined` if nothing does. */
export function preReloadOf({
  preReload = [],
  env,
}: Pick<LaunchRecipe, "preReload" | "env">):
  | (Pick<PreReloadOptions, "command" | "env"> & { readonly cwd?: string })
  | undefined {
  if ("task" in preReload) {
    const { command, cwd } = preReload;
    return { command, cwd, env: mergeVariables(process.platform, env, preReload.env) };
  }
  return preReload.length === 0 ? undefined : { command: preReload, env };
}

export interface PreReloadOptions {
  /** Program and arguments. */
  readonly command: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Aborting it ends the command. */
  readonly cancelled: AbortSignal;
}

/** Why the command did not succeed. */
export interface PreReloadFailure {
  /** One sentence for the user. */
  readonly reason: string;
  /** The last lines of what it wrote, oldest first. */
  readonly output: readonly string[];
  /** The first place in the source that it complained about, if it wrote that as compilers do. */
  readonly location?: SourceLocation;
}

/**
 * Runs what an app's `preReload` says, such as a build, without a shell; programs of the app's packages are found as in its
 * scripts. Resolves with `undefined` when it has succeeded.
 */
export function runPreReload({
  command,
  cwd,
  env,
  cancelled,
}: PreReloadOptions): Promise<PreReloadFailure | undefined> {
  const shown = command.join(" ");
  const tail = createStderrTail();
  return new Promise((settle) => {
    let child: ChildProcess;
    let why: string | undefined;
    const fail = (reason: string): void => {
      const output = tail.lines();
      const location = complaint(output, cwd);
      settle({ reason, output, ...(location !== undefined && { location }) });
    };
    const end = (reason: string) => (): void => {
      why ??= reason;
      if (child.pid !== undefined) {
        killTree(child.pid, () => child.kill("SIGKILL"));
      }
    };
    const cancel = end("Cancelled.");
    const path = searchPath(cwd, env);
    const [program = "", ...args] =
      process.platform === "win32" ? windowsProgram(command, path.value.split(delimiter)) : command;
    try {
      child = spawn(program, args, {
        cwd,
        env: { ...env, [path.name]: path.value },
        stdio: ["ignore", "pipe", "pipe"],
        windowsHide: true,
      });
    } catch (error) {
      fail(`preReload (${shown}) could not be started: ${String(error)}`);
      return;
    }
    const timer = setTimeout(end(`preReload (${shown}) did not end within ${deadlineMs / 1_000} s.`), deadlineMs);
    cancelled.addEventListener("abort", cancel, { once: true });
    child.stdout?.setEncoding("utf8").on("data", (text: string) => tail.push(text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => tail.push(text));
    child.once("error", (error) => {
      why ??= `preReload (${shown}) could not be started: ${error.message}`;
    });
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      cancelled.removeEventListener("abort", cancel);
      if (why !== undefined) {
        fail(why);
      } else if (code === 0) {
        settle(undefined);
      } else {
        fail(`preReload (${shown}) ended with ${code === null ? signal : `exit code ${code}`}.`);
      }
    });
    if (cancelled.aborted) {
      cancel();
    }
  });
}

/** The PATH of the app's scripts: programs of its packages come first. */
function searchPath(
  cwd: string,
  env: Readonly<Record<string, string>>,
): { readonly name: string; readonly value: string } {
  const name = Object.keys(env).find((key) => key.toUpperCase() === "PATH") ?? "PATH";
  const programs: string[] = [];
  for (let folder = cwd; ; folder = dirname(folder)) {
    programs.push(join(folder, "node_modules", ".bin"));
    if (folder === dirname(folder)) {
      break;
    }
  }
  // Node.js itself is the one that runs the app.
  const value = [...programs, dirname(process.execPath), ...(env[name] === undefined ? [] : [env[name]])].join(
    delimiter,
  );
  return { name, value };
}

/** `src/a.ts(3,5): error TS2322: …`, `src/a.ts:3:5 - error TS2322: …` or `src/a.ts:3:5: ERROR: …`. */
function complaint(lines: readonly string[], cwd: string): SourceLocation | undefined {
  for (const line of lines) {
    const head = line.slice(0, Math.max(0, line.search(/(?: -|:) error/i)));
    const place = /[:(](\d+)[:,](\d+)\)?$/.exec(head);
    const file = place && resolve(cwd, head.slice(0, place.index).replace(/^[^\w./\\]+/, ""));
    if (file !== null && existsSync(file)) {
      return { file, line: Number(place?.[1]), column: Number(place?.[2]) };
    }
  }
  return undefined;
}
