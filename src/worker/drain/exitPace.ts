import { readSync } from "node:fs";
import { mostUnread } from "../../shared/basics/handlePipeline.ts";
import type { DrainChannel } from "../channel.ts";
import { channelDescriptor } from "../internals/ipcChannel.ts";
import { steadyNow } from "../ownTimers.ts";

/**
 * So many sockets may be on their way at once: they fit into what the kernel holds of a channel. Where a read of the receiver may end
 * elsewhere than behind what came with a socket, as it does on Linux only, one at a time (`HandlePipeline`).
 */
const mostUnconfirmed = process.platform === "linux" ? 16 : 1;

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
  /** One more has been sent. */
  sent(): void;
  /** Waits until all of them are confirmed, for as long as any come. */
  finish(): void;
}

export function createExitPace(channel: Pick<DrainChannel, "readUntil" | "written">): ExitPace {
  const descriptor = channelDescriptor();
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  const buffer = Buffer.alloc(65_536);
  /** What the supervisor has read for sure, and when it confirms each socket on its way. */
  const [known = 0, ...readUntil] = channel.readUntil;
  let wasRead = known;
  let rest = "";
  let broken = descriptor === undefined;

  const read = (): void => {
    try {
      const length = readSync(descriptor ?? -1, buffer);
      broken = length === 0;
      const text = rest + buffer.toString("latin1", 0, length);
      const words = [...text.matchAll(confirmation)];
      for (const until of readUntil.splice(0, words.length)) {
        wasRead = until ?? wasRead;
      }
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
    while (readUntil.length > most && !broken && steadyNow() < deadline) {
      const before = readUntil.length;
      read();
      if (readUntil.length < before) {
        deadline = steadyNow() + deadlineMs;
      }
    }
    broken ||= readUntil.length > most;
    return !broken;
  };

  return {
    // What the app has written counts too: a message that is cut by the end of a read could get the next one's socket.
    makeRoom: () => wait(mostUnconfirmed - 1) && ((channel.written ?? 0) - wasRead < mostUnread || wait(0)),
    sent: () => void readUntil.push(channel.written),
    finish: () => void wait(0),
  };
}
