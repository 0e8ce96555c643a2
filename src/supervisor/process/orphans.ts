import { steadyNow } from "../clock.ts";
import { listSurvivors, type Relative } from "./processTree.ts";

/** Interval of the checks whether they are gone, in milliseconds. */
const lookEveryMs = 50;

/** The system takes no longer to end what it was told to kill, in milliseconds, or it is not waited for. */
const killedWithinMs = 1_000;

/**
 * Ends what a worker left behind: SIGTERM, and SIGKILL for whatever is still alive `killTimeout` milliseconds later.
 * @param options.found Called with them, if there are any.
 * @param options.done Called when none is left (at once if there were none).
 * @returns Kills what is still alive, without further waiting.
 */
export function endOrphans(
  family: readonly Relative[],
  options: {
    readonly killTimeout: number;
    readonly found: (pids: readonly number[]) => void;
    readonly done: () => void;
  },
): () => void {
  const { killTimeout, found, done } = options;
  let deadline = steadyNow() + killTimeout;
  const look = (orphans: readonly Relative[]): void => {
    listSurvivors(orphans, (left) => {
      if (left.length === 0) {
        done();
      } else if (steadyNow() >= deadline + killedWithinMs) {
        done();
      } else {
        if (steadyNow() >= deadline) {
          signal(left, "SIGKILL");
        }
        setTimeout(look, lookEveryMs, left);
      }
    });
  };
  listSurvivors(family, (orphans) => {
    if (orphans.length > 0) {
      found(orphans.map(({ pid }) => pid));
      signal(orphans, "SIGTERM");
    }
    look(orphans);
  });
  return () => {
    deadline = Math.min(deadline, steadyNow());
  };
}

function signal(processes: readonly Relative[], name: "SIGTERM" | "SIGKILL"): void {
  for (const { pid } of processes) {
    try {
      process.kill(pid, name);
    } catch {
      // It ended between the listing and the signal.
    }
  }
}
