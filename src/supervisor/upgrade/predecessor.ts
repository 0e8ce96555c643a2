import { HitlessError } from "../../shared/errors.ts";
import { parseMessage } from "../../shared/parseMessage.ts";
import {
  type FromSuccessor,
  type ToSuccessor,
  toSuccessorSchema,
  upgradeVersion,
} from "../../shared/upgrade/upgradeMessages.ts";
import type { InheritedSocket } from "../accept/acceptPool.ts";
import type { ListeningHandle } from "../accept/clusterInternals.ts";
import { closeHandle } from "../internals.ts";

/** Milliseconds for the old supervisor to send what it has to give. */
const beginDeadlineMs = 30_000;

/** Milliseconds in which the system gives a process whose parent has ended another one. */
const orphanedMs = 2_000;
const lookEveryMs = 20;

export type Told = { readonly message: ToSuccessor; readonly handle: unknown };

/** What came from the launcher before it was known who that is. */
export type Inbox = (readonly [message: unknown, handle: unknown])[];

interface InheritedMonitor {
  readonly address: number | string;
  readonly handle: unknown;
}

/** Known before anything is waited for: a process that has lost its parent is told another one. */
const parent = process.ppid;

/** The supervisor whose app this one is to take over, and which has started this process. */
export class Predecessor {
  readonly estate: Extract<ToSuccessor, { readonly kind: "succeed" }>;
  readonly sockets: ReadonlyMap<string, InheritedSocket>;
  /** The listening handle of the health checks, and the setting that it is for. */
  readonly monitor: InheritedMonitor | undefined;
  readonly pid = parent;

  private constructor(
    estate: Predecessor["estate"],
    sockets: ReadonlyMap<string, InheritedSocket>,
    monitor: InheritedMonitor | undefined,
  ) {
    this.estate = estate;
    this.sockets = sockets;
    this.monitor = monitor;
  }

  /**
   * Takes what it sends first.
   * @throws HitlessError `protocolMismatch`, `badMessage` or `deadline`.
   */
  static async meet(inbox: Inbox): Promise<Predecessor> {
    const sockets = new Map<string, InheritedSocket>();
    let estate: Predecessor["estate"] | undefined;
    let monitor: InheritedMonitor | undefined;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new HitlessError("deadline", `The old supervisor sent nothing more for ${beginDeadlineMs} ms.`)),
        beginDeadlineMs,
      );
      const hear = (input: unknown, handle: unknown): void => {
        try {
          const message = parse(input);
          if (message.kind === "succeed") {
            estate = message;
            tell({ kind: "willing", pid: process.pid, nodeVersion: process.version });
          } else if (message.kind === "socket") {
            sockets.set(message.key, { handle: handle as ListeningHandle, data: message.data });
          } else if (message.kind === "monitor") {
            monitor = { address: message.address, handle };
          } else if (message.kind === "begin") {
            clearTimeout(timer);
            process.off("message", hear);
            process.off("disconnect", die);
            resolve();
          } else if (message.kind === "abort") {
            process.exit(0);
          }
        } catch (error) {
          clearTimeout(timer);
          reject(error as Error);
        }
      };
      const die = (): void => {
        clearTimeout(timer);
        reject(new HitlessError("connectionLost", "The old supervisor ended before it had said what to run."));
      };
      process.once("disconnect", die);
      process.on("message", hear);
      for (const [message, handle] of inbox.splice(0)) {
        hear(message, handle);
      }
    });
    if (estate === undefined) {
      throw new HitlessError("badMessage", "The old supervisor did not say what to run.");
    }
    return new Predecessor(estate, sockets, monitor);
  }

  /** Calls back for each message, and when it has gone or has closed the channel. */
  listen(told: (told: Told) => void, gone: (isDead: boolean) => void): void {
    process.on("message", (input: unknown, handle: unknown) => {
      let message: ToSuccessor;
      try {
        message = parse(input);
      } catch (error) {
        // What came with it is closed, and its sender will miss the answer.
        closeHandle(handle);
        process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
        return;
      }
      told({ message, handle });
    });
    process.once("disconnect", () => this.#learn(gone, performance.now() + orphanedMs));
    if (!process.connected) {
      this.#learn(gone, performance.now() + orphanedMs);
    }
  }

  tell(message: FromSuccessor): void {
    tell(message);
  }

  /** Lets go of it. */
  release(): void {
    if (process.connected) {
      process.disconnect();
    }
  }

  /** Its channel is closed. A process that has lost its parent gets another one, though nobody has reaped the dead one. */
  #learn(gone: (isDead: boolean) => void, deadline: number): void {
    if (isGone(this.pid)) {
      gone(true);
    } else if (performance.now() > deadline) {
      gone(false);
    } else {
      setTimeout(() => this.#learn(gone, deadline), lookEveryMs);
    }
  }
}

function tell(message: FromSuccessor): void {
  if (process.connected) {
    process.send?.(message, undefined, undefined, () => undefined);
  }
}

function parse(input: unknown): ToSuccessor {
  const { kind, upgradeVersion: version } = (input ?? {}) as {
    readonly kind?: unknown;
    readonly upgradeVersion?: unknown;
  };
  if (kind === "succeed" && version !== upgradeVersion) {
    throw new HitlessError(
      "protocolMismatch",
      "The two versions of Hitless can't give an app to each other. Stop the app and start it with the other one.",
    );
  }
  return parseMessage(toSuccessorSchema, "the old supervisor's message", input);
}

function isGone(pid: number): boolean {
  if (process.platform !== "win32") {
    return process.ppid !== pid;
  }
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}
