import type { LaunchRecipe } from "../../shared/appConfig.ts";
import { HitlessError } from "../../shared/errors.ts";
import type { RecipeOrigin, RecipeReading } from "../../shared/launch.ts";
import type { RenewalReport } from "../../shared/report.ts";
import type { RenewalKind } from "../../shared/snapshot.ts";
import { workerLabel } from "../../shared/text/workerName.ts";
import type { EventLog } from "../logs/eventLog.ts";
import { describeRecipeChange } from "../renewal/recipeChange.ts";
import { isSameFolder } from "../renewal/releasePlace.ts";
import type { Slot } from "../slots/slot.ts";
import type { AppHost, AppParts } from "./appParts.ts";

export interface RenewOptions {
  /** The only worker to renew; absent: all. */
  readonly worker?: number | undefined;
  /** How to start the app from then on; absent: as before. */
  readonly recipe?: LaunchRecipe | undefined;
  /** What that was made of. */
  readonly config?: RecipeOrigin["config"] | undefined;
  /** For the report, one sentence each. */
  readonly notes?: readonly string[] | undefined;
  /** The files whose change made it necessary, relative to the app's folder; absent: somebody asked for it. */
  readonly files?: readonly string[] | undefined;
}

/** What people and changed files want renewed: whether that can be, and how the app is to be started then. */
export class RenewalRequests {
  readonly #cwd: string;
  readonly #host: AppHost;
  readonly #parts: AppParts;
  readonly #events: Pick<EventLog, "log">;

  /** @param app.cwd The app's folder, as it was named at the start. */
  constructor(app: {
    readonly cwd: string;
    readonly host: AppHost;
    readonly parts: AppParts;
    readonly events: Pick<EventLog, "log">;
  }) {
    this.#cwd = app.cwd;
    this.#host = app.host;
    this.#parts = app.parts;
    this.#events = app.events;
  }

  /**
   * Renews all workers or one; see `docs/reload.md`. While a renewal runs, further requests share one that follows.
   * @throws HitlessError `invalidState` if the app does not run, `workerNotFound`, `badConfig` for a recipe of another app.
   */
  renew(kind: RenewalKind, options: RenewOptions = {}): Promise<RenewalReport> {
    const { worker: workerId, recipe, config, notes, files } = options;
    const { name, running, leaving } = this.#host;
    if (!running) {
      throw new HitlessError("invalidState", `${name} is not running; start it first.`, { remedy: "start" });
    }
    if (leaving) {
      throw new HitlessError("invalidState", `${name} is still stopping; start it when it has stopped.`, {
        remedy: "retry",
      });
    }
    if (this.#host.upgrading) {
      throw new HitlessError("invalidState", `${name} is being upgraded; try it when that is over.`, {
        remedy: "retry",
      });
    }
    if (recipe !== undefined) {
      this.#refuseOther(recipe);
    }
    if (recipe !== undefined && workerId !== undefined) {
      throw new HitlessError(
        "badConfig",
        "recipe: one worker can't be started in another way than the rest; leave out either worker or recipe.",
      );
    }
    const { generations, renewals, source } = this.#parts;
    const slot = workerId === undefined ? undefined : this.#slotOf(workerId);
    const named = recipe && generations.named(recipe);
    const wish = { kind, slot: slot?.index, recipe: named, notes, files };
    const report = files === undefined ? renewals.request(wish) : renewals.renewChanged(wish);
    if (config !== undefined) {
      const keep = ({ outcome }: RenewalReport): void => {
        if (outcome === "completed") {
          source.keep(config);
        }
      };
      report.then(keep, () => undefined);
    }
    return report;
  }

  /**
   * How the app is to be started by what its files of variables, package.json and the like say now; `undefined` if they are as
   * they were.
   * @throws HitlessError which says what is wrong with them.
   */
  async readRecipe(): Promise<Pick<RenewOptions, "recipe" | "config" | "notes"> | undefined> {
    const reading = await this.#parts.source.readChanged();
    // The name is the app's as long as it runs, whatever its package is called by now.
    return reading && { ...reading, recipe: { ...reading.recipe, name: this.#host.name } };
  }

  /**
   * How the supervisor that takes the app over is to start it, with a note for each thing that changes.
   * @param node Of that supervisor.
   * @param wanted What the app is made of from then on; absent: as before, by what its files say now.
   * @throws HitlessError which says what is wrong with them, `badConfig` for another app.
   */
  async readForUpgrade(
    node: RecipeOrigin["node"],
    wanted: RecipeOrigin | undefined,
  ): Promise<Pick<RecipeReading, "recipe" | "notes"> & { readonly origin: RecipeOrigin | undefined }> {
    const { source, generations } = this.#parts;
    const { current } = generations;
    const reading = await source.readFor(node, wanted);
    if (reading === undefined) {
      return { recipe: current, notes: [], origin: undefined };
    }
    this.#refuseOther({ ...reading.recipe, name: this.#host.name });
    const recipe = generations.named({ ...reading.recipe, name: this.#host.name });
    const notes = [...reading.notes, ...describeRecipeChange(current, recipe)];
    return { recipe, notes, origin: reading.origin };
  }

  /** Renews all workers by what those files say now. */
  async renewAnew(kind: RenewalKind, why: Pick<RenewOptions, "files" | "notes"> = {}): Promise<RenewalReport> {
    const reading = await this.readRecipe();
    return this.renew(kind, { ...reading, ...why, notes: [...(why.notes ?? []), ...(reading?.notes ?? [])] });
  }

  /** It is time, by that cron pattern: all workers are renewed if the app runs. */
  renewBySchedule(pattern: string): void {
    if (this.#host.running && !this.#host.leaving) {
      this.renewAnew("reload", { notes: [`By schedule (${pattern}).`] }).catch((error: unknown) =>
        this.#events.log("warning", "schedule", String(error)),
      );
    }
  }

  /** Runs what the files of the running app are now, by a reload that one worker proves. */
  renewChanged(files: readonly string[]): void {
    this.renewAnew("reload", { files }).catch((error: unknown) => this.#events.log("warning", "watch", String(error)));
    this.#host.reconcile();
  }

  /**
   * How the previous generation was started.
   * @throws HitlessError `invalidState` if there is none, or its files are not the same any more.
   */
  previousRecipe(): Promise<LaunchRecipe> {
    return this.#parts.generations.previous();
  }

  #refuseOther({ name, cwd }: LaunchRecipe): void {
    if (name !== this.#host.name || !isSameFolder(cwd, this.#cwd)) {
      throw new HitlessError(
        "badConfig",
        `This supervisor runs ${this.#host.name} in ${this.#cwd}; name and cwd can't change in a reload. Stop the app and start it anew.`,
      );
    }
  }

  #slotOf(workerId: number): Slot {
    const worker = this.#parts.roster.find(workerId);
    const slot = this.#parts.table.slots.get(worker.slot);
    if (slot?.current !== worker) {
      throw new HitlessError("workerNotFound", `Worker ${workerLabel(worker)} is leaving already.`);
    }
    return slot;
  }
}
