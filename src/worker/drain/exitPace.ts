import { readSync } from "node:fs";
import { channelDescriptor } from "../internals/ipcChannel.ts";
import { steadyNow } from "../ownTimers.ts";

/** So many sockets may be on their way at once: they fit into what the kernel holds of a channel. */
const mostUnconfirmed = 16;

/** Milliseconds without a confirmation after which the supervisor is taken to hang. */
const deadlineMs = 1_000;

/** What Node answers a socket with, whether it came whole or not (lib/internal/child_process.js). */
const confirmation = /NODE_HANDLE_N?ACK/g;
const longestWord = "NODE_HANDLE_NACK".length;

/**
 * Paces the sockets that a process gives away while it ends. Its event loop does not turn any more, so the confirmations are
 * read by hand; nobody else reads the channel now. What is not confirmed could be lost: what does not fit into the channel
 * is, and a receiver that sees the channel's end before it has read all of it reads no further (libuv before 1.50).
 */
export interface ExitPace {
  /** Waits until one more may go. False when the supervisor does not read any more. */
  makeRoom(): boolean;
  /** One more is on its way. */
  sent(): void;
  /** Waits until all of them are confirmed, for as long as any come. */
  finish(): void;
}

/** @param before Sockets that were sent and not confirmed before. */
export function createExitPace(before: number): ExitPace {
  const descriptor = channelDescriptor();
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  const buffer = Buffer.alloc(65_536);
  let unconfirmed = before;
  let rest = "";
  let broken = descriptor === undefined;

  const read = (): void => {
    try {
      const length = readSync(descriptor ?? -1, buffer);
      broken = length === 0;
      const text = rest + buffer.toString("latin1", 0, length);
      const words = [...text.matchAll(confirmation)];
      unconfirmed -= words.length;
      // The last word may be cut by the end of the buffer.
      const last = words.at(-1);
      rest = text.slice(Math.max(last === undefined ? 0 : last.index + last[0].length, text.length - longestWord));
    } catch (error) {
      broken = (error as NodeJS.ErrnoException).code !== "EAGAIN";
      Atomics.wait(sleeper, 0, 0, 1);
    }
  };

  const wait = (most: number): boolean => {
    let deadline = steadyNow() + deadlineMs;
    while (unconfirmed > most && !broken && steadyNow() < deadline) {
      const before = unconfirmed;
      read();
      if (unconfirmed < before) {
        deadline = steadyNow() + deadlineMs;
      }
    }
    broken ||= unconfirmed > most;
    return !broken;
  };

  return {
    makeRoom: () => wait(mostUnconfirmed - 1),
    sent() {
      unconfirmed += 1;
    },
    finish: () => void wait(0),
  };
}
