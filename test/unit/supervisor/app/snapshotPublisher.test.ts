import assert from "node:assert/strict";
import type { Snapshot } from "../../../../src/shared/snapshot.ts";
import { createSnapshotPublisher } from "../../../../src/supervisor/app/snapshotPublisher.ts";
import { sampleSnapshot } from "../../client/samples.ts";

describe("snapshotPublisher", () => {
  let sequence = 0;
  const build = () => {
    sequence += 1;
    return sampleSnapshot({ sequence });
  };
  const next = (publisher: ReturnType<typeof createSnapshotPublisher>) =>
    new Promise<Snapshot>((resolve) => {
      const stop = publisher.onDidPublish((snapshot) => {
        stop.dispose();
        resolve(snapshot);
      });
    });

  beforeEach(() => {
    sequence = 0;
  });

  it("sends one snapshot for many changes, built when it is sent", async () => {
    const publisher = createSnapshotPublisher(build);
    const first = next(publisher);
    for (let change = 0; change < 1_000; change += 1) {
      publisher.invalidate();
    }
    assert.equal(sequence, 0);
    assert.equal((await first).sequence, 1);
    // Whatever else was due at the same time has run after this.
    await new Promise(setImmediate);
    assert.equal(sequence, 1);
  });

  it("leaves 50 ms between two, and loses no change", async () => {
    const delays: (number | undefined)[] = [];
    const { setTimeout: realTimeout } = globalThis;
    const realNow = performance.now;
    let time = 1_000;
    performance.now = () => time;
    globalThis.setTimeout = ((run: () => void, ms?: number) => {
      delays.push(ms);
      return realTimeout(run, 0);
    }) as typeof setTimeout;
    try {
      const publisher = createSnapshotPublisher(build);
      for (const elapsed of [0, 0, 20, 49, 50, 1_000]) {
        time += elapsed;
        publisher.invalidate();
        await next(publisher);
      }
    } finally {
      globalThis.setTimeout = realTimeout;
      performance.now = realNow;
    }
    assert.deepEqual(delays, [0, 50, 30, 1, 0, 0]);
    assert.equal(sequence, 6);
  });

  it("builds nothing while nothing changes, and tells nobody who has left", async () => {
    const publisher = createSnapshotPublisher(build);
    const seen: number[] = [];
    const leave = publisher.onDidPublish((snapshot) => seen.push(snapshot.sequence));
    publisher.invalidate();
    await next(publisher);
    leave.dispose();
    publisher.invalidate();
    await next(publisher);
    assert.deepEqual([seen, sequence], [[1], 2]);
  });

  it("tells what changes while it is being sent with the next one", async () => {
    const publisher = createSnapshotPublisher(build);
    const stop = publisher.onDidPublish(() => {
      stop.dispose();
      publisher.invalidate();
    });
    publisher.invalidate();
    assert.equal((await next(publisher)).sequence, 1);
    assert.equal((await next(publisher)).sequence, 2);
  });
});
