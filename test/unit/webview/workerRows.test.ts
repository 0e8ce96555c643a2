import assert from "node:assert/strict";
import type { FiguresPoint, HostMessageOf } from "../../../src/shared/layers/panelMessages.ts";
import { addToHistories, noHistories } from "../../../src/webview/model/histories.ts";
import { createNumbers } from "../../../src/webview/model/numbers.ts";
import { trendPath } from "../../../src/webview/model/trendPath.ts";
import { workerRows } from "../../../src/webview/model/workerRows.ts";
import { figuresMessage, workers } from "./fixtures.ts";

const numbers = createNumbers("en");
const end = 10_000_000;

function told(points: readonly FiguresPoint[], changes: Partial<HostMessageOf<"figures">> = {}) {
  return { ...figuresMessage, at: end, whole: false, workers: [{ id: 3, points: [...points] }], ...changes };
}

function point(at: number, changes: Partial<FiguresPoint> = {}): FiguresPoint {
  return { at, cpu: 0.25, memory: 94_371_840, delayP99: 12, requestsPerSecond: 4.2, latencyP99: 31, ...changes };
}

describe("the table of workers", () => {
  it("has a row for each one that lives, by slot, and says which one is shown", () => {
    const histories = addToHistories(noHistories, told([point(end - 2_000), point(end)]));
    const draining = { id: 2, slot: 1, pid: 4101, generation: 1, state: "draining", unresponsive: false } as const;
    const rows = workerRows({ workers: [...workers].reverse().concat(draining), chosen: 3, histories, numbers });
    assert.deepEqual(
      rows.map(({ label, state, chosen, figures }) => [label, state, chosen, ...figures.map(({ value }) => value)]),
      [
        ["1 · gen 1", "draining", false, "–", "–", "–", "–", "–"],
        ["1 · gen 2", "ready", true, "25.0\u00a0%", "90.0\u00a0MiB", "12.0\u00a0ms", "4.2", "31.0\u00a0ms"],
        ["2 · gen 2", "ready", false, "–", "–", "–", "–", "–"],
      ],
    );
  });

  it("marks what is in trouble", () => {
    const histories = addToHistories(noHistories, told([point(end, { delayP99: 900 })]));
    const [busy, stuck] = workerRows({
      workers: workers.map((each) => (each.id === 4 ? { ...each, unresponsive: true } : each)),
      chosen: undefined,
      histories,
      numbers,
    });
    assert.deepEqual(
      busy?.figures.filter(({ alarming }) => alarming).map(({ id }) => id),
      ["delay"],
    );
    assert.deepEqual([busy?.trouble, stuck?.trouble, stuck?.state], [false, true, "unresponsive"]);
  });

  it("claims nothing of one that serves no HTTP, nor of one that no longer answers", () => {
    const { requestsPerSecond: _, latencyP99: __, ...noHttp } = point(end);
    let histories = addToHistories(noHistories, told([noHttp]));
    const values = () =>
      workerRows({ workers, chosen: 3, histories, numbers })[0]?.figures.map(({ value, trend }) => [
        value,
        trend !== "",
      ]);
    assert.deepEqual(values()?.at(-1), ["–", false]);
    histories = addToHistories(histories, told([], { at: end + 6_000 }));
    assert.deepEqual(values()?.[0], ["–", true], "its line stays");
  });

  it("keeps ten minutes, and begins anew when all is told", () => {
    let histories = noHistories;
    for (let round = 0; round < 400; round += 1) {
      const at = end + round * 2_000;
      histories = addToHistories(histories, told([point(at)], { at }));
    }
    assert.equal(histories.points.get(3)?.length, 300);
    const whole = told([point(end)], { whole: true });
    assert.equal(addToHistories(histories, whole).points.get(3)?.length, 1);
    const gone = told([], { at: end + 2_000_000 });
    assert.equal(addToHistories(histories, gone).points.size, 0, "of one that is gone for ten minutes nothing is kept");
  });
});

describe("the line of ten minutes", () => {
  const values = (...pairs: readonly (readonly [number, number | undefined])[]) =>
    pairs.map(([before, value]) => ({ at: end - before, value }));

  it("ends at the right, with each time at its own place", () => {
    assert.equal(trendPath(values([300_000, 0], [298_000, 10]), end), "M50.00,16.5L50.00,16.5L50.33,1.5");
    assert.match(trendPath(values([2_000, 1], [0, 1]), end), /L100\.00,/);
    assert.equal(trendPath([], end), "");
  });

  it("is interrupted where nothing is known, and shows a point that stands alone", () => {
    const path = trendPath(values([60_000, 1], [58_000, 2], [56_000, undefined], [50_000, 3], [2_000, 0]), end);
    assert.equal(path.match(/M/g)?.length, 3);
  });

  it("begins at 0, or no lower than needed for values that never come near it", () => {
    const y = (path: string) => [...path.matchAll(/[ML][\d.]+,([\d.]+)/g)].map(([, each]) => Number(each));
    assert.deepEqual(y(trendPath(values([4_000, 5], [2_000, 10]), end)), [9, 9, 1.5]);
    assert.deepEqual(y(trendPath(values([4_000, 90], [2_000, 100]), end)), [9, 9, 1.5]);
    assert.ok(y(trendPath(values([4_000, 7], [2_000, 7]), end)).every((each) => Number.isFinite(each)));
  });
});
