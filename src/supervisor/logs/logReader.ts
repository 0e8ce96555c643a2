import type { RequestParams, RequestResult } from "../../shared/protocol.ts";
import type { LogStore } from "./logStore.ts";

/** Bytes an answer holds unless the client asks for less or more. */
const usualBytes = 262_144;

/** Answers `logs/read`: what there is, or else what comes within `waitMs`. */
export async function readLogs(
  logs: LogStore,
  params: RequestParams<"logs/read">,
  cancelled: AbortSignal,
): Promise<RequestResult<"logs/read">> {
  const { cursor, worker, lines, maxBytes = usualBytes, waitMs = 0 } = params;
  const read = (): RequestResult<"logs/read"> => logs.read({ cursor, worker, lines, maxBytes });
  const first = read();
  if (first.chunks.length > 0 || first.skippedBytes > 0 || waitMs === 0 || cursor === undefined || cancelled.aborted) {
    return first;
  }
  await appended(logs, worker, waitMs, cancelled);
  return read();
}

function appended(logs: LogStore, worker: number | undefined, waitMs: number, cancelled: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      forget();
      cancelled.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, waitMs);
    // A turn later, so that what was written together is answered together.
    const forget = logs.onceAppended(worker, () => setImmediate(finish));
    cancelled.addEventListener("abort", finish);
  });
}
