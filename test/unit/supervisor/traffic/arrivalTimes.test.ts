import assert from "node:assert/strict";
import { ArrivalTimes } from "../../../../src/supervisor/traffic/arrivalTimes.ts";

describe("arrivalTimes", () => {
  let now = 0;
  let times: ArrivalTimes;
  const workers = [{ id: 1 }, { id: 2 }];

  beforeEach(() => {
    now = 0;
    times = new ArrivalTimes(() => now);
  });

  /** Gives `count` connections, none of which is confirmed meanwhile; returns how many each worker gets. */
  const give = (count: number): number[] => {
    const underWay = new Map<number, number>();
    for (let given = 0; given < count; given += 1) {
      const { id } = times.soonest(workers, (worker) => underWay.get(worker) ?? 0) ?? { id: 0 };
      underWay.set(id, (underWay.get(id) ?? 0) + 1);
    }
    return workers.map(({ id }) => underWay.get(id) ?? 0);
  };

  const tell = (worker: number, ms: number): void => {
    for (let count = 0; count < 40; count += 1) {
      times.arrived(worker, ms);
    }
  };

  it("gives those of which nothing is known as many each", () => {
    assert.deepEqual(give(40), [20, 20]);
    assert.equal(
      times.soonest([], () => 0),
      undefined,
    );
  });

  it("gives a worker that is busy fewer, in proportion", () => {
    tell(1, 45);
    tell(2, 15);
    assert.deepEqual(give(40), [10, 30]);
  });

  it("makes no difference of what no client notices", () => {
    tell(1, 4.9);
    tell(2, 0.1);
    assert.deepEqual(give(40), [20, 20]);
  });

  it("gives one that was busy as many again, after a while or once it takes them fast", () => {
    tell(1, 40);
    now += 250;
    assert.deepEqual(give(50), [10, 40]);
    now += 1_000;
    assert.deepEqual(give(40), [20, 20]);
    tell(2, 40);
    tell(2, 1);
    assert.deepEqual(give(40), [20, 20]);
  });

  it("knows nothing of a worker that has gone", () => {
    tell(2, 100);
    times.forget(2);
    assert.deepEqual(give(40), [20, 20]);
  });
});
