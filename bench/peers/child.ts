import { type ChildProcess, spawn } from "node:child_process";
import { within } from "../../test/support/process/until.ts";

/** Anything a peer is waited for takes no longer, in milliseconds. */
const deadlineMs = 60_000;

/** A peer's own process. */
export interface Child {
  readonly pid: number;
  /** Resolves when it says this on stdout or stderr, from now on. */
  says(pattern: RegExp): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL if that is not enough. */
  end(): Promise<void>;
}

export interface ChildOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

export function startChild(program: string, args: readonly string[], options: ChildOptions): Child {
  // A session of its own, as supervisors that stay have: Linux shares the processors out by session, and one that is in
  // the session of the client is asked and answers at another pace.
  const child = spawn(program, [...args], { ...options, stdio: ["ignore", "pipe", "pipe"], detached: true });
  const endWithUs = (): void => {
    child.kill();
  };
  process.once("exit", endWithUs);
  child.once("exit", () => process.off("exit", endWithUs));
  const listeners = new Set<(text: string) => void>();
  let tail = "";
  const hear = (text: string): void => {
    tail = (tail + text).slice(-4_000);
    for (const listener of listeners) {
      listener(text);
    }
  };
  child.stdout.setEncoding("utf8").on("data", hear);
  child.stderr.setEncoding("utf8").on("data", hear);
  let failure: Error | undefined;
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", (error) => {
      failure = error;
      resolve();
    });
  });
  return {
    pid: child.pid ?? 0,
    says(pattern) {
      let said = "";
      let listener: (text: string) => void = () => undefined;
      const heard = new Promise<void>((resolve, reject) => {
        listener = (text) => {
          said += text;
          if (pattern.test(said)) {
            resolve();
          }
        };
        listeners.add(listener);
        void exited.then(() => reject(failure ?? new Error(`${program} ended:\n${tail}`)));
      });
      return within(`Waiting for ${pattern}`, heard, deadlineMs).finally(() => listeners.delete(listener));
    },
    signal: (name) => child.kill(name),
    end: () => endChild(child, exited),
  };
}

async function endChild(child: ChildProcess, exited: Promise<void>): Promise<void> {
  child.kill("SIGTERM");
  await within("Ending a peer", exited, 10_000).catch(() => child.kill("SIGKILL"));
  await exited;
}

/** Runs a peer's command to its end, without a shell. */
export function runCommand(program: string, args: readonly string[], options: ChildOptions): Promise<string> {
  const child = spawn(program, [...args], { ...options, stdio: ["ignore", "pipe", "pipe"], timeout: deadlineMs });
  let output = "";
  const hear = (text: string): void => {
    output += text;
  };
  child.stdout.setEncoding("utf8").on("data", hear);
  child.stderr.setEncoding("utf8").on("data", hear);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => {
      if (code === 0) {
        resolve(output);
      } else {
        reject(new Error(`${program} ${args.join(" ")} ended with ${code}:\n${output.slice(-2_000)}`));
      }
    });
  });
}
