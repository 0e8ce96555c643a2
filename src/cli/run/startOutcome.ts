import type { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import { readyCount } from "../../shared/facts/snapshotFacts.ts";
import type { Failure } from "../../shared/failure.ts";
import type { Snapshot } from "../../shared/snapshot.ts";

export type Outcome =
  /** It failed, and is no longer restarted automatically. */
  | { readonly kind: "failed"; readonly failure: Failure }
  /** Its script is done. */
  | { readonly kind: "finished" }
  /** It was stopped. */
  | { readonly kind: "stopped" }
  /** Its supervisor is gone. */
  | { readonly kind: "lost" };

export function isReady(snapshot: Snapshot): boolean {
  return snapshot.app.state === "running";
}

/** How the app ended, `undefined` while it runs or still may. */
export function outcomeOf(snapshot: Snapshot, wasReady: boolean): Outcome | undefined {
  const { state, failure, finished } = snapshot.app;
  if (state === "stopped" && finished) {
    return { kind: "finished" };
  }
  // An app that was up and has lost some of its workers for good still serves with the others.
  const gaveUp = state === "crash-looping" && (!wasReady || readyCount(snapshot) === 0);
  if (failure !== undefined && (gaveUp || state === "stopped")) {
    return { kind: "failed", failure };
  }
  return state === "stopped" ? { kind: "stopped" } : undefined;
}

export interface FollowedApp {
  /** Resolves once all workers are ready; never if they don't become so. */
  readonly ready: Promise<void>;
  readonly ended: Promise<Outcome>;
}

/**
 * Follows an app until it ends.
 * @param waits Whether one that fails goes on while its files are watched, since their next change starts it again; and one
 * that has finished, where a schedule does.
 */
export function watchApp(client: SupervisorClient, waits = false): FollowedApp {
  let becomeReady: () => void;
  let end: (outcome: Outcome) => void;
  const ready = new Promise<void>((resolve) => {
    becomeReady = resolve;
  });
  const ended = new Promise<Outcome>((resolve) => {
    end = resolve;
  });
  let wasReady = false;
  const check = (snapshot: Snapshot) => {
    if (isReady(snapshot)) {
      wasReady = true;
      becomeReady();
    }
    const outcome = outcomeOf(snapshot, wasReady);
    const goesOn = outcome?.kind === "failed" || outcome?.kind === "finished";
    const again = isWatched(snapshot) || (outcome?.kind === "finished" && snapshot.app.schedule !== undefined);
    if (outcome !== undefined && !(goesOn && waits && again)) {
      end(outcome);
    }
  };
  client.onDidSnapshot(check);
  client.onDidClose(() => end({ kind: "lost" }));
  check(client.snapshot);
  return { ready, ended };
}

function isWatched({ app }: Snapshot): boolean {
  return app.watch?.state === "on" || app.watch?.state === "starting";
}
