import { type ChildProcess, spawn } from "node:child_process";
import { constants, homedir } from "node:os";
import { HitlessError } from "../../shared/errors.ts";
import type { RunParams } from "../../shared/machines/machineProtocol.ts";
import { cleanEnvironment } from "../node/cleanEnvironment.ts";

/** Milliseconds between the request to end and the kill. */
const killMs = 5_000;

export interface RunHereOptions {
  /** Takes the output as it comes; the program waits while it is not done. */
  readonly receive: (stream: "stdout" | "stderr", text: string) => Promise<void>;
  /** Aborting it ends the program and what it started. */
  readonly signal: AbortSignal;
}

/**
 * Runs a program on this machine, without a shell, in a process group of its own.
 * @returns The exit code; 128 and the number of the signal if one ended it.
 * @throws HitlessError `invalidState` when it can't be started, `deadline`, `cancelled`.
 */
export async function runHere(
  { argv, cwd, stdin, deadlineMs }: RunParams,
  { receive, signal }: RunHereOptions,
): Promise<number> {
  const [program = "", ...args] = argv;
  const child = spawn(program, args, {
    cwd: cwd ?? homedir(),
    env: { ...cleanEnvironment(process.env), ...runtimeVariable() },
    stdio: ["pipe", "pipe", "pipe"],
    // A group, so that what it started can be ended with it.
    detached: process.platform !== "win32",
    windowsHide: true,
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(stdin ?? "");
  const ending = endOnce(child);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    ending();
  }, deadlineMs);
  signal.addEventListener("abort", ending, { once: true });
  if (signal.aborted) {
    ending();
  }
  try {
    const outputs = (["stdout", "stderr"] as const).map((name) => pass(child[name], name, receive));
    // Output that is cut short, where a child of it keeps the pipe, is no failure of the program.
    const [code] = await Promise.all([
      exitOf(child, program, cwd),
      ...outputs.map((output) => output.catch(() => undefined)),
    ]);
    if (late) {
      throw new HitlessError("deadline", `${program} did not end within ${deadlineMs} ms, and was ended.`);
    }
    if (signal.aborted) {
      throw new HitlessError("cancelled", `${program} was ended.`);
    }
    return code;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", ending);
  }
}

/** What the program does with Hitless is about the apps that are seen from here. */
function runtimeVariable(): NodeJS.ProcessEnv {
  const { HITLESS_RUNTIME_DIR } = process.env;
  return HITLESS_RUNTIME_DIR === undefined ? {} : { HITLESS_RUNTIME_DIR };
}

async function pass(
  output: NodeJS.ReadableStream,
  name: "stdout" | "stderr",
  receive: RunHereOptions["receive"],
): Promise<void> {
  output.setEncoding("utf8");
  for await (const text of output) {
    await receive(name, String(text));
  }
}

/** Resolves when it has ended and its output is closed, or a moment later where a child of it keeps the output. */
function exitOf(child: ChildProcess, program: string, cwd: string | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", (error) => {
      const where = cwd === undefined ? "" : ` in ${cwd}`;
      reject(new HitlessError("invalidState", `${program} can't be run${where}: ${error.message}.`, { cause: error }));
    });
    child.once("exit", (code, signal) => {
      const settle = () => {
        clearTimeout(patience);
        child.stdout?.destroy();
        child.stderr?.destroy();
        resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
      };
      // A background process of it may keep the pipes open for ever.
      const patience = setTimeout(settle, 1_000);
      child.once("close", settle);
    });
  });
}

function endOnce(child: ChildProcess): () => void {
  let ended = false;
  return () => {
    if (ended) {
      return;
    }
    ended = true;
    killGroup(child, "SIGTERM");
    const timer = setTimeout(() => killGroup(child, "SIGKILL"), killMs);
    child.once("exit", () => {
      clearTimeout(timer);
      killGroup(child, "SIGKILL");
    });
  };
}

function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) {
      process.kill(process.platform === "win32" ? pid : -pid, signal);
    }
  } catch {
    // It has ended.
  }
}
