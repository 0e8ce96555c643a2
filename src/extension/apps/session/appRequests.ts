import type { SupervisorClient } from "../../../client/connection/supervisorClient.ts";
import type { RequestParams, RequestResult } from "../../../shared/protocol.ts";
import type { RenewalReport } from "../../../shared/report.ts";
import type { WatchView } from "../../../shared/snapshot.ts";
import { engineSentence } from "../../platform/engineSentence.ts";
import type { Localize } from "../../platform/localize.ts";

/**
 * What is asked of the supervisor of a running app, as it stands: nothing here depends on the app's settings.
 * Each throws a HitlessError: what `connected` throws while the app does not run, and what the supervisor answers.
 */
export class AppRequests {
  readonly #connected: () => SupervisorClient;
  readonly #t: Localize;

  constructor(connected: () => SupervisorClient, t: Localize) {
    this.#connected = connected;
    this.#t = t;
  }

  /** Reloads the way the previous generation was started. */
  async rollBack(signal: AbortSignal): Promise<RenewalReport> {
    return this.#connected().request("app/rollback", {}, { signal });
  }

  async changeDrain(change: RequestParams<"app/drain">): Promise<void> {
    await this.#connected().request("app/drain", change);
  }

  /** Resolves with whether there was a renewal that could still be undone. */
  async cancelRenewal(): Promise<boolean> {
    return (await this.#connected().request("app/cancelRenewal", {})).cancelled;
  }

  async scale(workers: number): Promise<{ readonly from: number; readonly to: number }> {
    return this.#connected().request("app/scale", { workers });
  }

  /** Which files differ from what the running generation was started with. */
  async lookForStale(): Promise<RequestResult<"app/stale">> {
    return this.#connected().request("app/stale", {});
  }

  /** Resolves once every change of a file is noticed, or it can't be, which the answer says. */
  async watch(on: boolean): Promise<WatchView> {
    const { state, problem } = await this.#connected().request("app/watch", { on });
    return { state, ...(problem !== undefined && { problem: engineSentence(problem, this.#t) }) };
  }

  async killWorker(worker: number): Promise<void> {
    await this.#connected().request("app/killWorker", { worker });
  }

  /** Lets a worker go on that a debugger has stopped. */
  async continueWorker(worker: number): Promise<void> {
    await this.#connected().request("debug/continue", { worker });
  }
}
