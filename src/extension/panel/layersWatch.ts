import type { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import type { Disposable } from "../../shared/basics/disposable.ts";
import type { LayerFacts, LayerPulse } from "../../shared/layers/facts.ts";
import type { FailurePlace, HostMessage } from "../../shared/layers/panelMessages.ts";
import type { LayersSelection } from "./layersSelection.ts";
import { createPulseLoop, type PulseLoop } from "./pulseLoop.ts";

/** How a worker is asked, and its answers are sent to the page. */
export interface LayersDialogue {
  readonly selection: LayersSelection;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  readonly post: (message: HostMessage) => void;
  readonly fail: (place: FailurePlace, error: unknown) => void;
  /** The connection to the supervisor of the chosen app. @throws when the app is not running. */
  readonly client: () => Pick<SupervisorClient, "request">;
  /** Called with each pulse of a worker. */
  readonly learn: (app: string, worker: number, pulse: LayerPulse) => void;
}

/** Facts are requested again when the pulse shows more of something, at most this often. */
const factsAgainMs = 5_000;

/** Requests facts of the chosen worker once, and its pulse every second, while the panel is visible. */
export class LayersWatch implements Disposable {
  readonly #dialogue: LayersDialogue;
  readonly #loop: PulseLoop;
  #seen = false;
  /** Worker whose facts are being requested; what its pulse counted when they came. */
  #askingFacts: number | undefined;
  #factsTried = { worker: 0, at: 0 };
  #factsAt = { worker: 0, counts: "", at: 0 };

  constructor(dialogue: LayersDialogue) {
    this.#dialogue = dialogue;
    this.#loop = createPulseLoop(() => this.#askPulse(), dialogue.now);
  }

  /**
   * Continues with the chosen worker.
   * @param seen Whether the panel is visible: else nothing is requested.
   * @param anew Requests everything at once, even if just requested.
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

  /** Requests facts of any worker of the app, and remembers them. */
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

  /** @param tell Called if it is still the chosen worker by then. */
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
    const { selection, post, fail, client, learn } = this.#dialogue;
    const { worker: asked, known: remembered, key } = selection;
    if (asked === undefined || remembered === undefined) {
      return false;
    }
    try {
      const pulse = await client().request("layers/pulse", { worker: asked });
      remembered.pulse = pulse;
      if (key !== undefined) {
        learn(key, asked, pulse);
      }
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

  /** A request that has just failed is not repeated at once. */
  #mayAskFacts(): boolean {
    const { selection, now } = this.#dialogue;
    return this.#factsTried.worker !== selection.worker || now() - this.#factsTried.at >= factsAgainMs;
  }

  /** Whether there is more of something than when the facts were sent. */
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
