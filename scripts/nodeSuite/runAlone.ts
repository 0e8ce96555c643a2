import { spawn } from "node:child_process";
import process from "node:process";
import type { Outcome } from "./compareFile.ts";
import type { SuiteFile } from "./suiteFiles.ts";

/** On a machine that does other things as well, in milliseconds. */
const deadlineMs = 60_000;

/** Of what a file prints, the end is kept, in characters. */
const outputLength = 16_000;

/** Runs a file by `node FILE`. */
export function runAlone(file: SuiteFile, env: Readonly<Record<string, string>>, node: string): Promise<Outcome> {
  return runProgram(node, [...file.flags, file.path], { cwd: file.cwd, env });
}

/** Runs a program in a process group of its own, which ends with it. */
export function runProgram(
  program: string,
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let hung = false;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output = (output + text).slice(-outputLength);
      });
    }
    const timer = setTimeout(() => {
      hung = true;
      endGroup(child.pid);
    }, deadlineMs);
    child.once("error", (error) => {
      clearTimeout(timer);
      resolve({ code: undefined, hung: false, output: String(error) });
    });
    child.once("exit", (code) => {
      clearTimeout(timer);
      endGroup(child.pid);
      // Its output is whole with the next turns, unless somebody else holds the pipe.
      setImmediate(() => setImmediate(() => resolve({ code: code ?? undefined, hung, output })));
    });
  });
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) {
    return;
  }
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // All of it has ended.
  }
}
