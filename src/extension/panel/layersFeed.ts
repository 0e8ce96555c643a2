import type { Disposable } from "../../shared/basics/disposable.ts";
import { toHitlessError } from "../../shared/errors.ts";
import type { LayerFacts } from "../../shared/layers/facts.ts";
import type { HostMessage, PanelMessage } from "../../shared/layers/panelMessages.ts";
import type { Localize } from "../platform/localize.ts";
import { panelStatus } from "./choice.ts";
import { type FiguresSource, LayersFigures } from "./layersFigures.ts";
import type { RememberedWorker } from "./layersMemory.ts";
import { createLayersSelection, type LayersApp, type LayersSelection, type LayersSource } from "./layersSelection.ts";
import { type LayersDialogue, LayersWatch } from "./layersWatch.ts";
import type { KeptSamples } from "./sample/keptSample.ts";
import { LayersSampling } from "./sample/layersSampling.ts";

/** Milliseconds for a worker to write its heap; the supervisor has a shorter deadline, whose reason is told. */
const snapshotDeadlineMs = 310_000;

export interface LayersFeedOptions {
  readonly source: LayersSource;
  readonly figures: FiguresSource;
  readonly post: (message: HostMessage) => void;
  /** The first message to the page. */
  readonly begin: () => HostMessage;
  /** The last sample, which a reload of the window outlives; it may become known later. */
  readonly kept: (onRead: () => void) => KeptSamples;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  readonly t: Localize;
}

/**
 * The host's side of the panel, independent of VS Code: follows the apps, requests the chosen worker's data while the
 * panel is visible, and remembers ended workers.
 */
export class LayersFeed implements Disposable {
  readonly #options: LayersFeedOptions;
  readonly #selection: LayersSelection;
  readonly #dialogue: LayersDialogue;
  readonly #watch: LayersWatch;
  readonly #sampling: LayersSampling;
  readonly #kept: KeptSamples;
  readonly #figures: LayersFigures;
  readonly #listening: Disposable;
  /** Whether the page has sent `ready`. */
  #ready = false;
  #visible = false;
  #wantedTrace: string | undefined;
  #toldApp = "";

  constructor(options: LayersFeedOptions) {
    const { source, figures, post, now } = options;
    this.#options = options;
    this.#selection = createLayersSelection(source);
    this.#dialogue = {
      selection: this.#selection,
      now,
      post,
      fail: (place, error) => post({ type: "failure", place, message: toHitlessError(error).message }),
      client: () => this.#client(),
      learn: figures.learn,
    };
    this.#watch = new LayersWatch(this.#dialogue);
    this.#kept = options.kept(() => this.#update(true));
    this.#sampling = new LayersSampling(
      this.#dialogue,
      () => this.#ready,
      (sample) => this.#kept.keep(sample),
    );
    this.#figures = new LayersFigures(figures, this.#selection, post);
    this.#listening = source.onDidChange(() => this.#update(false));
  }

  /** The app and worker on view, and what is known of them. */
  get current(): { readonly app: LayersApp | undefined; readonly known: RememberedWorker | undefined } {
    return { app: this.#selection.app, known: this.#selection.known };
  }

  /** Whether a worker of the app itself has reported this file. */
  names(file: string): boolean {
    return this.#selection.memory.names(file);
  }

  /** Has the worker on view write a snapshot of its heap. @returns Milliseconds for which it did nothing else. */
  async heapSnapshot(worker: number, file: string): Promise<number> {
    const asked = { worker, file };
    return (await this.#client().request("layers/heapSnapshot", asked, { deadlineMs: snapshotDeadlineMs })).ms;
  }

  choose(app: string | undefined, worker: number | undefined): void {
    this.#selection.pick(app, worker);
    this.#toldApp = "";
    this.#update(true);
  }

  trace(name: string): void {
    this.#wantedTrace = name;
    if (this.#ready) {
      this.#tellTrace();
    }
  }

  /** Workers are not asked anything while the panel is hidden. */
  setVisible(visible: boolean): void {
    this.#visible = visible;
    // The page is unloaded when hidden, and says `ready` when it is back.
    this.#ready = this.#ready && visible;
    this.#follow(true);
  }

  /** Handles the messages of the page, except opening files, starting the app and reports. */
  receive(message: PanelMessage): void {
    switch (message.type) {
      case "ready":
        this.#begin(message);
        break;
      case "choose":
        this.choose(message.app, message.worker);
        break;
      case "sample":
        void this.#sampling.take(message.seconds);
        break;
      case "cancelSample":
        this.#sampling.cancel();
        break;
      case "compare":
        void this.#compare(message.left, message.right);
        break;
      case "retry":
        this.#follow(true);
        break;
      default:
        break;
    }
  }

  dispose(): void {
    this.#listening.dispose();
    this.#watch.dispose();
    this.#sampling.dispose();
    this.#figures.dispose();
  }

  #begin({ app, worker }: Extract<PanelMessage, { type: "ready" }>): void {
    this.#ready = true;
    this.#options.post(this.#options.begin());
    this.#figures.beginAnew();
    this.choose(this.#selection.key === undefined ? app : undefined, this.#selection.worker ?? worker);
    this.#tellTrace();
  }

  /**
   * Follows the apps and workers, sends what has changed, and requests what is missing.
   * @param anew Something was chosen: everything is sent and requested, even if unchanged.
   */
  #update(anew: boolean): void {
    const { isOther, replaced } = this.#selection.follow();
    if (!this.#ready) {
      return;
    }
    this.#tellApp();
    if (replaced !== undefined && !anew) {
      this.#options.post({ type: "replaced", ...replaced });
    }
    if (isOther || anew) {
      this.#tellKnown();
    }
    this.#follow(isOther || anew);
  }

  #follow(anew: boolean): void {
    const seen = this.#ready && this.#visible;
    this.#watch.follow(seen, anew);
    this.#figures.follow(seen);
  }

  #tellApp(): void {
    const { key, app, worker, memory } = this.#selection;
    const { source, post } = this.#options;
    const message: HostMessage = {
      type: "app",
      apps: source.sessions.map((session) => ({ key: session.key, name: session.name })),
      ...(key !== undefined && { app: key }),
      status: panelStatus(source.scanned, app?.view),
      ...(app?.view.problem !== undefined && { problem: app.view.problem }),
      ...(app !== undefined && { root: app.view.snapshot?.app.root ?? app.view.root }),
      workers: [...memory.workers()],
      ...(worker !== undefined && { worker }),
    };
    const text = JSON.stringify(message);
    if (text !== this.#toldApp) {
      this.#toldApp = text;
      post(message);
    }
  }

  /** Sends what is remembered of the chosen worker at once; new data follows. */
  #tellKnown(): void {
    const { key, known } = this.#selection;
    if (known !== undefined && known.sample === undefined && key !== undefined) {
      const { sample, profile } = this.#kept.find(key, known.worker) ?? {};
      Object.assign(known, sample === undefined ? {} : { sample }, profile === undefined ? {} : { profile });
    }
    const { facts, pulse, sample } = known ?? {};
    const { post } = this.#options;
    if (facts !== undefined) {
      post({ type: "facts", facts });
    }
    if (pulse !== undefined) {
      post({ type: "pulse", pulse });
    }
    if (sample !== undefined) {
      post({ type: "sample", sample });
    }
    this.#sampling.tell();
  }

  #tellTrace(): void {
    if (this.#wantedTrace !== undefined) {
      this.#options.post({ type: "trace", name: this.#wantedTrace });
      this.#wantedTrace = undefined;
    }
  }

  async #compare(left: number, right: number): Promise<void> {
    const of = async (id: number): Promise<LayerFacts> => {
      const remembered = this.#selection.memory.find(id);
      return remembered?.worker.state === "gone" && remembered.facts !== undefined
        ? remembered.facts
        : await this.#watch.fetchFacts(id);
    };
    try {
      const [one, other] = await Promise.all([of(left), of(right)]);
      this.#options.post({ type: "comparison", left: one, right: other });
    } catch (error) {
      this.#dialogue.fail("comparison", error);
    }
  }

  #client(): ReturnType<LayersDialogue["client"]> {
    const { app } = this.#selection;
    if (app?.client === undefined) {
      throw new Error(this.#options.t("“{0}” is not running.", app?.name ?? ""));
    }
    return app.client;
  }
}
