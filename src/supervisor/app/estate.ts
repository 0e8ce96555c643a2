import { availableParallelism } from "node:os";
import type { LaunchRecipe } from "../../shared/appConfig.ts";
import type { RenewalReport } from "../../shared/report.ts";
import type { RenewalView, WorkerView } from "../../shared/snapshot.ts";
import type { Legacy } from "../accept/acceptor.ts";

/** What an app leaves to the supervisor that takes it over. */
export interface Estate {
  readonly recipe: LaunchRecipe;
  readonly generation: number;
  readonly desiredWorkers: number;
  readonly lastWorker: number;
  /** On the monotonic clock. */
  readonly startedAt: number;
  readonly sockets: readonly Legacy[];
  readonly reports: readonly RenewalReport[];
  /** The highest number of a snapshot. */
  readonly sequence: number;
  readonly watched: boolean;
  readonly crashes: number;
}

/** The part of a renewal of the supervisor that is shown with the app. */
export interface UpgradeView {
  readonly renewal: RenewalView;
  /** The workers of the other supervisor. */
  readonly workers: readonly WorkerView[];
}

/** The renewal of the supervisor, as far as the app goes, from either side. */
export interface AppUpgrade {
  readonly view: UpgradeView;
  /** Files of the app have changed: whoever serves afterwards runs what they are now. */
  hold(files: readonly string[]): void;
}

/** How many workers a recipe asks for. */
export function workersOf({ workers }: Pick<LaunchRecipe, "workers">): number {
  return workers === "max" ? availableParallelism() : workers;
}
