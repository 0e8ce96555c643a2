import assert from "node:assert/strict";
import type { LaunchRecipe } from "../../../../src/shared/appConfig.ts";
import { drainOrderFor } from "../../../../src/supervisor/worker/leaving/drainOrder.ts";
import type { WorkerHandle } from "../../../../src/supervisor/worker/workerHandle.ts";

const recipe = { drainTimeout: 30_000, streamGrace: 700, drainSpread: 50, handoff: true } as LaunchRecipe;

function worker(servers: Readonly<Record<string, boolean>>): WorkerHandle {
  const entries = Object.entries(servers).map(([key, handoff]) => [key, { url: key, handoff }] as const);
  return { servers: new Map(entries) } as unknown as WorkerHandle;
}

describe("drainOrderFor", () => {
  const old = worker({ "::|80": true, "::|81": true, "::|82": true });
  const handoffTo = (...serving: readonly WorkerHandle[]): readonly string[] =>
    drainOrderFor(old, recipe, { handoff: true, graceful: false, serving }).handoff;

  it("hands over only what another serving worker listens for and can take", () => {
    assert.deepEqual(handoffTo(worker({ "::|80": true, "::|82": false, "::|90": true })), ["::|80"]);
    assert.deepEqual(handoffTo(worker({ "::|80": true }), worker({ "::|81": true })), ["::|80", "::|81"]);
  });

  it("hands nothing to the worker itself, nor to nobody", () => {
    assert.deepEqual(handoffTo(old), []);
    assert.deepEqual(handoffTo(), []);
  });

  it("gives what can't be moved its time, but never the whole of drainTimeout", () => {
    const how = { handoff: true, graceful: true, serving: [] };
    assert.deepEqual(drainOrderFor(old, recipe, how), {
      handoff: [],
      graceful: true,
      idleGraceMs: 29_000,
      streamGraceMs: 700,
      spreadMs: 50,
      drainTimeout: 30_000,
    });
    assert.equal(drainOrderFor(old, { ...recipe, drainTimeout: 500 }, how).idleGraceMs, 0);
    const slow = { ...recipe, streamGrace: 60_000, drainSpread: 60_000, drainTimeout: 4_000 };
    const { streamGraceMs, spreadMs } = drainOrderFor(old, slow, how);
    assert.deepEqual([streamGraceMs, spreadMs], [3_000, 3_000]);
  });

  it("ends what idles when the service does not go on as soon as its last requests are here, whoever serves", () => {
    const stop = drainOrderFor(old, recipe, { handoff: false, graceful: false, serving: [worker({ "::|80": true })] });
    assert.deepEqual([stop.handoff, stop.idleGraceMs, stop.streamGraceMs, stop.spreadMs], [[], 100, 0, 0]);
  });

  it("with handoff off, closes politely what it would have handed over", () => {
    const other = worker({ "::|80": true });
    const off = drainOrderFor(old, { ...recipe, handoff: false }, { handoff: true, graceful: false, serving: [other] });
    assert.deepEqual([off.handoff, off.idleGraceMs], [[], 29_000]);
  });
});
