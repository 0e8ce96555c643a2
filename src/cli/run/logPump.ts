import type { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import type { LogChunk } from "../../shared/logs.ts";

export interface LogPumpOptions {
  /** Sequence of the last piece already dealt with; 0 for everything that is still kept. */
  readonly cursor: number;
  /** Only this worker's. */
  readonly worker?: number;
  /** Takes one answer's pieces; the next are asked for when it has dealt with them. */
  readonly receive: (chunks: readonly LogChunk[]) => Promise<void>;
  /** So many bytes were dropped by the supervisor because they were asked for too late. */
  readonly onDidSkip: (bytes: number) => void;
  /** The workers wait for this reader, unless it has stalled; default: what they write too fast is skipped. */
  readonly lossless?: boolean;
  /** Characters that are read while `receive` is busy with what came before; default none. */
  readonly ahead?: number;
  /** Once aborted, what there is is still read to its end. */
  readonly ending: AbortSignal;
}

/** Milliseconds that the supervisor holds a question to which it has no answer yet. */
const longPollMs = 20_000;

/** Bytes of one answer when nothing may be lost: the more, the less often it has to be asked. */
const losslessBytes = 1_048_576;

/**
 * Reads output until `ending`, and then the rest of it: at once, since the supervisor does not keep it for long, though
 * `receive` may still be busy with what came before. The rest is no more than the supervisor's rings hold.
 * @throws HitlessError `connectionLost` when the supervisor goes before that.
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
      // A failure of the reader must not wait until there is too much.
      await Promise.race([received, Promise.resolve()]);
    }
  }
}
