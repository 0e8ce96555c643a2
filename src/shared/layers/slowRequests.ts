import type { WatchedRequest } from "./watchedRequests.ts";

/** A request is slow from here, in milliseconds, unless the client says otherwise. */
export const usualSlowMs = 500;

/** At most this many of each list are reported at a time; the counts cover all. */
export const mostRequestsTold = 200;

/** Whether something went wrong with an ended request: the server failed, or its client left before the end. */
export function hasFailed({ status, aborted }: Pick<WatchedRequest, "status" | "aborted">): boolean {
  return aborted === true || (status ?? 0) >= 500;
}
