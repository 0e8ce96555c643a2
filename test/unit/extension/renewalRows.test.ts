import assert from "node:assert/strict";
import { isNoteworthy, reportDocument, trafficFacts } from "../../../src/extension/presentation/reportWords.ts";
import type { TreeRow } from "../../../src/extension/views/rows/treeRow.ts";
import { projectTree } from "../../../src/extension/views/treeModel.ts";
import type { RenewalReport } from "../../../src/shared/report.ts";
import { sampleSnapshot } from "../client/samples.ts";
import { english, sampleView } from "./fixtures.ts";

const now = 1_800_000_000_000;

const traffic = { served: 120, failed: 0, handedOver: 50, closed: 3, cut: 0, longestStallMs: 7 };

const report: RenewalReport = {
  kind: "reload",
  outcome: "completed",
  from: 1,
  to: 2,
  startedAt: now - 60_000,
  durationMs: 250,
  workers: [{ id: 3, slot: 1, pid: 4711, generation: 2, state: "ready" }],
  killed: 0,
  traffic,
};

function renewals(reports: readonly RenewalReport[]): TreeRow | undefined {
  const [app] = projectTree([sampleView({ reports })], { now, t: english });
  return app?.children.find(({ contextValue }) => contextValue === "history");
}

const here = { t: english, linkRoot: "/srv/shop" };

describe("the rows of past renewals", () => {
  it("are absent while there were none", () => {
    assert.equal(renewals([]), undefined);
  });

  it("stand in a closed row of their own, newest first, and say what the clients had of it", () => {
    const row = renewals([{ ...report, startedAt: now - 1_000, to: 3, from: 2 }, report]);
    assert.equal(row?.collapsed, true);
    assert.deepEqual(
      row?.children.map(({ label, description, report: id }) => [label, description, id]),
      [
        ["Reload 2→3", "1s · 0 dropped", now - 1_000],
        ["Reload 1→2", "1m · 0 dropped", now - 60_000],
      ],
    );
  });

  it("say 0 dropped only when it is so", () => {
    const cut = { ...report, traffic: { ...traffic, failed: 2, cut: 1 } };
    assert.match(renewals([cut])?.children[0]?.description ?? "", /^1m · 2 requests cut$/);
    assert.deepEqual(trafficFacts({ ...report, traffic: undefined } as unknown as RenewalReport, english), []);
  });

  it("say nothing of requests where nobody asked, and of a restart that it refused clients", () => {
    const nobody = { ...traffic, served: 0, handedOver: 0, closed: 0 };
    assert.deepEqual(trafficFacts({ ...report, traffic: nobody }, english), ["no clients meanwhile"]);
    const restart = { ...report, kind: "restart" as const, readyMs: 432.1, traffic: nobody };
    assert.deepEqual(trafficFacts(restart, english), ["clients were refused for up to 433 ms"]);
    assert.deepEqual(trafficFacts({ ...restart, from: 2 }, english), [], "of one worker, others serve");
  });

  it("are worth a message when clients, or the place of the app, were affected", () => {
    assert.equal(isNoteworthy(report), false);
    const effects: readonly Partial<RenewalReport>[] = [
      { traffic: { ...traffic, failed: 1 } },
      { kind: "restart" },
      { notes: ["The app listens elsewhere."] },
      { killed: 1 },
      { moved: { from: "/a", to: "/b" } },
    ];
    for (const effect of effects) {
      assert.equal(isNoteworthy({ ...report, ...effect }), true, JSON.stringify(effect));
    }
    assert.equal(isNoteworthy({ ...report, kind: "restart", from: 2 }), false, "of one worker, others serve");
  });

  it("link the line at which a new worker failed", () => {
    const location = { file: "/srv/my app/server.js", line: 7 };
    const text = reportDocument("api", { ...report, outcome: "rolledBack", reason: "no", location }, here);
    // As VS Code's preview resolves it, from the first folder of the workspace.
    assert.ok(text.includes("](/../my%20app/server.js#L7)"), text);
    const there = reportDocument(
      "api",
      { ...report, outcome: "rolledBack", location },
      { t: english, linkRoot: undefined },
    );
    assert.match(there, /^ {4}\/srv\/my app\/server\.js:7$/m, "a file of another machine is no link");
  });

  it("keep what an app printed from becoming Markdown", () => {
    const text = reportDocument(
      "api",
      { ...report, outcome: "rolledBack", reason: "# no [link](x)", stderr: ["```", "<b>"] },
      here,
    );
    assert.match(text, /^ {4}# no \[link\]\(x\)$/m);
    assert.match(text, /^ {4}```$/m);
    assert.match(text, /^ {4}<b>$/m);
  });
});

describe("the row of a worker that is stuck", () => {
  it("leads to the file and line, past Node's own frames", () => {
    const snapshot = sampleSnapshot();
    const [worker] = snapshot.workers;
    assert.ok(worker);
    const stuckAt = [
      { function: "readSync", file: "node:fs", line: 1 },
      { function: "burn", file: "/srv/api/burn.js", line: 12 },
    ];
    const stuck = { ...snapshot, workers: [{ ...worker, health: "unresponsive" as const, stuckAt }] };
    const [app] = projectTree([sampleView({ snapshot: stuck })], { now, t: english });
    assert.deepEqual(app?.children[0]?.opens, { file: "/srv/api/burn.js", line: 12 });
    assert.match(app?.children[0]?.description ?? "", /^stuck at burn\.js:12/);
    assert.match(app?.children[0]?.tooltip ?? "", /burn \(\/srv\/api\/burn\.js:12\)/);
  });
});
