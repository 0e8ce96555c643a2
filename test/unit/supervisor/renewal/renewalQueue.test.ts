import assert from "node:assert/strict";
import type { LaunchRecipe } from "../../../../src/shared/appConfig.ts";
import { createRenewalQueue } from "../../../../src/supervisor/renewal/renewalQueue.ts";
import { sampleReport } from "../../client/samples.ts";

describe("renewalQueue", () => {
  let begun: unknown[] = [];
  let running = true;
  let queue: ReturnType<typeof createRenewalQueue>;
  const recipe = (entry: string) => ({ entry }) as LaunchRecipe;

  beforeEach(() => {
    begun = [];
    running = true;
    queue = createRenewalQueue({
      canBegin: () => running,
      begin: ({ kind, slots, recipe: wanted, files }) =>
        begun.push([kind, slots && [...slots].sort(), wanted?.entry, ...(files === undefined ? [] : [files])]),
    });
  });

  it("begins the first request at once", async () => {
    const answer = queue.request({ kind: "reload", recipe: recipe("a.js") });
    assert.deepEqual(begun, [["reload", undefined, "a.js"]]);
    assert.equal(queue.waiting, false);
    const report = sampleReport();
    queue.finished(report);
    assert.equal(await answer, report);
  });

  it("makes all requests that come meanwhile one, which begins when the first is over", async () => {
    const first = queue.request({ kind: "reload" });
    const others = [1, 2, 3].map(() => queue.request({ kind: "reload" }));
    assert.equal(begun.length, 1);
    assert.equal(queue.waiting, true);
    queue.finished(sampleReport({ to: 2 }));
    assert.equal(begun.length, 2);
    assert.equal(queue.waiting, false);
    queue.finished(sampleReport({ to: 3 }));
    assert.equal((await first).to, 2);
    assert.deepEqual(
      (await Promise.all(others)).map(({ to }) => to),
      [3, 3, 3],
    );
    assert.equal(begun.length, 2);
  });

  it("begins what runs anew, with what waits, as one", async () => {
    const first = queue.request({ kind: "reload", recipe: recipe("a.js"), files: ["a"] });
    const again = queue.again({ kind: "reload", files: ["b"] });
    assert.deepEqual(begun.at(-1), ["reload", undefined, "a.js", ["a", "b"]]);
    const asked = queue.request({ kind: "restart" });
    const last = queue.again({ kind: "reload", files: ["c"] });
    assert.deepEqual([begun.at(-1), queue.waiting], [["restart", undefined, "a.js"], false]);
    queue.finished(sampleReport({ to: 7 }));
    assert.deepEqual(
      (await Promise.all([first, again, asked, last])).map(({ to }) => to),
      [7, 7, 7, 7],
    );
  });

  it("lets the strongest kind that was asked for win, in any order", () => {
    for (const [kinds, merged] of [
      [["reload", "gracefulReload"], "gracefulReload"],
      [["gracefulReload", "reload"], "gracefulReload"],
      [["restart", "reload", "gracefulReload"], "restart"],
      [["reload", "reload"], "reload"],
    ] as const) {
      begun = [];
      void queue.request({ kind: "reload" });
      for (const kind of kinds) {
        void queue.request({ kind });
      }
      queue.finished(sampleReport());
      assert.deepEqual(begun[1], [merged, undefined, undefined]);
      queue.finished(sampleReport());
    }
  });

  it("joins single workers, and drowns them in a request for all", () => {
    void queue.request({ kind: "reload", slot: 1 });
    void queue.request({ kind: "reload", slot: 3 });
    void queue.request({ kind: "reload", slot: 2 });
    void queue.request({ kind: "reload", slot: 3 });
    queue.finished(sampleReport());
    assert.deepEqual(begun[1], ["reload", [2, 3], undefined]);
    void queue.request({ kind: "reload", slot: 1 });
    void queue.request({ kind: "reload" });
    void queue.request({ kind: "reload", slot: 2 });
    queue.finished(sampleReport());
    assert.deepEqual(begun[2], ["reload", undefined, undefined]);
  });

  it("takes the latest recipe", () => {
    void queue.request({ kind: "reload" });
    void queue.request({ kind: "reload", recipe: recipe("a.js") });
    void queue.request({ kind: "reload", recipe: recipe("b.js") });
    void queue.request({ kind: "reload" });
    queue.finished(sampleReport());
    assert.deepEqual(begun[1], ["reload", undefined, "b.js"]);
  });

  it("calls it a matter of files only where nobody asked for it, and names each file once", () => {
    void queue.request({ kind: "reload", files: ["a.js"] });
    assert.deepEqual(begun[0], ["reload", undefined, undefined, ["a.js"]]);
    void queue.request({ kind: "reload", files: ["a.js", "b.js"] });
    void queue.request({ kind: "reload", files: ["b.js", "c.js"] });
    queue.finished(sampleReport());
    assert.deepEqual(begun[1], ["reload", undefined, undefined, ["a.js", "b.js", "c.js"]]);
    void queue.request({ kind: "reload", files: ["a.js"] });
    void queue.request({ kind: "gracefulReload" });
    queue.finished(sampleReport());
    assert.deepEqual(begun[2], ["gracefulReload", undefined, undefined]);
  });

  it("rejects what waits when the app was stopped meanwhile, and goes on afterwards", async () => {
    const first = queue.request({ kind: "reload" });
    const second = queue.request({ kind: "reload" });
    running = false;
    queue.finished(sampleReport({ outcome: "failed" }));
    assert.equal((await first).outcome, "failed");
    await assert.rejects(second, { code: "invalidState", remedy: "start", message: /stopped before this renewal/ });
    running = true;
    void queue.request({ kind: "restart" });
    assert.deepEqual(begun.at(-1), ["restart", undefined, undefined]);
    assert.equal(queue.waiting, false);
  });
});

describe("a renewal request that is taken back", () => {
  it("is dropped while it waits, and leaves the one that runs to whoever asked for it", async () => {
    const begun: string[] = [];
    const queue = createRenewalQueue({ canBegin: () => true, begin: ({ kind }) => begun.push(kind) });
    const running = queue.request({ kind: "reload" });
    const waiting = queue.request({ kind: "restart" });
    assert.equal(queue.withdraw(waiting), false);
    await assert.rejects(waiting, /cancelled before it began/);
    assert.equal(queue.waiting, false);
    assert.equal(queue.withdraw(running), true);
    assert.deepEqual(begun, ["reload"]);
  });
});
