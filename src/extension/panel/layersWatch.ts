import type { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import type { Disposable } from "../../shared/basics/disposable.ts";
import type { LayerFacts, LayerPulse } from "../../shared/layers/facts.ts";
import type { FailurePlace, HostMessage } from "../../shared/layers/panelMessages.ts";
import type { LayersSelection } from "./layersSelection.ts";
import { createPulseLoop, type PulseLoop } from "./pulseLoop.ts";

/** What asks a worker of something, and tells the page of the answer. */
export interface LayersDialogue {
  readonly selection: LayersSelection;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  readonly post: (message: HostMessage) => void;
  readonly fail: (place: FailurePlace, error: unknown) => void;
  /** The connection to the supervisor of the chosen app. @throws when the app does not run. */
  readonly client: () => Pick<SupervisorClient, "request">;
}

/** Facts are asked for again when the pulse shows that there is more of something, at most this often. */
const factsAgainMs = 5_000;

/** Asks the chosen worker for facts once, and for its pulse every second, while somebody looks. */
export class LayersWatch implements Disposable {
  readonly #dialogue: LayersDialogue;
  readonly #loop: PulseLoop;
  #seen = false;
  /** Worker that facts are being asked of; what its pulse counted when they came. */
  #askingFacts: number | undefined;
  #factsTried = { worker: 0, at: 0 };
  #factsAt = { worker: 0, counts: "", at: 0 };

  constructor(dialogue: LayersDialogue) {
    this.#dialogue = dialogue;
    this.#loop = createPulseLoop(() => this.#askPulse(), dialogue.now);
  }

  /**
   * Goes on with the worker that is chosen now.
   * @param seen Whether somebody looks: else nothing is asked.
   * @param anew Asks at once for all, whatever was asked just now.
   */
  follow(seen: boolean, anew: boolean): void {
    const { known, isLive } = this.#dialogue.selection;
    this.#seen = seen;
    if (!seen || !isLive || known?.worker.state === "starting") {
      this.#loop.stop();
      return;
    }
    if (known?.facts === undefined && (anew || this.#mayAskFacts())) {
      void this.#askFacts();
    }
    if (anew || !this.#loop.running) {
      this.#loop.start();
    }
  }

  /** Asks any worker of the app for its facts, and remembers them. */
  fetchFacts(id: number): Promise<LayerFacts> {
    return this.#fetchFacts(id, () => undefined);
  }

  dispose(): void {
    this.#loop.dispose();
  }

  async #askFacts(): Promise<void> {
    const { selection, post, fail, now } = this.#dialogue;
    const asked = selection.worker;
    if (asked === undefined || this.#askingFacts === asked) {
      return;
    }
    this.#askingFacts = asked;
    this.#factsTried = { worker: asked, at: now() };
    try {
      await this.#fetchFacts(asked, (facts) => post({ type: "facts", facts }));
    } catch (error) {
      if (asked === selection.worker && selection.isLive) {
        fail("facts", error);
      }
    } finally {
      this.#askingFacts = this.#askingFacts === asked ? undefined : this.#askingFacts;
    }
  }

  /** @param tell Told if it is still the chosen worker by then. */
  async #fetchFacts(id: number, tell: (facts: LayerFacts) => void): Promise<LayerFacts> {
    const { selection, client, now } = this.#dialogue;
    const remembered = selection.memory.find(id);
    const facts = await client().request("layers/facts", { worker: id });
    if (remembered !== undefined) {
      remembered.facts = facts;
    }
    if (id === selection.worker) {
      this.#factsAt = { worker: id, counts: "", at: now() };
      tell(facts);
    }
    return facts;
  }

  async #askPulse(): Promise<boolean> {
    const { selection, post, fail, client } = this.#dialogue;
    const { worker: asked, known: remembered } = selection;
    if (asked === undefined || remembered === undefined) {
      return false;
    }
    try {
      const pulse = await client().request("layers/pulse", { worker: asked });
      remembered.pulse = pulse;
      if (asked === selection.worker && this.#seen) {
        post({ type: "pulse", pulse });
        if (remembered.facts === undefined ? this.#mayAskFacts() : this.#hasMore(pulse)) {
          void this.#askFacts();
        }
      }
      return true;
    } catch (error) {
      if (asked === selection.worker && this.#seen && selection.isLive) {
        fail("pulse", error);
      }
      return false;
    }
  }

  /** Not again at once when it has failed just now. */
  #mayAskFacts(): boolean {
    const { selection, now } = this.#dialogue;
    return this.#factsTried.worker !== selection.worker || now() - this.#factsTried.at >= factsAgainMs;
  }

  /** Whether there is more of something than when the facts were told. */
  #hasMore({ worker: { id }, code, api, bindings }: LayerPulse): boolean {
    const counts = JSON.stringify([code, api.builtins, api.warnings, bindings]);
    const now = this.#dialogue.now();
    if (this.#factsAt.worker !== id || this.#factsAt.counts === "") {
      this.#factsAt = { worker: id, counts, at: now };
      return false;
    }
    return this.#factsAt.counts !== counts && now - this.#factsAt.at >= factsAgainMs;
  }
}
