import assert from "node:assert/strict";
import { readyCount } from "../../../src/shared/facts/snapshotFacts.ts";
import { sampleSnapshot, sampleWorker } from "../client/samples.ts";

describe("readyCount", () => {
  it("counts a slot once while a reload proves a new worker beside the old one", () => {
    const workers = [
      sampleWorker({ id: 1, slot: 1 }),
      sampleWorker({ id: 3, slot: 1, generation: 2 }),
      sampleWorker({ id: 2, slot: 2 }),
    ];
    assert.equal(readyCount(sampleSnapshot({ workers })), 2);
  });

  it("counts none that starts, drains or has exited", () => {
    const workers = (["starting", "draining", "exited", "ready"] as const).map((state, index) =>
      sampleWorker({ id: index + 1, slot: index + 1, state }),
    );
    assert.equal(readyCount(sampleSnapshot({ workers })), 1);
  });
});
