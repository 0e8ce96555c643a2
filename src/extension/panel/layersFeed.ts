import type { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import type { Disposable } from "../../shared/basics/disposable.ts";
import { toHitlessError } from "../../shared/errors.ts";
import type { LayerFacts, LayerPulse } from "../../shared/layers/facts.ts";
import type { FailurePlace, HostMessage, PanelMessage } from "../../shared/layers/panelMessages.ts";
import type { Localize } from "../platform/localize.ts";
import { panelStatus } from "./choice.ts";
import type { RememberedWorker } from "./layersMemory.ts";
import { createLayersSelection, type LayersApp, type LayersSource } from "./layersSelection.ts";
import { createPulseLoop } from "./pulseLoop.ts";

export interface LayersFeedOptions {
  readonly source: LayersSource;
  readonly post: (message: HostMessage) => void;
  /** What the page is told first. */
  readonly begin: () => HostMessage;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  readonly t: Localize;
}

export interface LayersFeed extends Disposable {
  /** Takes what the page says and this can answer: all but opening files, starting the app and reports. */
  receive(message: PanelMessage): void;
  /** Nothing is asked of a worker while nobody can see the panel. */
  setVisible(visible: boolean): void;
  choose(app: string | undefined, worker: number | undefined): void;
  trace(name: string): void;
  /** The app and worker that are looked at, and what is known of them. */
  readonly current: { readonly app: LayersApp | undefined; readonly known: RememberedWorker | undefined };
  /** Whether a worker of the app itself has named this file. */
  names(file: string): boolean;
}

/** Facts are asked for again when the pulse shows that there is more of something, at most this often. */
const factsAgainMs = 5_000;
/** Milliseconds a sample may take longer than asked for. */
const sampleGraceMs = 15_000;

interface Sampling {
  readonly app: string;
  readonly worker: number;
  readonly seconds: number;
  readonly startedAt: number;
  readonly controller: AbortController;
}

/**
 * The host's side of the panel without anything of VS Code: follows the apps, asks the chosen worker for facts once and
 * for its pulse every second while somebody looks, and remembers what ended.
 */
export function createLayersFeed({ source, post, begin, now, t }: LayersFeedOptions): LayersFeed {
  const selection = createLayersSelection(source);
  const loop = createPulseLoop(askPulse, now);
  let ready = false;
  let visible = false;
  let wantedTrace: string | undefined;
  let posted = "";
  let sampling: Sampling | undefined;
  /** Worker that facts are being asked of; what its pulse counted when they came. */
  let askingFacts: number | undefined;
  let factsTried = { worker: 0, at: 0 };
  let factsAt = { worker: 0, counts: "", at: 0 };

  const fail = (place: FailurePlace, error: unknown) =>
    post({ type: "failure", place, message: toHitlessError(error).message });

  /** Follows the apps and workers, says what there is if that has changed, and asks for what is missing. */
  function update(anew = false): void {
    const { isOther, replaced } = selection.follow();
    if (!ready) {
      return;
    }
    tellApp();
    if (replaced !== undefined && !anew) {
      post({ type: "replaced", ...replaced });
    }
    if (isOther || anew) {
      tellKnown();
    }
    watch(isOther || anew);
  }

  function tellApp(): void {
    const { key, app, worker, memory } = selection;
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
    if (text !== posted) {
      posted = text;
      post(message);
    }
  }

  /** What is remembered of the chosen worker, at once; what is new follows. */
  function tellKnown(): void {
    const { facts, pulse, sample } = selection.known ?? {};
    if (facts !== undefined) {
      post({ type: "facts", facts });
    }
    if (pulse !== undefined) {
      post({ type: "pulse", pulse });
    }
    if (sample !== undefined) {
      post({ type: "sample", sample });
    }
    if (sampling !== undefined && sampling.worker === selection.worker && sampling.app === selection.key) {
      const { seconds, startedAt } = sampling;
      post({ type: "sampling", worker: sampling.worker, elapsedMs: now() - startedAt, seconds });
    }
  }

  /** Asks as long as somebody looks at a worker that lives. */
  function watch(anew: boolean): void {
    const { known, isLive } = selection;
    if (!ready || !visible || !isLive || known?.worker.state === "starting") {
      loop.stop();
      return;
    }
    if (known?.facts === undefined && (anew || mayAskFacts())) {
      void askFacts();
    }
    if (anew || !loop.running) {
      loop.start();
    }
  }

  async function askFacts(): Promise<void> {
    const asked = selection.worker;
    if (asked === undefined || askingFacts === asked) {
      return;
    }
    askingFacts = asked;
    factsTried = { worker: asked, at: now() };
    try {
      await fetchFacts(asked, true);
    } catch (error) {
      if (asked === selection.worker && selection.isLive) {
        fail("facts", error);
      }
    } finally {
      askingFacts = askingFacts === asked ? undefined : askingFacts;
    }
  }

  async function fetchFacts(id: number, tell: boolean): Promise<LayerFacts> {
    const remembered = selection.memory.find(id);
    const facts = await client().request("layers/facts", { worker: id });
    if (remembered !== undefined) {
      remembered.facts = facts;
    }
    if (id === selection.worker) {
      factsAt = { worker: id, counts: "", at: now() };
      if (tell) {
        post({ type: "facts", facts });
      }
    }
    return facts;
  }

  async function askPulse(): Promise<boolean> {
    const { worker: asked, known: remembered } = selection;
    if (asked === undefined || remembered === undefined) {
      return false;
    }
    try {
      const pulse = await client().request("layers/pulse", { worker: asked });
      remembered.pulse = pulse;
      if (asked === selection.worker && visible) {
        post({ type: "pulse", pulse });
        if (remembered.facts === undefined ? mayAskFacts() : hasMore(pulse)) {
          void askFacts();
        }
      }
      return true;
    } catch (error) {
      if (asked === selection.worker && visible && selection.isLive) {
        fail("pulse", error);
      }
      return false;
    }
  }

  /** Not again at once when it has failed just now. */
  function mayAskFacts(): boolean {
    return factsTried.worker !== selection.worker || now() - factsTried.at >= factsAgainMs;
  }

  /** Whether there is more of something than when the facts were told. */
  function hasMore({ worker: { id }, code, api, bindings }: LayerPulse): boolean {
    const counts = JSON.stringify([code, api.builtins, api.warnings, bindings]);
    if (factsAt.worker !== id || factsAt.counts === "") {
      factsAt = { worker: id, counts, at: now() };
      return false;
    }
    return factsAt.counts !== counts && now() - factsAt.at >= factsAgainMs;
  }

  async function sample(seconds: number): Promise<void> {
    const { key: app, worker, known: remembered } = selection;
    if (worker === undefined || app === undefined || remembered === undefined || sampling !== undefined) {
      return;
    }
    const mine: Sampling = { app, worker, seconds, startedAt: now(), controller: new AbortController() };
    sampling = mine;
    const isShown = () => ready && mine.worker === selection.worker && mine.app === selection.key;
    post({ type: "sampling", worker, elapsedMs: 0, seconds });
    try {
      const { signal } = mine.controller;
      const deadlineMs = seconds * 1_000 + sampleGraceMs;
      const result = await client().request("layers/sample", { worker, seconds }, { signal, deadlineMs });
      remembered.sample = result;
      sampling = undefined;
      if (isShown()) {
        post({ type: "sample", sample: result });
      }
    } catch (error) {
      sampling = undefined;
      if (isShown()) {
        fail("sample", error);
      }
    }
  }

  async function compare(left: number, right: number): Promise<void> {
    const of = async (id: number): Promise<LayerFacts> => {
      const remembered = selection.memory.find(id);
      return remembered?.worker.state === "gone" && remembered.facts !== undefined
        ? remembered.facts
        : await fetchFacts(id, false);
    };
    try {
      const [one, other] = await Promise.all([of(left), of(right)]);
      post({ type: "comparison", left: one, right: other });
    } catch (error) {
      fail("comparison", error);
    }
  }

  function client(): Pick<SupervisorClient, "request"> {
    const { app } = selection;
    if (app?.client === undefined) {
      throw new Error(t("“{0}” does not run.", app?.name ?? ""));
    }
    return app.client;
  }

  function choose(app: string | undefined, worker: number | undefined): void {
    selection.pick(app, worker);
    posted = "";
    update(true);
  }

  const listening = source.onDidChange(() => update());
  return {
    get current() {
      return { app: selection.app, known: selection.known };
    },
    names: (file) => selection.memory.names(file),
    choose,
    trace(name) {
      wantedTrace = name;
      if (ready) {
        post({ type: "trace", name });
        wantedTrace = undefined;
      }
    },
    setVisible(shown) {
      visible = shown;
      // The page itself goes when it is hidden, and says `ready` when it is there again.
      ready = ready && visible;
      watch(true);
    },
    receive(message) {
      switch (message.type) {
        case "ready":
          ready = true;
          post(begin());
          choose(selection.key === undefined ? message.app : undefined, selection.worker ?? message.worker);
          if (wantedTrace !== undefined) {
            post({ type: "trace", name: wantedTrace });
            wantedTrace = undefined;
          }
          break;
        case "choose":
          choose(message.app, message.worker);
          break;
        case "sample":
          void sample(message.seconds);
          break;
        case "cancelSample":
          sampling?.controller.abort();
          break;
        case "compare":
          void compare(message.left, message.right);
          break;
        case "retry":
          watch(true);
          break;
        default:
          break;
      }
    },
    dispose() {
      listening.dispose();
      loop.dispose();
      sampling?.controller.abort();
    },
  };
}
