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

/** Bytes that a login shell may print before the greeting; of them, so many at the beginning are kept to be shown. */
const mostNoise = 16 * 1_048_576;
const shownNoise = 4_096;
/** Bytes of the greeting's line. */
const mostGreeting = 65_536;
const stderrLines = 40;
/** Characters of a line that are kept, and of one that an error shows. */
const longestLine = 65_536;
const shownLine = 300;

/**
 * Never asks for anything, gives up, notices a dead connection after 15 s, and opens none of the forwardings of the
 * user's configuration; the rest is as that configuration says. A shared connection is used and never made: others
 * would be lost with the process here that holds it.
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
    "ControlMaster=no",
  ].flatMap((option) => ["-o", option]),
];

/** Where `hitless machine prepare` puts the command, below the home folder; one for each version of the protocol. */
export const preparedFolder = `.hitless/${protocolVersion}`;

/** A program that runs on a machine through ssh, and the bytes of its stdin and stdout. */
export interface SshSession {
  readonly greeting: Greeting;
  readonly channel: Duplex;
  /** Resolves when ssh has ended. */
  readonly ended: Promise<SshEnded>;
  dispose(): void;
}

/** How the ssh of a session has ended. */
export interface SshEnded {
  /** Its exit code: 255 is ssh's own; `null` when it was killed or could not be run. */
  readonly code: number | null;
  /** What that means before the greeting. */
  readonly reason: HitlessError;
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
  return spawnWith([], machine, command);
}

/** Starts ssh with its stdin and stdout joined to a port of the machine's loopback. */
export function spawnSshTo(machine: Machine, port: number): ChildProcess {
  return spawnWith(["-W", `127.0.0.1:${port}`], machine);
}

function spawnWith(flags: readonly string[], { ssh }: Machine, ...command: readonly string[]): ChildProcess {
  return spawn("ssh", [...sshOptions, ...flags, "--", ssh, ...command], {
    stdio: ["pipe", "pipe", "pipe"],
    windowsHide: true,
  });
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
    const noise = createNoise();
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
      sshFailure(machine, { code, stderr: said, stdout: noise.lines() } satisfies SshEnd);
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
    const ended = new Promise<SshEnded>((tell) => {
      child.once("error", (error) => tell({ code: null, reason: spawnFailure(error) }));
      child.once("exit", (code) => {
        // What it said last is read first. Its pipes may stay open: a shared connection of ssh keeps them.
        setImmediate(() => {
          tell({ code, reason: end(code) });
          stderr.destroy();
        });
      });
    });
    void ended.then(({ reason }) => fail(reason));
    stdin.on("error", () => undefined);
    const read = (chunk: Buffer) => {
      const found = noise.add(chunk);
      if (found !== undefined) {
        settle();
        stdout.pause();
        if (found.rest.length > 0) {
          stdout.unshift(found.rest);
        }
        try {
          const greeting = v.parse(greetingSchema, JSON.parse(found.line));
          const channel = sshChannel(stdout, stdin);
          resolve({ greeting, channel, ended, dispose });
        } catch (cause) {
          dispose();
          const detail = [found.line.slice(0, shownLine)];
          reject(
            new HitlessError("badMessage", `${machine.name} greeted with what is no greeting.`, { cause, detail }),
          );
        }
      } else if (noise.isTooMuch()) {
        const text = `${machine.name} printed more than ${mostNoise / 1_048_576} MiB and no greeting of Hitless. See what its login shell prints (~/.bashrc, ~/.profile).`;
        fail(new HitlessError("badMessage", text, { detail: noise.lines().slice(0, 3) }));
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

/** What comes before the greeting, in which that is looked for. */
function createNoise() {
  const mark = Buffer.from(greetingMark);
  let kept = Buffer.alloc(0);
  let first = Buffer.alloc(0);
  let size = 0;
  return {
    /** The greeting's line without its mark, and what follows it, once it has come whole. */
    add(chunk: Buffer): { readonly line: string; readonly rest: Buffer } | undefined {
      size += chunk.length;
      if (first.length < shownNoise) {
        first = Buffer.concat([first, chunk.subarray(0, shownNoise - first.length)]);
      }
      kept = Buffer.concat([kept, chunk]);
      const begin = kept.indexOf(mark);
      if (begin === -1) {
        // The mark may be cut in two.
        kept = kept.subarray(Math.max(0, kept.length - mark.length + 1));
        return undefined;
      }
      const end = kept.indexOf("\n", begin);
      if (end === -1) {
        kept = kept.subarray(begin);
        return undefined;
      }
      // What was printed before is no reason for what happens later.
      first = Buffer.alloc(0);
      return { line: kept.toString("utf8", begin + mark.length, end), rest: kept.subarray(end + 1) };
    },
    isTooMuch: () => size > mostNoise || kept.length > mostGreeting,
    /** The first lines. */
    lines: () =>
      first
        .toString("utf8")
        .split("\n")
        .map((line) => line.slice(0, shownLine)),
  };
}

/** Keeps the last lines of a stream. */
export function collectLines(stream: NodeJS.ReadableStream, lines: string[]): void {
  let open = "";
  stream.setEncoding("utf8");
  stream.on("error", () => undefined);
  stream.on("data", (text: string) => {
    const parts = text.split("\n");
    if (open !== "") {
      lines.pop();
    }
    // The end of one that is too long is left out.
    parts[0] = open + (parts[0] ?? "").slice(0, Math.max(0, longestLine - open.length));
    const cut = parts.map((part) => part.slice(0, longestLine));
    open = cut.at(-1) ?? "";
    const whole = cut.map((part) => (part.endsWith("\r") ? part.slice(0, -1) : part));
    lines.push(...whole.slice(-stderrLines).filter((part, index, all) => index < all.length - 1 || part !== ""));
    lines.splice(0, Math.max(0, lines.length - stderrLines));
  });
}

export function seconds(milliseconds: number): string {
  return milliseconds < 1_000 ? `${milliseconds} ms` : `${Math.round(milliseconds / 1_000)} s`;
}
