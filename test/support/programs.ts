import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/** The first of these programs that exists, by absolute path or on PATH; null when none does. */
export function findProgram(names: readonly string[]): string | null {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const suffixes = process.platform === "win32" ? [".exe", ".cmd", ""] : [""];
  for (const name of names) {
    const places = isAbsolute(name) ? [name] : folders.flatMap((f) => suffixes.map((suffix) => join(f, name + suffix)));
    const found = places.find(isProgram);
    if (found !== undefined) {
      return found;
    }
  }
  return null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds; the program is killed after them. */
  readonly deadlineMs: number;
  /** Shows the program's output as it comes; default false. */
  readonly show?: boolean;
}

export interface RunResult {
  /** Null when a signal or the deadline ended it. */
  readonly code: number | null;
  /** stdout and stderr as they came; empty with `show`. */
  readonly output: string;
}

/** Runs a program to its end, without a shell and without standard input. Rejects when it can't be started. */
export function run(program: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["ignore", options.show ? "inherit" : "pipe", options.show ? "inherit" : "pipe"],
      timeout: options.deadlineMs,
      killSignal: "SIGKILL",
      windowsHide: true,
    });
    let output = "";
    const collect = (text: string) => {
      output += text;
    };
    child.stdout?.setEncoding("utf8").on("data", collect);
    child.stderr?.setEncoding("utf8").on("data", collect);
    child.once("error", (error) => reject(new Error(`${program}: ${error.message}`)));
    child.once("close", (code) => resolve({ code, output }));
  });
}
