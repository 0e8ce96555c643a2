import assert from "node:assert/strict";
import { hasSubscribers } from "node:diagnostics_channel";
import type { Profiler } from "node:inspector";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ownCodeUrl } from "../../../src/shared/layers/collected.ts";
import { condense } from "../../../src/worker/layers/condense.ts";
import { createPulse } from "../../../src/worker/layers/pulse.ts";
import { watchWarnings } from "../../../src/worker/layers/warnings.ts";
import { poll } from "../../support/process/until.ts";

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
    const { frames, nodes, ticks } = condense(profile, { folder, settlingUs: 0 });
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
    const { frames } = condense(profile, { folder, settlingUs: 0 });
    assert.deepEqual(
      frames.find(({ name }) => name === "handle"),
      { name: "handle", url: "file:///srv/app.js", line: 5, column: 1 },
    );
    assert.equal(frames.find(({ name }) => name === "stop")?.url, ownCodeUrl);
  });

  it("leaves out the beginning, of a short one no more than the half", () => {
    const times = (settlingUs: number) =>
      condense(profile, { folder, settlingUs }).nodes.reduce((sum, { selfUs }) => sum + selfUs, 0);
    assert.deepEqual([times(0), times(450), times(100_000)], [900, 500, 500]);
  });

  it("keeps the times right when two ticks are in the wrong order", () => {
    const { nodes } = condense({ ...profile, timeDeltas: [100, 300, -100, 400] }, { folder, settlingUs: 0 });
    assert.equal(
      nodes.reduce((sum, { selfUs }) => sum + selfUs, 0),
      900,
    );
    assert.ok(nodes.every(({ selfUs }) => selfUs >= 0));
  });
});

describe("the pulse", () => {
  it("watches while somebody looks, and no longer", async () => {
    const pulse = createPulse({
      modules: {
        list: async () => ({ modules: [], unlisted: 0 }),
        addons: () => [],
        count: () => ({ modules: 0, packages: 0 }),
      },
      natives: { builtins: () => [], bindings: () => [] },
      warnings: { list: () => [], count: () => 0 },
      servesHttp: () => true,
      lookingMs: 50,
    });
    const channel = "http.server.response.finish";
    assert.equal(hasSubscribers(channel), false);
    assert.equal(pulse.take().api.requestsPerSecond, undefined);
    assert.equal(hasSubscribers(channel), true);
    assert.equal(pulse.take().api.requestsPerSecond, 0);
    await poll("nobody watches any more", () => !hasSubscribers(channel));
    assert.equal(pulse.take().api.requestsPerSecond, undefined);
    await poll("nobody watches any more", () => !hasSubscribers(channel));
  });
});

describe("the warnings", () => {
  it("are kept with their first own line, once for all of the same", async () => {
    const others = process.listeners("warning");
    // Node's own listener would print them.
    process.removeAllListeners("warning");
    const warn = (message: string): void => process.emitWarning(message, { type: "OwnWarning", code: "OWN01" });
    const watched = watchWarnings(folder);
    warn("first");
    warn("first");
    warn("second");
    await new Promise((resolve) => process.nextTick(resolve));
    process.removeAllListeners("warning");
    for (const listener of others) {
      process.on("warning", listener);
    }
    assert.equal(watched.count(), 3);
    assert.deepEqual(
      watched.list().map(({ name, code, message, at, count }) => [name, code, message, at?.file, count]),
      [
        ["OwnWarning", "OWN01", "first", import.meta.filename, 2],
        ["OwnWarning", "OWN01", "second", import.meta.filename, 1],
      ],
    );
  });
});
