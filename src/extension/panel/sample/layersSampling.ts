import type { Disposable } from "../../../shared/basics/disposable.ts";
import type { LayersDialogue } from "../layersWatch.ts";
import type { KeptSamples } from "./keptSample.ts";

/** Milliseconds a sample may take longer than asked for. */
const sampleGraceMs = 15_000;

interface Sampling {
  readonly app: string;
  readonly worker: number;
  readonly seconds: number;
  readonly startedAt: number;
  readonly controller: AbortController;
}

/** Takes one sample at a time; it continues while another worker is on view. */
export class LayersSampling implements Disposable {
  readonly #dialogue: LayersDialogue;
  /** Whether the page can receive messages. */
  readonly #isReady: () => boolean;
  readonly #keep: KeptSamples["keep"];
  #current: Sampling | undefined;

  constructor(dialogue: LayersDialogue, isReady: () => boolean, keep: KeptSamples["keep"]) {
    this.#dialogue = dialogue;
    this.#isReady = isReady;
    this.#keep = keep;
  }

  /** Samples the chosen worker. */
  async take(seconds: number): Promise<void> {
    const { selection, now, post, fail, client } = this.#dialogue;
    const { key: app, worker, known: remembered } = selection;
    if (worker === undefined || app === undefined || remembered === undefined || this.#current !== undefined) {
      return;
    }
    const mine: Sampling = { app, worker, seconds, startedAt: now(), controller: new AbortController() };
    this.#current = mine;
    post({ type: "sampling", worker, elapsedMs: 0, seconds });
    try {
      const { signal } = mine.controller;
      const deadlineMs = seconds * 1_000 + sampleGraceMs;
      const asked = { worker, seconds, profile: true };
      const { profile, ...sample } = await client().request("layers/sample", asked, { signal, deadlineMs });
      remembered.sample = sample;
      this.#keep({ app, sample, ...(profile === undefined ? {} : { profile }) });
      if (profile !== undefined) {
        remembered.profile = profile;
      }
      this.#current = undefined;
      if (this.#isShown(mine)) {
        post({ type: "sample", sample });
      }
    } catch (error) {
      this.#current = undefined;
      if (this.#isShown(mine)) {
        fail("sample", error);
      }
    }
  }

  /** Ends it early: what was collected is shown. */
  cancel(): void {
    this.#current?.controller.abort();
  }

  /** Tells a page that was reloaded how far it is. */
  tell(): void {
    if (this.#current !== undefined && this.#isShown(this.#current)) {
      const { worker, seconds, startedAt } = this.#current;
      const { post, now } = this.#dialogue;
      post({ type: "sampling", worker, elapsedMs: now() - startedAt, seconds });
    }
  }

  dispose(): void {
    this.cancel();
  }

  #isShown({ app, worker }: Sampling): boolean {
    const { selection } = this.#dialogue;
    return this.#isReady() && worker === selection.worker && app === selection.key;
  }
}
