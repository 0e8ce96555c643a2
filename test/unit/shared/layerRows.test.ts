import assert from "node:assert/strict";
import { layersText } from "../../../src/cli/show/layers/layersText.ts";
import { plain } from "../../../src/cli/terminal/paint.ts";
import { reportMarkdown } from "../../../src/extension/panel/layersReport.ts";
import { layers } from "../../../src/shared/layers/layer.ts";
import { factRows, listRows } from "../../../src/shared/layers/rows/layerRows.ts";
import type { RowStyle } from "../../../src/shared/layers/rows/row.ts";
import { english } from "../../../src/shared/translate.ts";
import { sampleFacts, samplePulse } from "../webview/fixtures.ts";

const style: RowStyle = {
  t: english,
  count: String,
  bytes: String,
  percent: String,
  milliseconds: String,
  decimal: String,
};
const facts = sampleFacts();
const pulse = samplePulse();
const options = { paint: plain, columns: 10_000, root: "/srv/shop" };

describe("the rows of a layer", () => {
  const rows = layers.flatMap((layer) => [
    ...factRows[layer]({ facts, pulse }, style),
    ...listRows[layer]({ facts, pulse }, style),
  ]);

  it("are the same in a terminal and in a report, and in their order", () => {
    const labels = rows.map(({ label }) => label);
    const terminal = layersText({ name: "shop", facts, pulse }, options);
    assert.deepEqual(
      [...terminal.matchAll(/^ {2}(.*?) {2}/gm)].map(([, label]) => label),
      labels,
    );
    const report = reportMarkdown({ app: "shop", version: "0.1.0", facts, pulse, home: "/home/ann" });
    assert.deepEqual(
      [...report.matchAll(/^- (.*?): /gm)].map(([, label]) => label),
      labels,
    );
    assert.ok(rows.every(({ parts }) => parts.length > 0));
  });

  it("are none of what is not known", () => {
    const nothing = { facts: undefined, pulse: undefined };
    for (const layer of layers) {
      assert.deepEqual([...factRows[layer](nothing, style), ...listRows[layer](nothing, style)], []);
    }
  });

  it("count in a terminal what there is too much of, and tell all of it in a report", () => {
    const warnings = Array.from({ length: 11 }, (_, index) => ({ name: "Warning", message: `no. ${index}`, count: 1 }));
    const environmentNames = Array.from({ length: 11 }, (_, index) => `NAME_${index}`);
    const many = sampleFacts({ api: { ...facts.api, warnings }, code: { ...facts.code, environmentNames } });
    const terminal = layersText({ name: "shop", facts: many, pulse }, options);
    assert.match(terminal, /no\. 7 · 1 ×\n {2}Warning +and 3 more\n/);
    assert.match(terminal, /NAME_7, and 3 more\n/);
    const report = reportMarkdown({ app: "shop", version: "0.1.0", facts: many, pulse, home: "" });
    assert.match(report, /no\. 10/);
    assert.match(report, /`NAME_10`/);
  });

  it("name an addon's need to be rebuilt, and that there is none", () => {
    const told = (addons: typeof facts.bindings.addons) =>
      listRows.bindings({ facts: { ...facts, bindings: { ...facts.bindings, addons } } }, style).slice(1);
    assert.deepEqual(told([]), [{ id: "addon", label: "Addons", parts: ["none"] }]);
    assert.deepEqual(
      told([{ file: "/a.node", interface: "abi", level: 127, rebuild: true }]).map(({ parts }) => parts),
      [["ABI 127", "to be rebuilt for another Node.js", { name: "/a.node" }]],
    );
    assert.deepEqual(
      told([{ file: "/a.node", interface: "unknown" }]).map(({ parts }) => parts),
      [["unknown interface", { name: "/a.node" }]],
    );
  });
});
