import type { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import type { LogChunk } from "../../shared/logs.ts";

export interface LogPumpOptions {
  /** Sequence of the last chunk already handled; 0 for everything that is still kept. */
  readonly cursor: number;
  /** Only this worker's. */
  readonly worker?: number;
  /** Takes the chunks of one answer; the next are requested when it is done. */
  readonly receive: (chunks: readonly LogChunk[]) => Promise<void>;
  /** The supervisor dropped this many bytes because they were requested too late. */
  readonly onDidSkip: (bytes: number) => void;
  /** The workers wait for this reader, unless it has stalled; default: what they write too fast is skipped. */
  readonly lossless?: boolean;
  /** Characters read ahead while `receive` is busy; default none. */
  readonly ahead?: number;
  /** Once aborted, the output so far is still read to its end. */
  readonly ending: AbortSignal;
}

/** Milliseconds that the supervisor holds a request which it can't answer yet. */
const longPollMs = 20_000;

/** Bytes of one answer when nothing may be lost: larger answers need fewer requests. */
const losslessBytes = 1_048_576;

/**
 * Reads output until `ending`, and then the rest of it: at once, since the supervisor does not keep it for long, though
 * `receive` may still be busy. The rest is no more than the supervisor's rings hold.
 * @throws HitlessError `connectionLost` when the supervisor ends before that.
 */
export async function pumpLogs(client: SupervisorClient, options: LogPumpOptions): Promise<void> {
  const { worker, receive, onDidSkip, ending, lossless = false, ahead = 0 } = options;
  const ended = new Promise<void>((resolve) => {
    if (ending.aborted) {
      resolve();
    }
    ending.addEventListener("abort", () => resolve(), { once: true });
  });
  let received: Promise<void> = Promise.resolve();
  let waiting = 0;
  const take = async (chunks: readonly LogChunk[], size: number): Promise<void> => {
    await receive(chunks);
    waiting -= size;
  };
  for (let cursor = options.cursor; ; ) {
    const last = ending.aborted;
    const answer = await client.request(
      "logs/read",
      {
        cursor,
        waitMs: last ? 0 : longPollMs,
        ...(lossless && { lossless, maxBytes: losslessBytes }),
        ...(worker !== undefined && { worker }),
      },
      last ? {} : { signal: ending },
    );
    if (answer.skippedBytes > 0) {
      onDidSkip(answer.skippedBytes);
    }
    if (answer.chunks.length > 0) {
      const size = answer.chunks.reduce((sum, { text }) => sum + text.length, 0);
      waiting += size;
      received = received.then(() => take(answer.chunks, size));
    } else if (last) {
      return received;
    }
    cursor = answer.cursor;
    if (waiting > ahead) {
      await Promise.race([received, ended]);
    } else {
      // A failure of the reader must not wait until the buffer is full.
      await Promise.race([received, Promise.resolve()]);
    }
  }
}
