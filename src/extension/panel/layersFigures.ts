import type { Disposable } from "../../shared/basics/disposable.ts";
import type { FiguresPoint, HostMessage } from "../../shared/layers/panelMessages.ts";
import type { WorkerFiguresWatch } from "../apps/workerFigures.ts";
import type { LayersSelection } from "./layersSelection.ts";

/** What the panel needs of the measurements. */
export type FiguresSource = Pick<WorkerFiguresWatch, "setLooking" | "learn" | "history" | "onDidChange">;

/** Has the workers of the chosen app measured while the panel is visible, and sends the page what is new. */
export class LayersFigures implements Disposable {
  readonly #source: FiguresSource;
  readonly #selection: LayersSelection;
  readonly #post: (message: HostMessage) => void;
  readonly #listening: Disposable;
  #seen = false;
  /** What the page has been told: of which supervisor's workers, and the time of the newest. */
  #told: { readonly of: string; readonly until: number } | undefined;

  constructor(source: FiguresSource, selection: LayersSelection, post: (message: HostMessage) => void) {
    this.#source = source;
    this.#selection = selection;
    this.#post = post;
    this.#listening = source.onDidChange(() => this.#tell());
  }

  /** @param seen Whether the panel is visible: else nothing is measured for it. */
  follow(seen: boolean): void {
    const { key } = this.#selection;
    this.#seen = seen;
    if (seen && key !== undefined && this.#workersOf !== this.#told?.of) {
      this.#tell();
    }
    this.#source.setLooking("panel", seen && key !== undefined ? [key] : []);
  }

  /** The page knows nothing: the next message has all there is. */
  beginAnew(): void {
    this.#told = undefined;
  }

  dispose(): void {
    this.#listening.dispose();
    this.#source.setLooking("panel", []);
  }

  /** The ids of another supervisor mean other workers. */
  get #workersOf(): string {
    const { key, app } = this.#selection;
    return `${key}#${app?.view.snapshot?.supervisor.pid ?? 0}`;
  }

  #tell(): void {
    const { key: app, memory } = this.#selection;
    if (!this.#seen || app === undefined) {
      return;
    }
    const of = this.#workersOf;
    const since = this.#told?.of === of ? this.#told.until : undefined;
    const workers = memory
      .workers()
      .filter(({ state }) => state !== "gone")
      .map(({ id }) => ({ id, points: this.#pointsOf(app, id, since ?? 0) }))
      .filter(({ points }) => points.length > 0);
    const until = Math.max(since ?? 0, ...workers.flatMap(({ points }) => points.map(({ at }) => at)));
    this.#told = { of, until };
    this.#post({ type: "figures", app, at: Date.now(), whole: since === undefined, workers });
  }

  #pointsOf(app: string, worker: number, since: number): FiguresPoint[] {
    return this.#source
      .history(app, worker)
      .filter(({ at }) => at > since)
      .map(({ at, cpu, memory, delayP99, latencyP99, requestsPerSecond }) => ({
        at,
        cpu,
        memory,
        ...(delayP99 !== undefined && { delayP99 }),
        ...(latencyP99 !== undefined && { latencyP99 }),
        ...(requestsPerSecond !== undefined && { requestsPerSecond }),
      }));
  }
}
