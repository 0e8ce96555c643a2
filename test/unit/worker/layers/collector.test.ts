import assert from "node:assert/strict";
import type { Profiler } from "node:inspector";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ownCodeUrl } from "../../../../src/shared/layers/collected.ts";
import { pathOf } from "../../../../src/worker/layers/modules/pathOf.ts";
import { flagsOf } from "../../../../src/worker/layers/nodeOptions.ts";
import { condense } from "../../../../src/worker/layers/sample/condense.ts";

const folder = join(import.meta.dirname, "dist");

function profileNode(id: number, name: string, url: string, children: number[] = []): Profiler.ProfileNode {
  return {
    id,
    callFrame: { functionName: name, scriptId: "1", url, lineNumber: 4, columnNumber: 0 },
    hitCount: 1,
    children,
    positionTicks: [{ line: 6, ticks: 2 }],
  };
}

describe("a condensed profile", () => {
  const profile: Profiler.Profile = {
    // V8 may tell of a child before its parent.
    nodes: [
      profileNode(3, "stop", pathToFileURL(join(folder, "layers.cjs")).href),
      profileNode(2, "handle", "file:///srv/app.js"),
      profileNode(1, "(root)", "", [2, 3]),
    ],
    startTime: 1_000,
    endTime: 2_000,
    samples: [1, 2, 2, 3],
    timeDeltas: [100, 100, 300, 200],
  };

  it("has every node after its parent, with the time until the next tick", () => {
    const { frames, nodes, ticks } = condense(profile, { folder, settlingUs: 0, timeline: true, builtins: false });
    const told = nodes.map(({ frame, parent, selfUs }) => [frames[frame]?.name, parent, selfUs]);
    assert.deepEqual(told[0], ["(root)", -1, 100]);
    assert.deepEqual(
      told.slice(1).sort(),
      [
        ["handle", 0, 500],
        ["stop", 0, 300],
      ].sort(),
    );
    assert.equal(ticks, 4);
  });

  it("names places from 1, and Hitless's own files only as such", () => {
    const { frames } = condense(profile, { folder, settlingUs: 0, timeline: true, builtins: false });
    assert.deepEqual(
      frames.find(({ name }) => name === "handle"),
      { name: "handle", url: "file:///srv/app.js", line: 5, column: 1 },
    );
    assert.equal(frames.find(({ name }) => name === "stop")?.url, ownCodeUrl);
  });

  it("leaves out the beginning, of a short one no more than the half", () => {
    const times = (settlingUs: number) =>
      condense(profile, { folder, settlingUs, timeline: false, builtins: false }).nodes.reduce(
        (sum, { selfUs }) => sum + selfUs,
        0,
      );
    assert.deepEqual([times(0), times(450), times(100_000)], [900, 500, 500]);
  });

  it("shares out what the thread waited for a CPU, apart for idle time", () => {
    const waiting: Profiler.Profile = {
      nodes: [
        profileNode(1, "(root)", "", [2, 3, 4]),
        profileNode(2, "handle", "file:///srv/app.js"),
        profileNode(3, "other", "file:///srv/app.js"),
        profileNode(4, "(idle)", ""),
      ],
      startTime: 0,
      endTime: 70_000,
      // Taken away from the one, for 50 ms.
      samples: [2, 2, 3, 3, 2, 4],
      timeDeltas: [0, 1_000, 1_000, 50_000, 2_000, 2_000],
    };
    const times = (waitedUs: number) => {
      const options = { folder, settlingUs: 0, waitedUs, timeline: true, builtins: false };
      const { frames, nodes, timeline } = condense(waiting, options);
      const all = nodes.map(({ frame, selfUs }) => [frames[frame]?.name, Math.round(selfUs)] as const);
      return { ...Object.fromEntries(all.filter(([, us]) => us > 0)), last: timeline?.at(-1)?.[1] };
    };
    assert.deepEqual(times(0), { handle: 4_000, other: 52_000, "(idle)": 14_000, last: 14_000 });
    assert.deepEqual(times(100_000), { handle: 28_000, other: 28_000, "(idle)": 14_000, last: 14_000 });
  });

  it("keeps the times right when two ticks are in the wrong order", () => {
    const { nodes } = condense(
      { ...profile, timeDeltas: [100, 300, -100, 400] },
      { folder, settlingUs: 0, timeline: true, builtins: false },
    );
    assert.equal(
      nodes.reduce((sum, { selfUs }) => sum + selfUs, 0),
      900,
    );
    assert.ok(nodes.every(({ selfUs }) => selfUs >= 0));
  });
});

describe("the flags in NODE_OPTIONS", () => {
  it("are taken apart as Node does", () => {
    const cases: Readonly<Record<string, readonly string[]>> = {
      "": [],
      "  ": [],
      "--max-old-space-size=512  --no-warnings": ["--max-old-space-size=512", "--no-warnings"],
      '--require "./my \\"own\\" file.js"': ["--require", './my "own" file.js'],
      '--import=file:///a\\b ""--trace-gc': ["--import=file:///a\\b", "--trace-gc"],
    };
    for (const [written, flags] of Object.entries(cases)) {
      assert.deepEqual(flagsOf(written), flags, written);
    }
  });
});

describe("the path of a script", () => {
  it("is missing where a URL is that of no file", () => {
    assert.equal(pathOf(import.meta.url), import.meta.filename);
    assert.equal(pathOf("/srv/app.js"), "/srv/app.js");
    assert.equal(pathOf("file:///srv/a%2Fb.mjs"), undefined);
    assert.equal(pathOf("file://%"), undefined);
  });
});
