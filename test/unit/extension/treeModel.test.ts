import assert from "node:assert/strict";
import { changedRows } from "../../../src/extension/views/treeDiff.ts";
import { projectTree, type TreeRow } from "../../../src/extension/views/treeModel.ts";
import type { RenewalView } from "../../../src/shared/snapshot.ts";
import { sampleFailure, sampleSnapshot, sampleWorker } from "../client/samples.ts";
import { sampleView, english as t } from "./fixtures.ts";

const now = 121_000;

function only(rows: readonly TreeRow[]): TreeRow {
  const [row] = rows;
  assert.ok(row !== undefined && rows.length === 1);
  return row;
}

const renewal: RenewalView = {
  kind: "reload",
  phase: "starting",
  from: 1,
  to: 2,
  ready: 1,
  total: 2,
  draining: 0,
  startedAt: 1,
  queued: false,
  cancellable: true,
};

describe("the tree", () => {
  it("shows a running app and its workers", () => {
    const row = only(projectTree([sampleView()], now, t));
    assert.equal(row.description, "running · 2/2 · gen 1 · :3000");
    assert.equal(row.contextValue, "app;valid;renewable;active;web");
    assert.equal(row.accessibilityLabel, "api, running, 2 of 2 workers ready, :3000");
    assert.deepEqual(
      row.children.map(({ label, description, contextValue }) => [label, description, contextValue]),
      [
        ["worker 1", "gen 1 · 2m · pid 4712", "worker;replaceable;staying"],
        ["worker 2", "gen 1 · 2m · pid 4713", "worker;replaceable;staying"],
      ],
    );
  });

  it("is empty when the only app is stopped, so that the welcome text with its button is seen", () => {
    const stopped = sampleView({ state: "stopped", snapshot: undefined });
    assert.deepEqual(projectTree([stopped], now, t), []);
    assert.equal(projectTree([stopped, sampleView({ key: "other" })], now, t).length, 2);
  });

  it("shows a draining worker among those that replace it, with its requests and the time it has", () => {
    const workers = [
      sampleWorker({ state: "draining", drain: { requests: 3, connections: 4 }, drainDeadline: now + 12_400 }),
      sampleWorker({ id: 3, generation: 2, pid: 4800, startedAt: now - 1_000 }),
    ];
    const snapshot = sampleSnapshot({
      app: { state: "reloading", generation: 2 },
      workers,
      renewal: { ...renewal, phase: "draining", draining: 1 },
    });
    const row = only(projectTree([sampleView({ state: "reloading", snapshot })], now, t));
    assert.equal(row.description, "reloading · draining 1 · gen 2 · :3000");
    assert.deepEqual(
      row.children.map(({ description }) => description),
      ["3 requests · 15s left · pid 4712 · gen 1", "gen 2 · <1m · pid 4800"],
    );
    assert.equal(row.children[0]?.contextValue, "worker;draining");
  });

  it("says how many new workers of a reload are ready", () => {
    const snapshot = sampleSnapshot({ app: { state: "reloading" }, renewal });
    assert.match(only(projectTree([sampleView({ state: "reloading", snapshot })], now, t)).description, /1\/2 ready/);
  });

  it("gives the reason of an app that crash-loops, could not start, or has wrong settings", () => {
    const failure = sampleFailure({ message: "Port 3000 is in use.\nStop the other." });
    const snapshot = sampleSnapshot({ app: { state: "crash-looping", failure }, workers: [] });
    const looks = (row: TreeRow) => [row.description, row.contextValue, row.icon.color];
    assert.deepEqual(looks(only(projectTree([sampleView({ state: "crash-looping", snapshot })], now, t))), [
      "crash-looping · 0/2 · Port 3000 is in use.",
      "app;valid;startable;renewable;active;web",
      "charts.red",
    ]);
    assert.deepEqual(looks(only(projectTree([sampleView({ state: "failed", snapshot })], now, t))), [
      "failed · Port 3000 is in use.",
      "app;valid;startable;web",
      "charts.red",
    ]);
    const invalid = sampleView({ state: "invalid", snapshot: undefined, problem: "hitless.apps[0].workers: no" });
    assert.equal(only(projectTree([invalid], now, t)).description, "wrong settings · hitless.apps[0].workers: no");
  });

  it("shows text of the app as text: a tooltip gets neither links nor images from it", () => {
    const failure = sampleFailure({ message: "![x](http://evil) <img> [a](command:b)", stderr: ["``` `x`"] });
    const snapshot = sampleSnapshot({ app: { state: "crash-looping", failure }, workers: [] });
    const { tooltip } = only(projectTree([sampleView({ state: "crash-looping", snapshot })], now, t));
    assert.ok(tooltip.includes("\\!\\[x\\]\\(http\\:\\/\\/evil\\) \\<img\\> \\[a\\]\\(command\\:b\\)"));
    assert.ok(tooltip.includes("````text\n``` `x`\n````"), "a fence longer than any in the text");
  });

  it("leaves Node's own frames out of a tooltip, so that the app's are seen", () => {
    const stderr = [
      "Error: no",
      "    at run (/srv/api/server.js:3:9)",
      "    at f (node:internal/x:1:2)",
      "",
      "Node.js v24.1.0",
    ];
    const snapshot = sampleSnapshot({ app: { state: "stopped", failure: sampleFailure({ stderr }) }, workers: [] });
    const { tooltip } = only(projectTree([sampleView({ state: "failed", snapshot })], now, t));
    assert.ok(tooltip.includes("Error: no\n    at run (/srv/api/server.js:3:9)\n```"));
  });
});

describe("drawing the tree again", () => {
  const rows = (at: number, view = sampleView()) => projectTree([view], at, t);

  it("draws nothing when nothing is to be seen", () => {
    assert.deepEqual(changedRows(rows(now), rows(now + 10)), []);
  });

  it("draws no row for its tooltip or for seconds alone, since a click on a button is lost when that happens", () => {
    const drain = (requests: number, seconds: number) => {
      const inFlight = [{ method: "GET", url: "/slow", since: now }];
      const draining = { drain: { requests, connections: 1, inFlight }, drainDeadline: now + seconds * 1_000 };
      return sampleView({ snapshot: sampleSnapshot({ workers: [sampleWorker({ state: "draining", ...draining })] }) });
    };
    assert.deepEqual(changedRows(rows(now, drain(1, 30)), rows(now + 4_000, drain(1, 30))), []);
    assert.equal(changedRows(rows(now, drain(1, 30)), rows(now + 5_000, drain(1, 30))).length, 1);
    assert.equal(changedRows(rows(now, drain(2, 30)), rows(now, drain(1, 30))).length, 1);
  });

  it("draws the rows whose text changed, and not those that hold them", () => {
    const ids = only(rows(now)).children.map(({ id }) => id);
    assert.deepEqual(changedRows(rows(now), rows(now + 60_000)), ids);
  });

  it("draws an app with its workers when one came or went", () => {
    const one = sampleView({ snapshot: sampleSnapshot({ workers: [sampleWorker()] }) });
    assert.deepEqual(changedRows(rows(now), rows(now, one)), [sampleView().key]);
  });

  it("draws everything when an app came or went", () => {
    assert.equal(changedRows(rows(now), []), "all");
  });

  it("takes an app that gets workers for another row, since a tree remembers for each what is open", () => {
    const [resting] = projectTree([sampleView({ state: "failed", snapshot: undefined, problem: "x" })], now, t);
    assert.notEqual(resting?.id, only(rows(now)).id);
  });
});
