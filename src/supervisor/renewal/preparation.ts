import type { LaunchRecipe } from "../../shared/appConfig.ts";
import type { RenewalOutcome, RenewalReport } from "../../shared/report.ts";
import type { RenewalView } from "../../shared/snapshot.ts";
import { shownTime, steadyNow } from "../clock.ts";
import { type PreReloadFailure, type preReloadOf, runPreReload } from "./preReload.ts";
import { resolvePlace } from "./releasePlace.ts";
import type { RenewalTask } from "./renewalQueue.ts";

/** What comes before a renewal: the app's `preReload` runs, and nothing of the app has been touched. */
export interface Preparation {
  /** Resolves when it is over: with the report of a renewal that is not to be, or with `undefined`. */
  readonly ended: Promise<Omit<RenewalReport, "workers" | "killed"> | undefined>;
  view(queued: boolean): RenewalView;
  /** Ends it; `true`, since that undoes everything. */
  end(outcome: RenewalOutcome, reason: string): true;
}

export interface PreparationOptions {
  readonly command: NonNullable<ReturnType<typeof preReloadOf>>;
  /** How the app is to be started. */
  readonly recipe: LaunchRecipe;
  /** The generation that runs. */
  readonly from: number;
  readonly slots: number;
}

export function prepare({ kind, files }: RenewalTask, options: PreparationOptions): Preparation {
  const { command, recipe, from, slots } = options;
  const startedAt = steadyNow();
  const cancelling = new AbortController();
  let asked: { readonly outcome: RenewalOutcome; readonly reason: string } | undefined;
  const report = (failure: PreReloadFailure) => ({
    kind,
    outcome: asked?.outcome ?? ("rolledBack" as const),
    from,
    to: from + 1,
    startedAt: shownTime(startedAt),
    durationMs: steadyNow() - startedAt,
    reason: asked?.reason ?? failure.reason,
    stderr: [...failure.output],
    ...(failure.location !== undefined && { location: failure.location }),
    ...(files !== undefined && { cause: "watch" as const, files: [...files] }),
  });
  const { cwd } = resolvePlace(recipe);
  const ran = runPreReload({ cwd, ...command, cancelled: cancelling.signal });
  return {
    ended: ran.then((failure) => failure && report(failure)),
    view: (queued) => ({
      kind,
      phase: "preparing",
      from,
      to: from + 1,
      ready: 0,
      total: slots,
      draining: 0,
      startedAt: shownTime(startedAt),
      queued,
      cancellable: true,
    }),
    end(outcome, reason) {
      asked ??= { outcome, reason };
      cancelling.abort();
      return true;
    },
  };
}
