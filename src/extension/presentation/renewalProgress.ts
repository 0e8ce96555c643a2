import type { Snapshot } from "../../shared/snapshot.ts";
import type { Localize } from "../platform/localize.ts";
import { renewalWord } from "./stateWords.ts";

export interface RenewalProgress {
  readonly message: string;
  /** 0 to 100 for the whole renewal; starting and draining count half each. */
  readonly percent: number;
}

/** The progress notification's text for the running renewal. */
export function renewalProgress(snapshot: Snapshot | undefined, t: Localize): RenewalProgress {
  const renewal = snapshot?.renewal;
  if (renewal === undefined) {
    return { message: t("waiting for the first worker"), percent: 0 };
  }
  const started = renewal.total === 0 ? 0 : renewal.ready / renewal.total;
  const drained = renewal.total === 0 ? 0 : 1 - Math.min(1, renewal.draining / renewal.total);
  const percent = renewal.phase === "draining" ? 50 * started + 50 * drained * started : 50 * started;
  const queued = renewal.queued ? ` · ${t("one more queued")}` : "";
  return { message: `${renewalWord(renewal, t)}${queued}`, percent: Math.floor(percent) };
}
