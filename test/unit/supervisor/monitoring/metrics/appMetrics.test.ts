import assert from "node:assert/strict";
import type { AppMetric } from "../../../../../src/shared/workerMessages.ts";
import { AppMetrics } from "../../../../../src/supervisor/monitoring/metrics/appMetrics.ts";
import { promText } from "../../../../../src/supervisor/monitoring/metrics/metricFamily.ts";

const metric = (changes: Partial<AppMetric> & Pick<AppMetric, "name" | "type" | "values">): AppMetric => ({
  help: "Help",
  aggregator: "sum",
  ...changes,
});

const counter = (value: number | string, labels = {}): AppMetric =>
  metric({ name: "hits_total", type: "counter", values: [{ labels, value }] });

const gauge = (value: number | string, aggregator = "sum"): AppMetric =>
  metric({ name: "open", type: "gauge", aggregator, values: [{ labels: {}, value }] });

describe("appMetrics", () => {
  let app: AppMetrics;

  /** Series and their values. */
  const values = (scrape: number): Record<string, number> =>
    Object.fromEntries(
      app
        .families(scrape)
        .flatMap(({ name, samples }) =>
          samples.map((sample) => [`${sample.name ?? name}${JSON.stringify(sample.labels ?? {})}`, sample.value]),
        ),
    );

  beforeEach(() => {
    app = new AppMetrics();
  });

  it("adds up the same series of all workers, whatever the order of their labels", () => {
    app.heard(1, [counter(2, { a: "1", b: "2" })], 1);
    app.heard(2, [counter(3, { b: "2", a: "1" }), counter(0)], 1);
    assert.deepEqual(values(1), { 'hits_total{"a":"1","b":"2"}': 5, "hits_total{}": 0 });
  });

  it("goes on from what ended workers had counted", () => {
    app.heard(1, [counter(2)], 1);
    app.heard(2, [counter(3)], 1);
    app.retire(1);
    app.heard(3, [counter(1)], 2);
    assert.deepEqual(values(2), { "hits_total{}": 6 });
    app.retire(2);
    app.retire(3);
    assert.deepEqual(values(3), { "hits_total{}": 6 });
  });

  it("counts what a worker last told when it does not answer, but takes its gauges for unknown", () => {
    app.heard(1, [counter(2), gauge(5)], 1);
    app.heard(2, [counter(3), gauge(7)], 1);
    app.heard(2, [counter(4), gauge(8)], 2);
    assert.deepEqual(values(2), { "hits_total{}": 6, "open{}": 8 });
  });

  it("forgets the gauges of ended workers", () => {
    app.heard(1, [gauge(5)], 1);
    app.heard(2, [gauge(7)], 1);
    app.retire(1);
    assert.deepEqual(values(1), { "open{}": 7 });
  });

  it("puts values together as prom-client's aggregator says", () => {
    for (const [aggregator, expected] of [
      ["sum", 9],
      ["average", 4.5],
      ["min", 2],
      ["max", 7],
      ["first", 2],
    ] as const) {
      app = new AppMetrics();
      app.heard(1, [gauge(2, aggregator)], 1);
      app.heard(2, [gauge(7, aggregator)], 1);
      assert.deepEqual(values(1), { "open{}": expected }, aggregator);
    }
    app = new AppMetrics();
    app.heard(1, [gauge(2, "omit")], 1);
    assert.deepEqual(values(1), {});
  });

  it("keeps the buckets of a histogram, and of a summary its sum and count, without its quantiles", () => {
    const histogram = metric({
      name: "seconds",
      type: "histogram",
      values: [
        { name: "seconds_bucket", labels: { le: "+Inf" }, value: 2 },
        { name: "seconds_count", labels: {}, value: 2 },
      ],
    });
    const summary = metric({
      name: "bytes",
      type: "summary",
      values: [
        { labels: { quantile: "0.5" }, value: 10 },
        { name: "bytes_sum", labels: {}, value: 30 },
        { name: "bytes_count", labels: {}, value: 3 },
      ],
    });
    app.heard(1, [histogram, summary], 1);
    app.retire(1);
    app.heard(2, [histogram, summary], 2);
    assert.deepEqual(values(2), {
      'seconds_bucket{"le":"+Inf"}': 4,
      "seconds_count{}": 4,
      "bytes_sum{}": 60,
      "bytes_count{}": 6,
    });
  });

  it("does not mix up metrics of one name and different types, as two builds may have", () => {
    app.heard(1, [counter(2)], 1);
    app.heard(2, [metric({ name: "hits_total", type: "gauge", values: [{ labels: {}, value: 100 }] })], 1);
    assert.deepEqual(values(1), { "hits_total{}": 2 });
  });

  it("says how many series it had to give up", () => {
    const labels = Array.from({ length: 50_001 }, (_, index) => ({ labels: { id: String(index) }, value: 1 }));
    app.heard(1, [metric({ name: "hits_total", type: "counter", values: labels })], 1);
    app.retire(1);
    assert.equal(app.givenUp, 1);
  });
});

describe("promText", () => {
  it("escapes what has a meaning, and writes the numbers that JSON has not", () => {
    const text = promText([
      {
        name: "a_total",
        help: "two\nlines \\ and",
        type: "counter",
        samples: [
          { labels: { path: 'C:\\x\n"y"' }, value: 1 },
          { value: Number.POSITIVE_INFINITY },
          { name: "a_sum", value: Number.NaN },
        ],
      },
    ]);
    assert.equal(
      text,
      '# HELP a_total two\\nlines \\\\ and\n# TYPE a_total counter\na_total{path="C:\\\\x\\n\\"y\\""} 1\na_total +Inf\na_sum NaN\n',
    );
  });

  it("leaves out what is no name, since a scraper would refuse all of the rest", () => {
    const families = [
      { name: "a b", help: "", type: "gauge", samples: [] },
      { name: "fine", help: "", type: "gauge", samples: [{ labels: { "a-b": 1 }, value: 1 }] },
      { name: "good", help: "", type: "gauge", samples: [{ value: 1 }] },
    ] as const;
    assert.equal(promText(families), "# HELP good \n# TYPE good gauge\ngood 1\n");
  });
});
