import assert from "node:assert/strict";
import { mock } from "node:test";
import { createWorkerFigures } from "../../../src/extension/apps/workerFigures.ts";
import { steadyFigures } from "../../../src/extension/views/steadyFigures.ts";
import { sampleSnapshot } from "../client/samples.ts";
import { samplePulse } from "../webview/fixtures.ts";
import { sampleView } from "./fixtures.ts";

describe("the figures of workers", () => {
  const key = sampleView().key;

  function source(history?: unknown) {
    const asked: number[] = [];
    const request = async (name: string, { worker }: { worker: number }) => {
      if (name === "layers/history") {
        return history;
      }
      asked.push(worker);
      if (worker === 2) {
        throw new Error("blocked");
      }
      return { api: { requestsPerSecond: 3 }, uv: { utilisation: 0.5 }, os: { cpuUser: 0.1, cpuSystem: 0.05, rss: 9 } };
    };
    const sessions = [{ key, view: sampleView({ snapshot: sampleSnapshot() }), client: { request } }];
    return { asked, sessions: sessions as unknown as Parameters<typeof createWorkerFigures>[0]["sessions"] };
  }

  /** Resolves with the next round of answers. */
  function round(watch: ReturnType<typeof createWorkerFigures>): Promise<void> {
    return new Promise((resolve) => {
      const listening = watch.onDidChange(() => {
        listening.dispose();
        resolve();
      });
    });
  }

  afterEach(() => mock.timers.reset());

  it("are asked for while somebody looks, of each worker, and shown from the second answer on", async () => {
    const { asked, sessions } = source();
    let time = 1_000_000;
    mock.timers.enable({ apis: ["setInterval"] });
    const watch = createWorkerFigures({ sessions }, () => time);
    assert.deepEqual(asked, []);
    watch.setLooking("tree", "all");
    await round(watch);
    assert.deepEqual(asked, [1, 2]);
    assert.equal(watch.of(key, 1), undefined, "the first is over the life of the process");
    const second = round(watch);
    time += 2_000;
    mock.timers.tick(2_000);
    await second;
    assert.deepEqual(watch.of(key, 1), { cpu: 0.15000000000000002, memory: 9, requestsPerSecond: 3, busy: 0.5 });
    assert.equal(watch.of(key, 2), undefined, "one that does not answer has none");
    watch.setLooking("tree", []);
    mock.timers.tick(60_000);
    assert.deepEqual(asked, [1, 2, 1, 2], "nobody is asked while hidden");
    watch.dispose();
  });

  it("begin with what other windows have seen, by this machine's clock", async () => {
    const figures = [{ at: 500_000 }, { at: 502_000 }].map((at) => ({ ...at, cpu: 0.5, memory: 7 }));
    const { sessions } = source({ now: 510_000, workers: [{ worker: 1, figures }] });
    mock.timers.enable({ apis: ["setInterval"] });
    const watch = createWorkerFigures({ sessions }, () => 1_000_000);
    watch.setLooking("panel", [key]);
    await round(watch);
    assert.deepEqual(watch.history(key, 1), [
      { at: 990_000, cpu: 0.5, memory: 7 },
      { at: 992_000, cpu: 0.5, memory: 7 },
    ]);
    watch.dispose();
  });

  it("wait for no app that does not answer, as one on a slow machine", async () => {
    const slow = sampleView({ key: "machine/slow" });
    const snapshot = sampleSnapshot();
    const { sessions } = source();
    const asked: string[] = [];
    const silent = {
      key: slow.key,
      view: { ...slow, snapshot },
      client: {
        request: (name: string) => {
          asked.push(name);
          return new Promise(() => undefined);
        },
      },
    };
    const all = [silent as unknown as (typeof sessions)[number], ...sessions];
    let time = 1_000_000;
    mock.timers.enable({ apis: ["setInterval"] });
    const watch = createWorkerFigures({ sessions: all }, () => time);
    watch.setLooking("tree", "all");
    await round(watch);
    const second = round(watch);
    time += 2_000;
    mock.timers.tick(2_000);
    await second;
    assert.equal(watch.of(key, 1)?.memory, 9);
    assert.equal(watch.of(slow.key, 1), undefined);
    assert.equal(
      asked.filter((name) => name === "layers/pulse").length,
      2,
      "it is not asked again before it has answered",
    );
    watch.dispose();
  });

  it("are those of the app that somebody looks at, and are kept for ten minutes", async () => {
    const { asked, sessions } = source();
    let time = 1_000_000;
    mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
    const watch = createWorkerFigures({ sessions }, () => time);
    const next = async (): Promise<void> => {
      const answers = round(watch);
      time += 2_000;
      mock.timers.tick(2_000);
      await answers;
    };
    const empty = round(watch);
    watch.setLooking("panel", ["/srv/other#other"]);
    await empty;
    await next();
    assert.deepEqual(asked, [], "nobody looks at this app");
    const first = round(watch);
    watch.setLooking("panel", [key]);
    await first;
    for (let rounds = 0; rounds < 400; rounds += 1) {
      await next();
    }
    const kept = watch.history(key, 1);
    assert.equal(kept.length, 300);
    assert.equal((kept.at(-1)?.at ?? 0) - (kept[0]?.at ?? 0), 598_000);
    assert.deepEqual(watch.history(key, 2), [], "one that does not answer has none");

    watch.setLooking("panel", []);
    const times = asked.length;
    mock.timers.tick(599_000);
    assert.equal(watch.history(key, 1).length, 300);
    mock.timers.tick(1_000);
    assert.deepEqual(watch.history(key, 1), [], "forgotten when nobody has looked for ten minutes");
    assert.equal(asked.length, times);
    watch.dispose();
  });

  it("are not those of the life of a process that was left alone for a while", async () => {
    const { sessions } = source();
    let time = 1_000_000;
    mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
    const watch = createWorkerFigures({ sessions }, () => time);
    const look = async (): Promise<void> => {
      const answers = round(watch);
      watch.setLooking("tree", "all");
      await answers;
    };
    await look();
    watch.setLooking("tree", []);
    time += 60_000;
    await look();
    assert.equal(watch.of(key, 1), undefined);
    const second = round(watch);
    time += 2_000;
    mock.timers.tick(2_000);
    await second;
    assert.equal(watch.of(key, 1)?.memory, 9);
    watch.setLooking("tree", []);
    assert.equal(watch.of(key, 1), undefined, "what is old is not what it uses now");
    watch.dispose();
  });

  it("are taken from what the panel has just asked, so that no answer is of some milliseconds", async () => {
    const { asked, sessions } = source();
    let time = 1_000_000;
    mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
    const watch = createWorkerFigures({ sessions }, () => time);
    const first = round(watch);
    watch.setLooking("panel", [key]);
    await first;
    for (const cpuUser of [0.3, 0.4]) {
      time += 1_000;
      watch.learn(key, 1, samplePulse({ os: { ...samplePulse().os, cpuUser, cpuSystem: 0 } }));
    }
    asked.length = 0;
    const second = round(watch);
    mock.timers.tick(2_000);
    await second;
    assert.deepEqual(asked, [2]);
    assert.equal(watch.of(key, 1)?.cpu, 0.4);
    const third = round(watch);
    time += 2_000;
    mock.timers.tick(2_000);
    await third;
    assert.deepEqual(asked, [2, 1, 2], "it is asked again when the panel has not for a while");
    watch.dispose();
  });

  it("are no rates of some milliseconds, whoever begins to look just now", async () => {
    const { asked, sessions } = source();
    let time = 1_000_000;
    mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
    const watch = createWorkerFigures({ sessions }, () => time);
    const first = round(watch);
    watch.setLooking("tree", "all");
    await first;
    time += 5;
    asked.length = 0;
    const second = round(watch);
    watch.setLooking("panel", [key]);
    watch.learn(key, 1, samplePulse());
    await second;
    assert.deepEqual(asked, [2], "but for the one that did not answer");
    assert.equal(watch.of(key, 1), undefined);
    watch.dispose();
  });

  it("tremble in no row: what has hardly changed is shown as it was", () => {
    const shown = { cpu: 0.1, memory: 100_000_000, requestsPerSecond: 20 };
    const near = { cpu: 0.11, memory: 101_000_000, requestsPerSecond: 21 };
    assert.equal(steadyFigures(shown, near), shown);
    for (const change of [{ cpu: 0.2 }, { memory: 120_000_000 }, { requestsPerSecond: 30 }, { requestsPerSecond: 0 }]) {
      assert.deepEqual(steadyFigures(shown, { ...near, ...change }), { ...near, ...change });
    }
    assert.equal(steadyFigures(shown, undefined), undefined);
    assert.equal(steadyFigures(undefined, near), near);
  });
});
