import assert from "node:assert/strict";
import { slowAtFirst } from "../../../src/shared/facts/slowAtFirst.ts";
import { FirstAnswers } from "../../../src/supervisor/traffic/firstAnswers.ts";

const times = (ms: number, count = 20): number[] => Array<number>(count).fill(ms);

describe("the first answers of new workers", () => {
  it("are slow when their median is five times that of the old ones, and 100 ms more", () => {
    assert.deepEqual(slowAtFirst(times(10), times(110)), { oldMs: 10, freshMs: 110 });
    assert.equal(slowAtFirst(times(10), times(109)), undefined);
    assert.equal(slowAtFirst(times(100), times(499)), undefined);
    assert.deepEqual(slowAtFirst(times(100), times(500)), { oldMs: 100, freshMs: 500 });
  });

  it("are not when there are few, or only a few of them take long", () => {
    assert.equal(slowAtFirst(times(1, 19), times(3_000)), undefined);
    assert.equal(slowAtFirst(times(1), times(3_000, 19)), undefined);
    assert.equal(slowAtFirst(times(1), [...times(3_000, 9), ...times(2, 11)]), undefined);
  });

  it("are asked for once a worker has clients, and told of once a renewal", () => {
    const asked: string[] = [];
    const worker = (id: number) => ({
      id,
      send: ({ type }: { readonly type: string }) => {
        asked.push(`${id} ${type}`);
        return true;
      },
    });
    const told: string[] = [];
    const workers = [worker(1), worker(2)];
    const answers = new FirstAnswers(
      () => workers,
      (text) => told.push(text),
    );
    answers.admitted(worker(1));
    answers.begin();
    for (const id of [1, 2, 3, 3]) {
      answers.admitted(worker(id));
    }
    assert.deepEqual(asked, ["1 timeAnswers", "2 timeAnswers", "3 timeAnswers"]);
    answers.answered(worker(3), times(2_000));
    answers.answered(worker(1), times(12, 10));
    assert.deepEqual(told, []);
    answers.answered(worker(2), times(12, 10));
    answers.answered(worker(2), times(12, 10));
    assert.equal(told.length, 1);
    assert.match(told[0] ?? "", /new workers took 2000 ms, those of the old ones 12 ms .*warmup.*readyUrl/);
  });
});
