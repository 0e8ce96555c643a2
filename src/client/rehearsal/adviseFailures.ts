import type { RehearsalReason, RehearsalResult } from "../../shared/rehearsal/rehearsalResult.ts";

export const moreTime =
  "Old workers were ended before they were done: raise drainTimeout, or look at what takes them so long.";
const crash = "A worker died by itself with what it was answering: its last lines in the log say why (hitless logs).";
const wrongAnswer =
  "The app answered, but not rightly: it may not be prepared yet when it listens, for which readyUrl waits, or refuse what comes while it shuts down.";
const noAnswer = "The app has the requests and does not answer them: hitless requests lists what hangs.";
const nobodyListened =
  "Nobody listened for a time: look for what closes the app's server, or moves it to another address.";
const ownExit =
  "Something in the app ended connections or its process: look for process.exit, closeAllConnections and destroy in its shutdown code.";

/** What to do about requests that failed in a renewal which should have lost none: by what ended them. */
export function adviseFailures({
  report,
  workers,
  failureReasons,
}: Pick<RehearsalResult, "report" | "workers" | "failureReasons">): string {
  if ((report.traffic?.crashed ?? 0) > 0 || hasReplacement(workers)) {
    return crash;
  }
  if (report.killed > 0 || (report.traffic?.failed ?? 0) + (report.traffic?.cut ?? 0) > 0) {
    return moreTime;
  }
  const are = (begin: string) => failureReasons.length > 0 && failureReasons.every(({ why }) => why.startsWith(begin));
  if (are("status ")) {
    return wrongAnswer;
  }
  if (are("no answer within ")) {
    return noAnswer;
  }
  return failureReasons.length > 0 && failureReasons.every(({ why }) => why.includes("ECONNREFUSED"))
    ? nobodyListened
    : ownExit;
}

/** A slot had two workers of the same generation: one came for another that had died. */
function hasReplacement(workers: RehearsalResult["workers"]): boolean {
  const seats = workers.map(({ slot, generation }) => `${slot}·${generation}`);
  return new Set(seats).size < seats.length;
}

/** `ECONNRESET (2 ×); status 500`. */
export function words(reasons: readonly RehearsalReason[]): string {
  return reasons.map(({ why, times }) => (times === 1 ? why : `${why} (${times} ×)`)).join("; ");
}
