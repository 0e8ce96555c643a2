import assert from "node:assert/strict";
import { layers } from "../../../src/shared/layers/layer.ts";
import { differences } from "../../../src/webview/model/differences.ts";
import { createNumbers } from "../../../src/webview/model/numbers.ts";
import { freshState, readSavedState } from "../../../src/webview/model/savedState.ts";
import { addToSeries, noSeries } from "../../../src/webview/model/series.ts";
import { functionsOfLayer, shareOfLayer, sharesByKind } from "../../../src/webview/model/shares.ts";
import { shortPath, splitPath, withoutHome } from "../../../src/webview/model/shortPath.ts";
import { findTraced, suggestions, traceExamples } from "../../../src/webview/model/trace.ts";
import { vitalsOf } from "../../../src/webview/model/vitalsOf.ts";
import { sampleFacts, samplePulse, sampleSample } from "./fixtures.ts";

const numbers = createNumbers("en");

function isOne(shares: readonly number[]): void {
  const sum = shares.reduce((total, share) => total + share, 0);
  assert.ok(Math.abs(sum - 1) < 1e-9, `${sum}`);
}

describe("the shares of a sample", () => {
  const sample = sampleSample();

  it("add up to all of it, by kind and by layer", () => {
    const kinds = sharesByKind(sample, false);
    isOne(kinds.map(({ share }) => share));
    const idle = kinds.find(({ kind }) => kind === "idle")?.share ?? 0;
    isOne([idle, ...layers.map((layer) => shareOfLayer(sample, layer, false))]);
  });

  it("add up to all that was not idle when idle time is left out", () => {
    const kinds = sharesByKind(sample, true);
    assert.ok(!kinds.some(({ kind }) => kind === "idle"));
    isOne(kinds.map(({ share }) => share));
    isOne(layers.map((layer) => shareOfLayer(sample, layer, true)));
  });

  it("are nothing, and no fault, in a sample of nothing but idle time", () => {
    const idle = sampleSample({ parts: sample.parts.filter(({ kind }) => kind === "idle") });
    assert.equal(shareOfLayer(idle, "code", true), 0);
    assert.deepEqual(sharesByKind(idle, true), []);
  });

  it("put the functions of a layer in order, with their share of the whole", () => {
    const functions = functionsOfLayer(sample, "code", false);
    assert.deepEqual(
      functions.map(({ name }) => name),
      ["roundPrices", "handle", "(anonymous)"],
    );
    assert.ok(Math.abs((functions[0]?.share ?? 0) - 1_012 / 5_000) < 1e-9);
  });
});

describe("what changed between two workers", () => {
  const right = sampleFacts();

  it("is nothing between a worker and itself", () => {
    assert.deepEqual(differences(right, sampleFacts()), []);
  });

  it("is told of versions, commit, packages and names of variables", () => {
    const left = sampleFacts({
      api: { ...right.api, version: "v22.20.0" },
      code: {
        ...right.code,
        commit: "abc",
        packages: [{ name: "express", version: "5.1.0", folder: "/x", modules: 6, bytes: 1 }],
        environmentNames: ["HOME", "LANG", "NODE_ENV", "PATH", "SECRET"],
      },
    });
    assert.deepEqual(
      differences(left, right).map(({ group, name, left: one, right: other }) => [group, name, one, other]),
      [
        ["code", "commit", "abc", right.code.commit],
        ["runtime", "node", "v22.20.0", "v24.21.0"],
        ["packages", "@types/body-parser", undefined, "2.2.0"],
        ["packages", "debug", undefined, "4.4.3"],
        ["packages", "express", "5.1.0", "5.3.0"],
        ["environment", "PORT", undefined, "PORT"],
        ["environment", "SECRET", "SECRET", undefined],
      ],
    );
  });
});

describe("what is read at a glance", () => {
  it("is there for every layer, and little without a pulse", () => {
    for (const layer of layers) {
      const previous = samplePulse({ takenAt: samplePulse().takenAt - 1_000 });
      const all = vitalsOf(layer, { facts: sampleFacts(), pulse: samplePulse(), previous }, numbers);
      assert.ok(all.length >= 4 && all.length <= 6, layer);
      assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
      assert.deepEqual(vitalsOf(layer, { facts: undefined, pulse: undefined }, numbers), []);
    }
  });

  it("is alarming near a limit", () => {
    const pulse = samplePulse({ uv: { ...samplePulse().uv, utilisation: 0.97 } });
    const alarming = vitalsOf("dependencies", { facts: sampleFacts(), pulse }, numbers).filter(
      (vital) => vital.alarming,
    );
    assert.deepEqual(
      alarming.map(({ id }) => id),
      ["loop"],
    );
  });

  it("says so where a sample made it impossible to measure", () => {
    const { utilisation: _, ...uv } = samplePulse().uv;
    const pulse = samplePulse({ uv });
    const loop = vitalsOf("dependencies", { facts: sampleFacts(), pulse }, numbers).find(({ id }) => id === "loop");
    assert.deepEqual([loop?.value, loop?.detail, loop?.alarming], ["–", "not measured during a sample", false]);
    assert.deepEqual(addToSeries(noSeries, pulse, undefined).utilisation, []);
  });
});

describe("the lines of the last minute", () => {
  it("grow pulse by pulse, no longer than a minute, and begin anew after a gap", () => {
    let series = noSeries;
    let previous = samplePulse();
    for (let second = 1; second <= 100; second += 1) {
      const pulse = samplePulse({ takenAt: previous.takenAt + 1_000 });
      series = addToSeries(series, pulse, previous);
      previous = pulse;
    }
    assert.equal(series.heap.length, 60);
    const late = samplePulse({ takenAt: previous.takenAt + 30_000 });
    assert.equal(addToSeries(series, late, previous).heap.length, 1);
    const other = samplePulse({ takenAt: previous.takenAt + 1_000, worker: { ...previous.worker, id: 9 } });
    assert.equal(addToSeries(series, other, previous).heap.length, 1);
  });
});

describe("a traced name", () => {
  it("is found however it is written", () => {
    for (const name of ["fs.readFile", "node:fs.readFile", " fs.readFile( ", "fetch", "globalThis.fetch"]) {
      assert.equal(findTraced(name)?.name, name.includes("fetch") ? "fetch" : "readFile", name);
    }
    assert.equal(findTraced("fs/promises.readFile")?.module, "fs/promises");
    assert.equal(findTraced("fs.promises.readFile")?.module, "fs/promises");
    assert.equal(findTraced("nothing.such"), undefined);
    assert.equal(findTraced(""), undefined);
  });

  it("has examples that are all known", () => {
    assert.equal(traceExamples.length, 6);
    assert.equal(suggestions("").length, 6);
    assert.ok(suggestions("read").length > 6);
  });
});

describe("what the page keeps", () => {
  it("is read back, and what does not fit is left out", () => {
    const saved = {
      ...freshState,
      app: "a",
      worker: 3,
      trace: "fetch",
      open: ["os"],
      seconds: 15,
      scroll: 120,
      pair: [1, 3],
    };
    assert.deepEqual(readSavedState(JSON.parse(JSON.stringify(saved))), saved);
    for (const odd of [undefined, null, 7, "x", [], { open: 1, seconds: "5", scroll: -1, trace: {}, worker: "1" }]) {
      assert.deepEqual(readSavedState(odd), freshState);
    }
  });
});

describe("numbers and paths", () => {
  it("are short", () => {
    assert.equal(numbers.bytes(0), "0\u00a0B");
    assert.equal(numbers.bytes(1_536), "1.5\u00a0KiB");
    assert.equal(numbers.bytes(512 * 1_048_576), "512\u00a0MiB");
    assert.equal(numbers.percent(0.1234), "12.3\u00a0%");
    assert.equal(numbers.decimal(1_380.6), "1,381");
    assert.equal(shortPath("/srv/app/src/a.js", "/srv/app", "/home/ann"), "src/a.js");
    assert.equal(shortPath("/srv/apple/a.js", "/srv/app", "/home/ann"), "/srv/apple/a.js");
    assert.equal(shortPath("C:\\app\\a.js", "C:\\app\\", ""), "a.js");
    assert.equal(withoutHome("/home/ann", "/home/ann/"), "~");
    assert.equal(withoutHome("/home/anna/a", "/home/ann"), "/home/anna/a");
    assert.deepEqual(splitPath("src/a/b.js"), { folder: "src/a/", name: "b.js" });
    assert.deepEqual(splitPath("b.js"), { folder: "", name: "b.js" });
  });
});
