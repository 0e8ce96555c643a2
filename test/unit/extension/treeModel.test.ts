import assert from "node:assert/strict";
import { troubledApps } from "../../../src/extension/apps/appView.ts";
import type { TreeRow } from "../../../src/extension/views/rows/treeRow.ts";
import { changedRows } from "../../../src/extension/views/treeDiff.ts";
import { projectTree } from "../../../src/extension/views/treeModel.ts";
import type { RenewalReport } from "../../../src/shared/report.ts";
import type { RenewalView } from "../../../src/shared/snapshot.ts";
import { sampleFailure, sampleReport, sampleSnapshot, sampleWorker } from "../client/samples.ts";
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
    const row = only(projectTree([sampleView()], { now, t }));
    assert.equal(row.description, "running · 2/2 · gen 1 · :3000");
    assert.equal(row.contextValue, "app;valid;renewable;active;web");
    assert.equal(row.accessibilityLabel, "api, running, 2 of 2 workers ready, :3000");
    assert.deepEqual(
      row.children.map(({ label, description, contextValue }) => [label, description, contextValue]),
      [
        ["1 · gen 1", "2m", "worker;replaceable;staying"],
        ["2 · gen 1", "2m", "worker;replaceable;staying"],
      ],
    );
  });

  it("says of an app that is watched that it is, also to who can't see the row", () => {
    const watched = sampleSnapshot({ app: { watch: { state: "on" } } });
    const [row] = projectTree([sampleView({ snapshot: watched })], { now, t });
    assert.match(row?.description ?? "", /watching/);
    assert.equal(row?.accessibilityLabel, "api, running, 2 of 2 workers ready, watching, :3000");
  });

  it("is empty when the only app is stopped, so that the welcome text with its button is seen", () => {
    const stopped = sampleView({ state: "stopped", snapshot: undefined });
    assert.deepEqual(projectTree([stopped], { now, t }), []);
    assert.equal(projectTree([stopped, sampleView({ key: "other" })], { now, t }).length, 2);
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
    const row = only(projectTree([sampleView({ state: "reloading", snapshot })], { now, t }));
    assert.equal(row.description, "reloading · 1/2 · draining 1 · gen 2 · :3000");
    assert.deepEqual(
      row.children.map(({ label, description }) => [label, description]),
      [
        ["1 · gen 2", "<1m"],
        ["1 · gen 1", "3 requests · 15s left"],
      ],
    );
    assert.equal(row.children[1]?.contextValue, "worker;draining");
  });

  it("says how many new workers of a reload are ready", () => {
    const snapshot = sampleSnapshot({ app: { state: "reloading" }, renewal });
    const row = only(projectTree([sampleView({ state: "reloading", snapshot })], { now, t }));
    assert.equal(row.description, "reloading · 2/2 · new 1/2 · gen 1 · :3000");
  });

  it("keeps every worker at its place while a reload brings and takes others", () => {
    const old = [1, 2].map((slot) => sampleWorker({ id: slot, slot, pid: 4710 + slot }));
    const fresh = [1, 2].map((slot) => sampleWorker({ id: slot + 2, slot, generation: 2, state: "starting" }));
    const drained = old.map((worker) => ({ ...worker, state: "draining" as const }));
    const serving = fresh.map((worker) => ({ ...worker, state: "ready" as const }));
    const orders = [old, [old, fresh].flat(), [drained, serving].flat(), serving].map((workers) => {
      const snapshot = sampleSnapshot({ workers: workers.toSorted((a, b) => a.slot - b.slot || a.id - b.id) });
      return only(projectTree([sampleView({ snapshot })], { now, t })).children.map(({ worker }) => worker);
    });
    assert.deepEqual(orders, [
      [1, 2],
      [1, 2, 3, 4],
      [3, 4, 1, 2],
      [3, 4],
    ]);
  });

  it("puts a worker that does not answer first, and an app in trouble", () => {
    const stuck = sampleWorker({ id: 2, slot: 2, health: "unresponsive" });
    const workers = [sampleWorker(), stuck];
    const row = only(projectTree([sampleView({ snapshot: sampleSnapshot({ workers }) })], { now, t }));
    assert.deepEqual(
      row.children.map(({ worker }) => worker),
      [2, 1],
    );
    const failed = sampleView({ key: "z", name: "z", state: "failed", snapshot: undefined, problem: "no" });
    assert.deepEqual(
      projectTree([sampleView(), failed], { now, t }).map(({ label }) => label),
      ["z", "api"],
    );
  });

  it("shows what a worker uses, as far as it is measured", () => {
    const figures = (_app: string, worker: number) =>
      worker === 1 ? { cpu: 0.123, memory: 88_080_384, requestsPerSecond: 3.21 } : undefined;
    const row = only(projectTree([sampleView()], { now, t, figures }));
    assert.deepEqual(
      row.children.map(({ description }) => description),
      ["12% 84 MiB · 3.2 req/s · 2m", "2m"],
    );
  });

  it("leads from a worker to its log, and from an address to the browser", () => {
    const row = only(projectTree([sampleView()], { now, t }));
    assert.equal(row.children[0]?.opens, "log");
    assert.match(row.tooltip, /\]\(http:\/\/127\.0\.0\.1:3000\)/);
  });

  it("says of a stopped app what it would run, and where", () => {
    const stopped = sampleView({ state: "stopped", snapshot: undefined, resting: { entry: "server.js", port: 3000 } });
    const rows = projectTree([sampleView(), { ...stopped, key: "b", name: "b" }], { now, t });
    assert.equal(rows[1]?.description, "stopped · server.js · :3000");
  });

  it("gives the reason of an app that crash-loops, could not start, or has wrong settings", () => {
    const failure = sampleFailure({ message: "Port 3000 is in use.\nStop the other." });
    const snapshot = sampleSnapshot({ app: { state: "crash-looping", failure }, workers: [] });
    const looks = (row: TreeRow) => [row.description, row.contextValue, row.icon?.color];
    assert.deepEqual(looks(only(projectTree([sampleView({ state: "crash-looping", snapshot })], { now, t }))), [
      "crash-looping · 0/2 · Port 3000 is in use.",
      "app;valid;startable;renewable;active;web",
      "charts.red",
    ]);
    assert.deepEqual(looks(only(projectTree([sampleView({ state: "failed", snapshot })], { now, t }))), [
      "failed · Port 3000 is in use.",
      "app;valid;startable;web",
      "charts.red",
    ]);
    const invalid = sampleView({ state: "invalid", snapshot: undefined, problem: "hitless.apps[0].workers: no" });
    assert.equal(only(projectTree([invalid], { now, t })).description, "wrong settings · hitless.apps[0].workers: no");
  });

  it("shows text of the app as text: a tooltip gets neither links nor images from it", () => {
    const failure = sampleFailure({ message: "![x](http://evil) <img> [a](command:b)", stderr: ["``` `x`"] });
    const snapshot = sampleSnapshot({ app: { state: "crash-looping", failure }, workers: [] });
    const { tooltip } = only(projectTree([sampleView({ state: "crash-looping", snapshot })], { now, t }));
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
    const { tooltip } = only(projectTree([sampleView({ state: "failed", snapshot })], { now, t }));
    assert.ok(tooltip.includes("Error: no\n    at run (/srv/api/server.js:3:9)\n```"));
  });
});

describe("drawing the tree again", () => {
  const rows = (at: number, view = sampleView()) => projectTree([view], { now: at, t });

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
    const [resting] = projectTree([sampleView({ state: "failed", snapshot: undefined, problem: "x" })], { now, t });
    assert.notEqual(resting?.id, only(rows(now)).id);
  });
});

describe("what went wrong", () => {
  const failure = sampleFailure({
    message: "Error: no\nmore",
    stderr: ["Error: no", "    at run (/srv/api/server.js:3:9)"],
    location: { file: "/srv/api/server.js", line: 3 },
  });
  const crashed = (count: number, at: number) =>
    sampleView({ snapshot: sampleSnapshot({ app: { crashes: { count, at, slot: 1, failure } } }) });

  it("shows the last crash in the app's row and in one of its own, with stderr below", () => {
    const row = only(projectTree([crashed(1, now - 40_000)], { now, t }));
    assert.equal(row.description, "running · 1 crash · 2/2 · gen 1 · :3000");
    const trouble = row.children.find(({ contextValue }) => contextValue === "trouble");
    assert.deepEqual([trouble?.label, trouble?.description], ["Last crash", "server.js:3 · Error: no"]);
    assert.deepEqual(trouble?.opens, failure.location);
    assert.deepEqual(
      trouble?.children.map(({ label, opens }) => [label, opens]),
      [
        ["Error: no", undefined],
        ["    at run (/srv/api/server.js:3:9)", { file: "/srv/api/server.js", line: 3 }],
      ],
    );
  });

  it("is no running app when workers crash again and again, until none has for a while", () => {
    const row = only(projectTree([crashed(5, now - 1_000)], { now, t }));
    assert.equal(row.description, "crashing · 5 crashes · 2/2 · gen 1 · :3000");
    assert.equal(row.icon?.name, "warning");
    assert.match(only(projectTree([crashed(5, now - 31_000)], { now, t })).description, /^running · 5 crashes/);
    assert.deepEqual([troubledApps([crashed(5, now)], now), troubledApps([sampleView()], now)], [1, 0]);
  });

  it("keeps a reload that failed until one completes or the app is started anew", () => {
    const location = { file: "/srv/api/server.js", line: 7 };
    const failed = sampleReport({ outcome: "rolledBack", startedAt: 2_000, reason: "Error: no", location });
    const facts = (reports: readonly RenewalReport[]) => {
      const row = only(projectTree([sampleView({ reports })], { now, t }));
      return [row.description, row.children.find(({ contextValue }) => contextValue === "trouble")?.description];
    };
    assert.deepEqual(facts([failed]), [
      "running · reload rolled back · 2/2 · gen 1 · :3000",
      "server.js:7 · Error: no",
    ]);
    const well = ["running · 2/2 · gen 1 · :3000", undefined];
    assert.deepEqual(facts([sampleReport({ startedAt: 3_000 }), failed]), well);
    assert.deepEqual(facts([{ ...failed, startedAt: 500 }]), well, "an earlier start's");
    const cancelled = sampleReport({ outcome: "cancelled", startedAt: 3_000 });
    assert.equal(facts([cancelled, failed])[1], "server.js:7 · Error: no");
  });

  it("shows a reload that failed once its workers are gone, whose rows would move what stands below", () => {
    const failed = sampleReport({ outcome: "rolledBack", startedAt: 2_000 });
    const { snapshot } = sampleView();
    assert(snapshot);
    const [worker] = snapshot.workers;
    assert(worker);
    const rest = { ...snapshot, workers: [...snapshot.workers, { ...worker, id: 9, generation: 2 }] };
    const shown = (changes: object) =>
      only(projectTree([sampleView({ reports: [failed], ...changes })], { now, t })).children.some(
        ({ contextValue }) => contextValue === "trouble",
      );
    assert.deepEqual([shown({ snapshot: rest }), shown({ snapshot })], [false, true]);
    // Where a later step has failed, those of the earlier ones stay.
    assert.equal(shown({ snapshot: rest, reports: [{ ...failed, outcome: "failed" }] }), true);
  });
});
