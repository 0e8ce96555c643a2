import type { Disposable } from "../../client/disposable.ts";
import type { SupervisorClient } from "../../client/supervisorClient.ts";
import { toHitlessError } from "../../shared/errors.ts";
import type { LayerFacts, LayerPulse } from "../../shared/layers/facts.ts";
import type { FailurePlace, HostMessage, PanelMessage, PanelWorker } from "../../shared/layers/panelMessages.ts";
import type { Localize } from "../platform/localize.ts";
import type { AppView } from "../supervisor/appView.ts";
import { chooseWorker, panelStatus } from "./choice.ts";
import { createLayersMemory, type LayersMemory, type RememberedWorker } from "./layersMemory.ts";
import { createPulseLoop } from "./pulseLoop.ts";

/** The apps of the window: what the panel needs of the registry. */
export interface LayersSource {
  readonly scanned: boolean;
  readonly sessions: readonly LayersApp[];
  onDidChange(listener: () => void): Disposable;
}

export interface LayersApp {
  readonly key: string;
  readonly name: string;
  readonly view: AppView;
  readonly client: Pick<SupervisorClient, "request"> | undefined;
}

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
  const memories = new Map<string, LayersMemory>();
  const loop = createPulseLoop(askPulse, now);
  let ready = false;
  let visible = false;
  let app: string | undefined;
  let worker: number | undefined;
  /** The worker that a person picked, which stays chosen though it has ended. */
  let picked: number | undefined;
  let wantedTrace: string | undefined;
  let posted = "";
  let sampling: Sampling | undefined;
  /** Worker that facts are being asked of; what its pulse counted when they came. */
  let askingFacts: number | undefined;
  let factsTried = { worker: 0, at: 0 };
  let factsAt = { worker: 0, counts: "", at: 0 };

  const chosenApp = () => source.sessions.find(({ key }) => key === app);
  const memory = (): LayersMemory => {
    const key = app ?? "";
    const found = memories.get(key) ?? createLayersMemory();
    memories.set(key, found);
    return found;
  };
  const known = () => (worker === undefined ? undefined : memory().find(worker));
  const isLive = () => known() !== undefined && known()?.worker.state !== "gone";
  const fail = (place: FailurePlace, error: unknown) =>
    post({ type: "failure", place, message: toHitlessError(error).message });

  /** Follows the apps and workers, says what there is if that has changed, and asks for what is missing. */
  function update(anew = false): void {
    const before = known()?.worker;
    if (chosenApp() === undefined && source.sessions.length > 0) {
      const active = source.sessions.find(({ client }) => client !== undefined);
      app = (active ?? source.sessions[0])?.key;
      worker = undefined;
    }
    const session = chosenApp();
    if (session !== undefined) {
      followApp(session);
    }
    const workers = memory().workers();
    worker = chooseWorker(workers, { chosen: worker, before, picked })?.id;
    if (!ready) {
      return;
    }
    tellApp(workers);
    const after = known()?.worker;
    const isOther = before?.id !== after?.id;
    const last = before === undefined ? undefined : memory().find(before.id);
    if (isOther && !anew && last?.facts !== undefined && last.worker.state === "gone" && after !== undefined) {
      post({ type: "replaced", from: last.worker, to: after });
    }
    if (isOther || anew) {
      tellKnown();
    }
    watch(isOther || anew);
  }

  function followApp({ client, view }: LayersApp): void {
    const { snapshot } = view;
    if (client === undefined || snapshot === undefined) {
      memory().end();
    } else {
      memory().follow(snapshot);
    }
  }

  function tellApp(workers: readonly PanelWorker[]): void {
    const session = chosenApp();
    const message: HostMessage = {
      type: "app",
      apps: source.sessions.map(({ key, name }) => ({ key, name })),
      ...(app !== undefined && { app }),
      status: panelStatus(source.scanned, session?.view),
      ...(session?.view.problem !== undefined && { problem: session.view.problem }),
      ...(session !== undefined && { root: session.view.snapshot?.app.root ?? session.view.root }),
      workers: [...workers],
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
    const { facts, pulse, sample } = known() ?? {};
    if (facts !== undefined) {
      post({ type: "facts", facts });
    }
    if (pulse !== undefined) {
      post({ type: "pulse", pulse });
    }
    if (sample !== undefined) {
      post({ type: "sample", sample });
    }
    if (sampling !== undefined && sampling.worker === worker && sampling.app === app) {
      const { seconds, startedAt } = sampling;
      post({ type: "sampling", worker: sampling.worker, elapsedMs: now() - startedAt, seconds });
    }
  }

  /** Asks as long as somebody looks at a worker that lives. */
  function watch(anew: boolean): void {
    if (!ready || !visible || !isLive() || known()?.worker.state === "starting") {
      loop.stop();
      return;
    }
    if (known()?.facts === undefined && (anew || mayAskFacts())) {
      void askFacts();
    }
    if (anew || !loop.running) {
      loop.start();
    }
  }

  async function askFacts(): Promise<void> {
    const asked = worker;
    if (asked === undefined || askingFacts === asked) {
      return;
    }
    askingFacts = asked;
    factsTried = { worker: asked, at: now() };
    try {
      await fetchFacts(asked, true);
    } catch (error) {
      if (asked === worker && isLive()) {
        fail("facts", error);
      }
    } finally {
      askingFacts = askingFacts === asked ? undefined : askingFacts;
    }
  }

  async function fetchFacts(id: number, tell: boolean): Promise<LayerFacts> {
    const remembered = memory().find(id);
    const facts = await client().request("layers/facts", { worker: id });
    if (remembered !== undefined) {
      remembered.facts = facts;
    }
    if (id === worker) {
      factsAt = { worker: id, counts: "", at: now() };
      if (tell) {
        post({ type: "facts", facts });
      }
    }
    return facts;
  }

  async function askPulse(): Promise<boolean> {
    const asked = worker;
    const remembered = known();
    if (asked === undefined || remembered === undefined) {
      return false;
    }
    try {
      const pulse = await client().request("layers/pulse", { worker: asked });
      remembered.pulse = pulse;
      if (asked === worker && visible) {
        post({ type: "pulse", pulse });
        if (remembered.facts === undefined ? mayAskFacts() : hasMore(pulse)) {
          void askFacts();
        }
      }
      return true;
    } catch (error) {
      if (asked === worker && visible && isLive()) {
        fail("pulse", error);
      }
      return false;
    }
  }

  /** Not again at once when it has failed just now. */
  function mayAskFacts(): boolean {
    return factsTried.worker !== worker || now() - factsTried.at >= factsAgainMs;
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
    const remembered = known();
    if (worker === undefined || app === undefined || remembered === undefined || sampling !== undefined) {
      return;
    }
    const mine: Sampling = { app, worker, seconds, startedAt: now(), controller: new AbortController() };
    sampling = mine;
    const isShown = () => ready && mine.worker === worker && mine.app === app;
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
      const remembered = memory().find(id);
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
    const session = chosenApp();
    if (session?.client === undefined) {
      throw new Error(t("“{0}” does not run.", session?.name ?? ""));
    }
    return session.client;
  }

  function choose(wantedApp: string | undefined, wantedWorker: number | undefined): void {
    if (wantedApp !== undefined && wantedApp !== app) {
      const found = source.sessions.find(({ key, name }) => key === wantedApp || name === wantedApp);
      // Before the workspace was looked through the app may come yet.
      app = found?.key ?? (source.scanned ? undefined : wantedApp);
      worker = undefined;
    }
    if (wantedWorker !== undefined) {
      worker = wantedWorker;
      picked = wantedWorker;
    }
    posted = "";
    update(true);
  }

  const listening = source.onDidChange(() => update());
  return {
    get current() {
      return { app: chosenApp(), known: known() };
    },
    names: (file) => memory().names(file),
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
          choose(app === undefined ? message.app : undefined, worker ?? message.worker);
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
