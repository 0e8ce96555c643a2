import assert from "node:assert/strict";
import { type Departing, Departures } from "../../../../src/supervisor/renewal/steps/departures.ts";

interface Fake extends Departing {
  readonly id: number;
  state: Departing["state"];
  handedOver: number;
}

describe("departures", () => {
  let now = 0;
  /** What was asked to be woken after. */
  let wakes: number[] = [];

  beforeEach(() => {
    now = 0;
    wakes = [];
  });

  function row(count: number): Fake[] {
    return Array.from({ length: count }, (_, index) => ({
      id: index + 1,
      state: "ready",
      drain: undefined,
      handedOver: 0,
    }));
  }

  function idsOf(workers: readonly Fake[]): number[] {
    return workers.map(({ id }) => id);
  }

  function due(departures: Departures<Fake>): number[] {
    return idsOf(departures.takeDue((ms) => wakes.push(ms)));
  }

  it("lets the next go when the one before is gone and had nothing to give, or after 100 ms", () => {
    const departures = new Departures<Fake>(1, () => now);
    const [first, ...others] = row(3);
    assert.ok(first !== undefined);
    departures.add([first, ...others]);
    assert.deepEqual(due(departures), [1]);
    assert.deepEqual(wakes, [100]);
    now = 30;
    assert.deepEqual(due(departures), []);
    assert.deepEqual(wakes, [100, 70]);
    first.state = "exited";
    assert.deepEqual(due(departures), [2]);
    now = 129;
    assert.deepEqual(due(departures), []);
    now = 130;
    assert.deepEqual(due(departures), [3]);
    assert.deepEqual(due(departures), []);
    assert.equal(wakes.at(-1), 1, "nobody waits any more");
  });

  it("lets what one that has given connections away causes be over before the next begins", () => {
    const departures = new Departures<Fake>(1, () => now);
    const [first, ...others] = row(2);
    assert.ok(first !== undefined);
    departures.add([first, ...others]);
    assert.deepEqual(due(departures), [1]);
    first.handedOver = 25;
    first.state = "exited";
    now = 40;
    assert.deepEqual(due(departures), []);
    assert.equal(wakes.at(-1), 30);
    now = 70;
    assert.deepEqual(due(departures), [2]);
  });

  it("has told all within a second, however many there are", () => {
    for (const [count, atOnce, turnMs] of [
      [40, 1, 25],
      [40, 16, 100],
      [64, 4, 62.5],
    ] as const) {
      now = 0;
      const departures = new Departures<Fake>(atOnce, () => now);
      departures.add(row(count));
      let told = due(departures).length;
      assert.equal(told, atOnce);
      while (told < count) {
        now += turnMs;
        told += due(departures).length;
      }
      assert(now <= 1_000, `${count}: ${now} ms`);
    }
  });

  it("leaves out who has died before its turn, and hurries when it is told to", () => {
    const departures = new Departures<Fake>(1, () => now);
    const workers = row(4);
    departures.add(workers);
    due(departures);
    for (const worker of workers.slice(0, 2)) {
      worker.state = "exited";
    }
    assert.deepEqual(due(departures), [3]);
    assert.deepEqual(idsOf(departures.takeAll()), [4]);
    assert.deepEqual(due(departures), []);
  });
});
