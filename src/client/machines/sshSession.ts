import { type ChildProcess, spawn } from "node:child_process";
import type { Duplex } from "node:stream";
import * as v from "valibot";
import { HitlessError } from "../../shared/errors.ts";
import { type Greeting, greetingMark, greetingSchema } from "../../shared/machines/machineProtocol.ts";
import { protocolVersion } from "../../shared/protocol.ts";
import { sshChannel } from "./sshChannel.ts";
import { type SshEnd, sshFailure } from "./sshFailure.ts";
import type { Machine } from "./sshMachine.ts";

/** Milliseconds for a machine to answer at all, ssh's own handshake included. */
export const machineDeadlineMs = 30_000;

/** Characters that a login shell may print before the greeting. */
const mostNoise = 65_536;
const stderrLines = 40;

/**
 * Never asks for anything, gives up, notices a dead connection after 15 s, and opens none of the forwardings of the
 * user's configuration; the rest is as that configuration says.
 */
const sshOptions = [
  "-T",
  ...[
    "BatchMode=yes",
    "ConnectTimeout=20",
    "ServerAliveInterval=5",
    "ServerAliveCountMax=3",
    "ClearAllForwardings=yes",
    "RemoteCommand=none",
  ].flatMap((option) => ["-o", option]),
];

/** Where `hitless machine prepare` puts the command, below the home folder; one for each version of the protocol. */
export const preparedFolder = `.hitless/${protocolVersion}`;

/** A program that runs on a machine through ssh, and the bytes of its stdin and stdout. */
export interface SshSession {
  readonly greeting: Greeting;
  readonly channel: Duplex;
  /** Resolves with the reason when ssh has ended. */
  readonly ended: Promise<HitlessError>;
  dispose(): void;
}

export interface SshOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the greeting; default 30,000. */
  readonly deadlineMs?: number;
}

/** The command as the machine's shell gets it: fixed words, and a path that holds nothing a shell would interpret. */
export function connectCommand({ hitless }: Machine): string {
  if (hitless !== undefined) {
    return `${hitless} connect --stdio`;
  }
  const prepared = `h="$HOME/${preparedFolder}/hitless"`;
  return `exec sh -c '${prepared}; if test -x "$h"; then exec "$h" connect --stdio; fi; exec hitless connect --stdio'`;
}

/** Starts ssh with a command; what it prints and how it ends is the caller's. */
export function spawnSsh(machine: Machine, command: string): ChildProcess {
  return spawnWith([machine.ssh, command]);
}

/** Starts ssh with its stdin and stdout joined to a port of the machine's loopback. */
export function spawnSshTo(machine: Machine, port: number): ChildProcess {
  return spawnWith(["-W", `127.0.0.1:${port}`, machine.ssh]);
}

function spawnWith(words: readonly string[]): ChildProcess {
  return spawn("ssh", [...sshOptions, ...words], { stdio: ["pipe", "pipe", "pipe"], windowsHide: true });
}

/**
 * Opens a session and waits for Hitless there to greet.
 * @throws HitlessError `machineUnreachable`, `keyRefused`, `hostKeyUnknown`, `hostKeyChanged`, `hitlessMissing`,
 *   `connectionLost`, `deadline`, `cancelled`.
 */
export function openSshSession(
  machine: Machine,
  { signal, deadlineMs = machineDeadlineMs }: SshOptions = {},
): Promise<SshSession> {
  return new Promise((resolve, reject) => {
    const child = spawnSsh(machine, connectCommand(machine));
    const { stdin, stdout, stderr } = child;
    if (stdin === null || stdout === null || stderr === null) {
      throw new Error("ssh was spawned without pipes");
    }
    const said: string[] = [];
    collectLines(stderr, said);
    let noise = "";
    const dispose = () => {
      stdin.destroy();
      child.kill();
    };
    const fail = (error: HitlessError) => {
      settle();
      dispose();
      reject(error);
    };
    const end = (code: number | null) =>
      sshFailure(machine, { code, stderr: said, stdout: noise.split("\n") } satisfies SshEnd);
    const timer = setTimeout(
      () =>
        fail(
          new HitlessError("deadline", `${machine.name} did not answer within ${seconds(deadlineMs)}.`, {
            detail: said.slice(-3),
          }),
        ),
      deadlineMs,
    );
    const cancel = () => fail(new HitlessError("cancelled", `Connecting to ${machine.name} was cancelled.`));
    signal?.addEventListener("abort", cancel, { once: true });
    const ended = new Promise<HitlessError>((tell) => {
      child.once("error", (error) => tell(spawnFailure(error)));
      child.once("exit", (code) => {
        // What it said last is read first. Its pipes may stay open: a shared connection of ssh keeps them.
        setImmediate(() => {
          tell(end(code));
          stderr.destroy();
        });
      });
    });
    void ended.then(fail);
    stdin.on("error", () => undefined);
    const read = (chunk: Buffer) => {
      // One byte is one character here, so that what follows the greeting can be given back.
      noise += chunk.toString("latin1");
      const begin = noise.indexOf(greetingMark);
      const lineEnd = begin === -1 ? -1 : noise.indexOf("\n", begin);
      if (lineEnd !== -1) {
        const line = Buffer.from(noise.slice(begin + greetingMark.length, lineEnd), "latin1").toString("utf8");
        const rest = Buffer.from(noise.slice(lineEnd + 1), "latin1");
        settle();
        stdout.pause();
        if (rest.length > 0) {
          stdout.unshift(rest);
        }
        try {
          const greeting = v.parse(greetingSchema, JSON.parse(line));
          const channel = sshChannel(stdout, stdin);
          resolve({ greeting, channel, ended, dispose });
        } catch (cause) {
          dispose();
          reject(
            new HitlessError("badMessage", `${machine.name} greeted with what is no greeting: ${line}`, { cause }),
          );
        }
      } else if (noise.length > mostNoise) {
        const lines = noise.split("\n").slice(0, 3);
        fail(
          new HitlessError("badMessage", `${machine.name} printed something else than Hitless does.`, {
            detail: lines,
          }),
        );
      }
    };
    const settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", cancel);
      stdout.off("data", read);
    };
    stdout.on("data", read);
    if (signal?.aborted === true) {
      cancel();
    }
  });
}

function spawnFailure(error: NodeJS.ErrnoException): HitlessError {
  const missing = error.code === "ENOENT";
  const message = missing
    ? "There is no ssh on this computer's PATH. Install OpenSSH's client."
    : `ssh can't be run: ${error.message}.`;
  return new HitlessError("machineUnreachable", message, { cause: error });
}

/** Keeps the last lines of a stream. */
export function collectLines(stream: NodeJS.ReadableStream, lines: string[]): void {
  let open = "";
  stream.setEncoding("utf8");
  stream.on("error", () => undefined);
  stream.on("data", (text: string) => {
    const parts = (open + text).split(/\r?\n/);
    if (open !== "") {
      lines.pop();
    }
    open = parts.at(-1) ?? "";
    lines.push(...parts.filter((part, index) => index < parts.length - 1 || part !== ""));
    lines.splice(0, Math.max(0, lines.length - stderrLines));
  });
}

function seconds(milliseconds: number): string {
  return milliseconds < 1_000 ? `${milliseconds} ms` : `${Math.round(milliseconds / 1_000)} s`;
}
