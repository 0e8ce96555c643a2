import type { RequestParams, RequestResult } from "../../shared/protocol.ts";
import type { LogStore } from "./logStore.ts";

/** Bytes of an answer unless the client asks for another limit. */
const usualBytes = 262_144;

/** A request for the last lines gets all of them, as far as they are kept: some 16 rings. */
const allBytes = 33_554_432;

/**
 * Answers `logs/read`: what there is, or else what comes within `waitMs`.
 * @param ends Each ends the waiting. They are not joined by `AbortSignal.any`: of a signal that lives long it keeps something for each
 * request (Node.js 20 and 22), and a log that is followed asks for ever.
 * @param client Aborted when who asks has gone.
 */
export async function readLogs(
  logs: LogStore,
  params: RequestParams<"logs/read">,
  ends: readonly AbortSignal[],
  client?: AbortSignal,
): Promise<RequestResult<"logs/read">> {
  const { cursor, worker, lines, waitMs = 0, lossless = false } = params;
  const maxBytes = params.maxBytes ?? (cursor === undefined ? allBytes : usualBytes);
  const reader = lossless ? client : undefined;
  const read = (): RequestResult<"logs/read"> => logs.read({ cursor, worker, lines, maxBytes, reader });
  const first = read();
  const isOver = waitMs === 0 || ends.some(({ aborted }) => aborted);
  if (first.chunks.length > 0 || first.skippedBytes > 0 || cursor === undefined || isOver) {
    return first;
  }
  await appended(logs, worker, waitMs, ends);
  return read();
}

function appended(
  logs: LogStore,
  worker: number | undefined,
  waitMs: number,
  ends: readonly AbortSignal[],
): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      forget();
      for (const end of ends) {
        end.removeEventListener("abort", finish);
      }
      resolve();
    };
    const timer = setTimeout(finish, waitMs);
    // One turn later, so that chunks written together are answered together.
    const forget = logs.onceAppended(worker, () => setImmediate(finish));
    for (const end of ends) {
      end.addEventListener("abort", finish);
    }
  });
}
