import type { ChildProcess } from "node:child_process";
import { get } from "node:http";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { Disposable } from "../../shared/basics/disposable.ts";
import { HitlessError } from "../../shared/errors.ts";
import { sshFailure } from "./sshFailure.ts";
import type { Machine } from "./sshMachine.ts";
import { collectLines, machineDeadlineMs, type SshOptions, spawnSshTo } from "./sshSession.ts";

/** Milliseconds for what an ssh that has ended has still brought. */
const lastBytesMs = 1_000;

/** A port of this computer's loopback that leads to one of a machine's, until it is disposed of. */
export interface Forward extends Disposable {
  readonly port: number;
}

/**
 * Leads to a port on which HTTP is answered, as the inspector of Node.js does. For each connection there is an `ssh -W`,
 * which ends with it: unlike a port of `-L` nothing of it stays in a connection that the user shares (`ControlMaster`),
 * none of the forwardings in the user's configuration is opened along, and no free port has to be guessed.
 * @param port On the machine's own loopback.
 * @throws HitlessError as `openSshSession` does, and `invalidState` when the machine forwards nothing, or nobody listens
 *   there.
 */
export async function openForward(
  machine: Machine,
  port: number,
  { signal, deadlineMs = machineDeadlineMs }: SshOptions = {},
): Promise<Forward> {
  const children = new Set<ChildProcess>();
  let failure: HitlessError | undefined;
  const server = createServer((socket) => {
    const child = join(machine, port, socket, (reason) => {
      failure = reason;
    });
    children.add(child);
    child.once("close", () => children.delete(child));
  });
  const dispose = () => {
    server.close();
    for (const child of children) {
      child.kill();
    }
  };
  try {
    const local = await listen(server);
    await answers(local, { machine, signal, deadlineMs, failed: () => failure });
    return { port: local, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

function listen(server: ReturnType<typeof createServer>): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

/** Joins a connection with the port of the machine. @param failed Called when it can't be, with the reason. */
function join(machine: Machine, port: number, socket: Socket, failed: (reason: HitlessError) => void): ChildProcess {
  const child = spawnSshTo(machine, port);
  const { stdin, stdout, stderr } = child;
  const said: string[] = [];
  const end = () => {
    socket.destroy();
    child.kill();
  };
  socket.on("error", end).on("close", end);
  if (stdin === null || stdout === null || stderr === null) {
    throw new Error("ssh was spawned without pipes");
  }
  collectLines(stderr, said);
  stdin.on("error", end);
  stdout.on("error", end);
  socket.pipe(stdin);
  stdout.pipe(socket, { end: false });
  child.once("error", (error) => {
    failed(new HitlessError("machineUnreachable", `ssh can't be run: ${error.message}.`, { cause: error }));
    end();
  });
  child.once("exit", (code) => {
    // What it said last is read first. Its pipes may stay open: a shared connection of ssh keeps them.
    setImmediate(() => {
      if (code !== 0 && code !== null) {
        failed(forwardFailure(machine, port, { code, stderr: said }));
      }
      stderr.destroy();
      if (stdout.readableEnded) {
        socket.end();
      } else {
        stdout.once("end", () => socket.end());
        setTimeout(end, lastBytesMs).unref();
      }
    });
  });
  return child;
}

/** Why a port of the machine is not reached, as ssh's end tells it. */
export function forwardFailure(
  machine: Machine,
  port: number,
  { code, stderr }: { readonly code: number; readonly stderr: readonly string[] },
): HitlessError {
  const detail = stderr.filter((line) => line.trim() !== "");
  const text = detail.join("\n");
  if (/open failed: connect failed/i.test(text)) {
    return new HitlessError("invalidState", `Nobody listens on port ${port} of ${machine.name} any more.`, { detail });
  }
  if (/administratively prohibited|stdio forwarding/i.test(text)) {
    return new HitlessError(
      "invalidState",
      `${machine.name} forwards no ports to you, which debugging needs: see AllowTcpForwarding of its sshd, and "restrict" of your key.`,
      { detail },
    );
  }
  return sshFailure(machine, { code, stderr: detail, stdout: [] });
}

interface Question {
  readonly machine: Machine;
  readonly signal: AbortSignal | undefined;
  readonly deadlineMs: number;
  /** Why the connection could not be made. */
  readonly failed: () => HitlessError | undefined;
}

/** Resolves once the other side answers. */
function answers(port: number, { machine, signal, deadlineMs, failed }: Question): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, path: "/json/version", agent: false };
    const request = get({ ...options, ...(signal !== undefined && { signal }) }, (response) => {
      response.resume();
      clearTimeout(timer);
      resolve();
    });
    const timer = setTimeout(() => {
      reject(new HitlessError("deadline", `${machine.name} did not answer within ${deadlineMs / 1_000} s.`));
      request.destroy();
    }, deadlineMs);
    request.on("error", (cause) => {
      clearTimeout(timer);
      const lost = new HitlessError("connectionLost", `The connection to ${machine.name} was lost.`, { cause });
      const given = new HitlessError("cancelled", `Connecting to ${machine.name} was cancelled.`);
      reject(signal?.aborted === true ? given : (failed() ?? lost));
    });
  });
}
