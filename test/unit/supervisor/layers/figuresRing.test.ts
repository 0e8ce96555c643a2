import assert from "node:assert/strict";
import { FiguresRing } from "../../../../src/supervisor/layers/figuresRing.ts";
import { samplePulse } from "../../webview/fixtures.ts";

describe("FiguresRing", () => {
  it("keeps rates of the last ten minutes, once every 1.5 s, whoever asks", () => {
    const ring = new FiguresRing<object>();
    const worker = {};
    const begun = 1_000_000;
    ring.note(worker, samplePulse(), begun);
    assert.deepEqual(ring.of(worker, begun), [], "the first is over the life of the process");
    for (let seconds = 1; seconds <= 900; seconds += 1) {
      ring.note(worker, samplePulse(), begun + seconds * 1_000);
    }
    const kept = ring.of(worker, begun + 900_000);
    assert.equal(kept.length, 300);
    assert.equal((kept.at(-1)?.at ?? 0) - (kept[0]?.at ?? 0) < 600_000, true);
    ring.note(worker, samplePulse(), begun + 1_000_000);
    assert.equal(ring.of(worker, begun + 1_000_000).length, 250, "nothing of the time at which nobody looked");
    assert.deepEqual([ring.of(worker, begun + 2_000_000), ring.of({}, begun)], [[], []]);
  });
});
