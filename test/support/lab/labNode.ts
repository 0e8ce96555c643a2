import { type ChildProcess, type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import type { CommandResult, RunOptions } from "../../../src/client/machines/runCommand.ts";
import { poll } from "../process/until.ts";

/** Of a host in the lab: its own network, processes, mounts and name. */
const namespaces = ["--net", "--mount", "--uts", "--pid"];

/** A machine made of namespaces of Linux. It ends with the process that made it, however that ends. */
export interface LabNode {
  readonly name: string;
  readonly address: string;
  /** Its first process, as the host counts. */
  readonly pid: number;
  /** Runs a program on it to its end. The environment is that of a login there. */
  run(argv: readonly string[], options?: Partial<RunOptions>): Promise<CommandResult>;
  /** Runs it as `run`, and throws when it fails. */
  must(argv: readonly string[], options?: Partial<RunOptions>): Promise<string>;
  /** Starts a program there; standard streams are pipes. */
  start(argv: readonly string[]): ChildProcessByStdio<Writable, Readable, Readable>;
  /** As if somebody pulled its plugs, the network's first: nobody is told. */
  die(): Promise<void>;
  /** Ends it and all that runs on it. */
  close(): Promise<void>;
}

export interface NodeOptions {
  readonly name: string;
  readonly address: string;
  /** Variables of what runs there. */
  readonly env: Readonly<Record<string, string>>;
}

const usualDeadlineMs = 30_000;

/**
 * Makes the namespaces. The first process reads a pipe that only we hold, so it ends with us, and the kernel ends
 * everything else there with it. It ignores SIGCHLD, so that the kernel takes away what is left to it as well.
 */
export async function openNode({ name, address, env }: NodeOptions): Promise<LabNode> {
  const first = spawn(
    "unshare",
    [...namespaces, "--fork", "--kill-child", "--mount-proc", "env", "--ignore-signal=CHLD", "cat"],
    { stdio: ["pipe", "ignore", "pipe"] },
  );
  let said = "";
  first.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const ended = once(first, "exit");
  let pid: number | undefined;
  await poll(
    () => `the namespaces of ${name} are there (${said.trim()})`,
    () => {
      if (first.exitCode !== null) {
        throw new Error(`No namespaces for ${name}: ${said.trim()}`);
      }
      pid = firstProcess(first);
      return pid !== undefined;
    },
  );
  const host = pid ?? 0;
  const start = (argv: readonly string[]) =>
    spawn("nsenter", ["--target", String(host), ...namespaces, "--wd=/", "--", ...argv], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...env },
    });
  const run: LabNode["run"] = (argv, options) => finish(start(argv), argv, options);
  const close = async (): Promise<void> => {
    first.stdin.end();
    await ended;
  };
  return {
    name,
    address,
    pid: host,
    run,
    start,
    async must(argv, options) {
      const { code, stdout, stderr } = await run(argv, options);
      if (code !== 0) {
        throw new Error(`${name}: ${argv.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
      }
      return stdout;
    },
    async die() {
      await run(["ip", "link", "set", "eth0", "down"]);
      process.kill(host, "SIGKILL");
      await ended;
    },
    close,
  };
}

/** The child of `unshare`, once it is the program that stays. */
function firstProcess({ pid }: ChildProcess): number | undefined {
  try {
    const child = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
    return child !== "" && readFileSync(`/proc/${child}/comm`, "utf8").trim() === "cat" ? Number(child) : undefined;
  } catch {
    return undefined;
  }
}

/** Kills a program that was started on a node, which is the child of the one that has entered it. */
export function killInside({ pid }: ChildProcess): void {
  const inside = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean);
  for (const one of inside) {
    process.kill(Number(one), "SIGKILL");
  }
}

async function finish(
  child: ChildProcessByStdio<Writable, Readable, Readable>,
  argv: readonly string[],
  { stdin = "", deadlineMs = usualDeadlineMs, signal }: Partial<RunOptions> = {},
): Promise<CommandResult> {
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  child.stdin.on("error", () => undefined).end(stdin);
  const abort = () => killInside(child);
  signal?.addEventListener("abort", abort, { once: true });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    killInside(child);
  }, deadlineMs);
  try {
    const [code] = await once(child, "close");
    if (late) {
      throw new Error(`${argv.join(" ")} took longer than ${deadlineMs} ms:\n${stdout}${stderr}`);
    }
    return { code: code ?? 137, stdout, stderr };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}
