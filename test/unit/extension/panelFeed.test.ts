import assert from "node:assert/strict";
import { mock } from "node:test";
import type { MeasuredAt } from "../../../src/extension/apps/figuresHistory.ts";
import { LayersFeed } from "../../../src/extension/panel/layersFeed.ts";
import type { LayersApp } from "../../../src/extension/panel/layersSelection.ts";
import type { KeptSample } from "../../../src/extension/panel/sample/keptSample.ts";
import { createEmitter } from "../../../src/shared/basics/emitter.ts";
import type { WorkerFigures } from "../../../src/shared/facts/pulseFigures.ts";
import type { LayerFacts } from "../../../src/shared/layers/facts.ts";
import type { HostMessage, HostMessageOf } from "../../../src/shared/layers/panelMessages.ts";
import type { Snapshot, WorkerView } from "../../../src/shared/snapshot.ts";
import { sampleSnapshot, sampleWorker } from "../client/samples.ts";
import { beginMessage, sampleFacts, samplePulse, sampleSample } from "../webview/fixtures.ts";
import { english, sampleView } from "./fixtures.ts";

interface Asked {
  readonly name: string;
  readonly worker: number;
  readonly signal: AbortSignal | undefined;
}

/** A window with one app, whose supervisor answers with fixtures. */
class Scene {
  readonly asked: Asked[] = [];
  readonly posted: HostMessage[] = [];
  readonly changes = createEmitter<void>();
  answer: (name: string, worker: number, signal?: AbortSignal) => unknown = (name, worker) => answerOf(name, worker);
  snapshot: Snapshot | undefined = sampleSnapshot();
  /** Of whom the figures are measured, and what is known of each worker. */
  measured: "all" | readonly string[] = [];
  readonly learnt: number[] = [];
  histories: Readonly<Record<number, readonly MeasuredAt<WorkerFigures>[]>> = {};
  readonly rounds = createEmitter<void>();
  now = 0;
  /** The last sample, as a former window has left it. */
  last: KeptSample | undefined;
  readonly feed: LayersFeed;

  constructor() {
    const scene = this;
    const client: LayersApp["client"] = {
      request: async (name, params, options) => {
        const worker = "worker" in params && typeof params.worker === "number" ? params.worker : 0;
        scene.asked.push({ name, worker, signal: options?.signal });
        // What comes back is what the name asks for.
        return (await scene.answer(name, worker, options?.signal)) as never;
      },
    };
    const app: LayersApp = {
      key: "/srv/api#api",
      name: "api",
      get view() {
        const state = scene.snapshot === undefined ? "stopped" : "running";
        return sampleView({ snapshot: scene.snapshot, state });
      },
      get client() {
        return scene.snapshot === undefined ? undefined : client;
      },
    };
    this.feed = new LayersFeed({
      source: { scanned: true, sessions: [app], onDidChange: this.changes.on },
      figures: {
        setLooking: (_viewer, apps) => {
          this.measured = apps;
        },
        learn: (_app, worker) => this.learnt.push(worker),
        history: (_app, worker) => this.histories[worker] ?? [],
        onDidChange: this.rounds.on,
      },
      kept: () => ({
        keep: (sample) => {
          this.last = sample;
        },
        find: (key, { id }) => (this.last?.app === key && this.last.sample.worker.id === id ? this.last : undefined),
      }),
      post: (message) => this.posted.push(message),
      begin: () => beginMessage,
      now: () => this.now,
      t: english,
    });
  }

  /** Lets a second or so pass. */
  async pass(ms: number): Promise<void> {
    this.now += ms;
    mock.timers.tick(ms);
    await turn();
  }

  async show(): Promise<void> {
    this.feed.setVisible(true);
    this.feed.receive({ type: "ready" });
    await turn();
  }

  async workersAre(workers: WorkerView[], supervisor?: Partial<Snapshot["supervisor"]>): Promise<void> {
    const snapshot = sampleSnapshot({ workers });
    this.snapshot = { ...snapshot, supervisor: { ...snapshot.supervisor, ...supervisor } };
    this.changes.fire();
    await turn();
  }

  of<Type extends HostMessage["type"]>(type: Type): HostMessageOf<Type>[] {
    return this.posted.filter((message): message is HostMessageOf<Type> => message.type === type);
  }

  /** Forgets what was asked and posted until now. */
  forget(): void {
    this.asked.length = 0;
    this.posted.length = 0;
  }

  count(name: string): number {
    return this.asked.filter((each) => each.name === name).length;
  }
}

function factsOf(id: number): LayerFacts {
  return sampleFacts({ worker: { id, slot: 1, pid: 4000 + id, generation: 1 } });
}

function answerOf(name: string, id: number): unknown {
  const worker = { id, slot: 1, pid: 4000 + id, generation: 1 };
  switch (name) {
    case "layers/facts":
      return factsOf(id);
    case "layers/pulse":
      return samplePulse({ worker });
    default:
      return sampleSample({ worker });
  }
}

/** Lets all that was promised come true. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe("the feed of the layers panel", () => {
  let scene: Scene;

  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout"] });
    scene = new Scene();
  });

  afterEach(() => {
    scene.feed.dispose();
    mock.timers.reset();
  });

  it("tells the page all there is when it is ready, and asks nothing before", async () => {
    scene.feed.setVisible(true);
    await scene.pass(3_000);
    assert.deepEqual(scene.asked, []);
    assert.deepEqual(scene.posted, []);

    scene.feed.receive({ type: "ready" });
    await turn();
    assert.deepEqual(
      scene.posted.map(({ type }) => type),
      ["begin", "app", "figures", "facts", "pulse"],
    );
    const [app] = scene.of("app");
    assert.equal(app?.worker, 1);
    assert.equal(app?.status, "running");
    assert.deepEqual(
      scene.asked.map(({ name, worker }) => [name, worker]),
      [
        ["layers/facts", 1],
        ["layers/pulse", 1],
      ],
    );
  });

  it("asks for the pulse once a second while it is seen, and for nothing while it is hidden", async () => {
    await scene.show();
    scene.forget();
    for (let second = 0; second < 3; second += 1) {
      await scene.pass(1_000);
    }
    assert.equal(scene.count("layers/pulse"), 3);
    assert.equal(scene.count("layers/facts"), 0);

    scene.feed.setVisible(false);
    scene.forget();
    await scene.pass(60_000);
    await scene.workersAre([sampleWorker({ addresses: [] })]);
    assert.deepEqual(scene.asked, []);
    assert.deepEqual(scene.posted, []);

    await scene.show();
    assert.equal(scene.count("layers/pulse"), 1);
    // What is known is told again, not asked for again.
    assert.equal(scene.count("layers/facts"), 0);
    assert.equal(scene.of("facts").length, 1);
  });

  it("has the workers measured while it is seen, and sends what is new of them", async () => {
    const at = (time: number): MeasuredAt<WorkerFigures> => ({
      at: time,
      cpu: 0.1,
      memory: 9,
      busy: 0.2,
      delayP99: 11,
    });
    const sent = (time: number) => ({ at: time, cpu: 0.1, memory: 9, delayP99: 11 });
    scene.snapshot = sampleSnapshot({ workers: [sampleWorker(), sampleWorker({ id: 2, slot: 2 })] });
    scene.histories = { 1: [at(1_000), at(3_000)], 9: [at(3_000)] };
    scene.feed.setVisible(true);
    assert.deepEqual(scene.measured, [], "the page is not there yet");
    await scene.show();
    assert.deepEqual(scene.measured, ["/srv/api#api"]);
    assert.deepEqual(scene.learnt, [1], "what the panel asks itself need not be asked again");
    assert.deepEqual(
      scene.of("figures").map(({ whole, workers }) => [whole, workers]),
      [[true, [{ id: 1, points: [sent(1_000), sent(3_000)] }]]],
    );

    scene.histories = { 1: [at(1_000), at(3_000), at(5_000)], 2: [at(5_000)] };
    scene.rounds.fire();
    const [, news] = scene.of("figures");
    assert.equal(news?.whole, false);
    assert.deepEqual(news?.workers, [
      { id: 1, points: [sent(5_000)] },
      { id: 2, points: [sent(5_000)] },
    ]);

    scene.feed.setVisible(false);
    assert.deepEqual(scene.measured, []);
    scene.forget();
    scene.rounds.fire();
    assert.deepEqual(scene.posted, []);
    await scene.show();
    assert.equal(scene.of("figures")[0]?.whole, true, "the page begins anew");
    assert.equal(scene.of("figures")[0]?.workers[0]?.points.length, 3);
    await scene.workersAre([sampleWorker()], { pid: 9_999 });
    assert.equal(scene.of("figures").at(-1)?.whole, true, "the ids of another supervisor mean other workers");
    scene.feed.dispose();
    assert.deepEqual(scene.measured, []);
  });

  it("keeps an answer that comes after the apps have changed", async () => {
    let answer: (value: unknown) => void = () => undefined;
    scene.answer = (name, worker) =>
      name === "layers/facts"
        ? new Promise((resolve) => {
            answer = resolve;
          })
        : answerOf(name, worker);
    await scene.show();
    await scene.workersAre([sampleWorker({ memory: 1 })]);
    answer(factsOf(1));
    await turn();
    scene.feed.setVisible(false);
    scene.forget();
    await scene.show();
    assert.equal(scene.of("facts").length, 1);
    assert.equal(scene.count("layers/facts"), 0);
  });

  it("never asks twice at a time", async () => {
    let answer: (value: unknown) => void = () => undefined;
    await scene.show();
    scene.forget();
    scene.answer = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    await scene.pass(1_000);
    await scene.pass(9_000);
    assert.equal(scene.count("layers/pulse"), 1);
    answer(answerOf("layers/pulse", 1));
    await turn();
    await scene.pass(0);
    assert.equal(scene.count("layers/pulse"), 2);
  });

  it("follows a worker to the one that takes its slot, and can still compare the two", async () => {
    await scene.show();
    scene.forget();
    const next = sampleWorker({ id: 3, slot: 1, pid: 4801, generation: 2 });
    await scene.workersAre([{ ...sampleWorker(), state: "draining" }, next]);
    assert.equal(scene.of("app").at(-1)?.worker, 1);
    await scene.workersAre([next]);
    assert.equal(scene.of("app").at(-1)?.worker, 3);
    assert.deepEqual(
      scene.of("replaced").map(({ from, to }) => [from.id, from.state, to.id]),
      [[1, "gone", 3]],
    );
    assert.equal(scene.of("facts").at(-1)?.facts.worker.id, 3);

    scene.forget();
    scene.feed.receive({ type: "compare", left: 1, right: 3 });
    await turn();
    const [comparison] = scene.of("comparison");
    assert.equal(comparison?.left.worker.id, 1);
    assert.equal(comparison?.right.worker.id, 3);
    assert.deepEqual(
      scene.asked.map(({ worker }) => worker),
      [3],
    );
  });

  it("shows what is kept of a worker that ended when somebody picks it, and asks it nothing", async () => {
    await scene.show();
    await scene.workersAre([sampleWorker({ id: 3 })]);
    scene.forget();
    scene.feed.receive({ type: "choose", worker: 1 });
    await turn();
    await scene.pass(5_000);
    assert.deepEqual(scene.asked, []);
    assert.equal(scene.of("facts").at(-1)?.facts.worker.id, 1);
    assert.equal(scene.of("app").at(-1)?.worker, 1);
    await scene.workersAre([sampleWorker({ id: 3, slot: 1, health: "unresponsive" })]);
    assert.equal(scene.of("app").at(-1)?.worker, 1);
  });

  it("keeps what it knows when the app stops, and forgets it with another supervisor", async () => {
    await scene.show();
    scene.snapshot = undefined;
    scene.changes.fire();
    await turn();
    const stopped = scene.of("app").at(-1);
    assert.equal(stopped?.status, "stopped");
    assert.deepEqual(
      stopped?.workers.map(({ id, state }) => [id, state]),
      [[1, "gone"]],
    );
    await scene.workersAre([sampleWorker()], { pid: 9_999 });
    const again = scene.of("app").at(-1);
    assert.deepEqual(
      again?.workers.map(({ id, state }) => [id, state]),
      [[1, "ready"]],
    );
    assert.equal(again?.worker, 1);
  });

  it("says why it knows nothing, tries again later, and at once when asked to", async () => {
    scene.answer = () => Promise.reject(new Error("the worker is busy"));
    await scene.show();
    assert.deepEqual(
      scene
        .of("failure")
        .map(({ place, message }) => [place, message])
        .sort(),
      [
        ["facts", "the worker is busy"],
        ["pulse", "the worker is busy"],
      ],
    );
    scene.forget();
    await scene.pass(4_900);
    assert.deepEqual(scene.asked, []);
    scene.answer = answerOf;
    await scene.pass(100);
    assert.equal(scene.count("layers/pulse"), 1);
    assert.equal(scene.of("facts").length, 1);

    scene.forget();
    scene.feed.receive({ type: "retry" });
    await turn();
    assert.equal(scene.count("layers/pulse"), 1);
  });

  it("keeps the last sample with its profile, and shows that of a former window if its worker still runs", async () => {
    const sample = sampleSample({ worker: { id: 1, slot: 1, pid: 4_001, generation: 1 } });
    scene.answer = (name, worker) => (name === "layers/sample" ? { ...sample, profile: "{}" } : answerOf(name, worker));
    await scene.show();
    scene.feed.receive({ type: "sample", seconds: 5 });
    await turn();
    assert.deepEqual(scene.last, { app: "/srv/api#api", sample, profile: "{}" });
    assert.equal("profile" in (scene.of("sample").at(-1)?.sample ?? {}), false);
    assert.equal(scene.feed.current.known?.profile, "{}");

    const next = new Scene();
    next.last = scene.last;
    await next.show();
    assert.deepEqual(
      next.of("sample").map((message) => message.sample),
      [sample],
    );
    assert.equal(next.feed.current.known?.profile, "{}");
  });

  it("samples, tells of it to a page that comes later, and ends it early", async () => {
    await scene.show();
    scene.answer = (name, worker, signal) =>
      name === "layers/sample"
        ? new Promise((resolve) => {
            signal?.addEventListener("abort", () => resolve({ ...sampleSample(), cancelled: true }));
          })
        : answerOf(name, worker);
    scene.feed.receive({ type: "sample", seconds: 5 });
    scene.feed.receive({ type: "sample", seconds: 5 });
    await turn();
    assert.equal(scene.count("layers/sample"), 1);
    await scene.pass(2_000);
    scene.feed.setVisible(false);
    await scene.show();
    assert.deepEqual(scene.of("sampling").at(-1), { type: "sampling", worker: 1, elapsedMs: 2_000, seconds: 5 });

    scene.feed.receive({ type: "cancelSample" });
    await turn();
    assert.equal(scene.of("sample").at(-1)?.sample.cancelled, true);
  });

  it("asks for the facts again when the pulse tells of more, at most every five seconds", async () => {
    await scene.show();
    scene.forget();
    let modules = 20;
    scene.answer = (name, worker) => {
      modules += 1;
      return name === "layers/pulse" ? samplePulse({ code: { modules, packages: 3 } }) : answerOf(name, worker);
    };
    for (let second = 0; second < 12; second += 1) {
      await scene.pass(1_000);
    }
    assert.equal(scene.count("layers/facts"), 2);
  });

  it("knows the files that a worker has named, and no others", async () => {
    await scene.show();
    scene.feed.receive({ type: "sample", seconds: 5 });
    await turn();
    const { entry, modules } = factsOf(1).code;
    assert.ok(scene.feed.names(entry));
    assert.ok(modules.every(({ file }) => scene.feed.names(file)));
    assert.ok(scene.feed.names("/home/ann/work/shop/src/prices/rounding.js"));
    assert.equal(scene.feed.names("/etc/passwd"), false);
    assert.equal(scene.feed.names("/home/ann/work/shop/../../.ssh/id_rsa"), false);
  });

  it("shows the trace that was asked for before the page was there", async () => {
    scene.feed.trace("fs.readFile");
    assert.deepEqual(scene.posted, []);
    await scene.show();
    assert.deepEqual(scene.of("trace"), [{ type: "trace", name: "fs.readFile" }]);
    scene.feed.trace("fetch");
    assert.equal(scene.of("trace").at(-1)?.name, "fetch");
  });
});
