import type { RehearsalKind, RehearsalMark } from "../../../shared/rehearsal/rehearsalResult.ts";

export const kindWords: Readonly<Record<RehearsalKind, string>> = {
  reload: "reload",
  gracefulReload: "graceful reload",
  restart: "restart",
  brokenBuild: "reload to a build that can't start",
};

export const markWords: Readonly<Record<RehearsalMark, string>> = {
  ordered: "ordered",
  firstReady: "first new worker ready",
  ready: "all ready",
  draining: "old ones drain",
  done: "done",
};

/** `3.2 ms`, `45 ms`, `1.3 s`; a dash where nothing is known. */
export function timeWords(ms: number | undefined): string {
  if (ms === undefined) {
    return "–";
  }
  if (ms < 10) {
    return `${ms.toFixed(1)} ms`;
  }
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
