import assert from "node:assert/strict";
import type { RemoteMachineView } from "../../../src/extension/apps/machines/remoteMachineView.ts";
import type { TreeRow } from "../../../src/extension/views/rows/treeRow.ts";
import { changedRows } from "../../../src/extension/views/treeDiff.ts";
import { projectTree } from "../../../src/extension/views/treeModel.ts";
import { sampleFailure, sampleReport, sampleSnapshot } from "../client/samples.ts";
import { sampleView, english as t } from "./fixtures.ts";

const now = 121_000;
const facts = {
  version: "1.2.3",
  nodeVersion: "v24.1.0",
  hostname: "web1.example",
  user: "deploy",
  platform: "linux",
  cores: 4,
  roundTripMs: 12.4,
  clockOffsetMs: 0,
};
const api = sampleView({ key: "m/api", name: "api on web1", there: { machine: "web1", app: "api" } });

function machine(changes: Partial<RemoteMachineView> = {}): RemoteMachineView {
  const usual = { key: "m", name: "web1", ssh: "deploy@web1", apps: [api], unreachable: [], facts };
  return { ...usual, state: "connected", isOtherVersion: false, ...changes };
}

function rows(...machines: RemoteMachineView[]): TreeRow[] {
  return projectTree([], { now, t }, { machines, problems: [] });
}

function only(all: readonly TreeRow[]): TreeRow {
  const [row] = all;
  assert.ok(row !== undefined && all.length === 1);
  return row;
}

describe("a machine in the tree", () => {
  it("stands behind the apps here, which then show themselves though they are stopped", () => {
    const stopped = sampleView({ state: "stopped", snapshot: undefined });
    const tree = projectTree([stopped], { now, t }, { machines: [machine()], problems: [] });
    assert.deepEqual(
      tree.map(({ label, contextValue }) => [label, contextValue]),
      [
        ["api", "app;valid;startable"],
        ["web1", "machine"],
      ],
    );
  });

  it("has its apps below it with their workers, and says aloud on which machine they are", () => {
    const row = only(rows(machine()));
    assert.equal(row.description, "Hitless 1.2.3 · Node.js v24.1.0");
    const app = only(row.children);
    assert.deepEqual([app.label, app.description], ["api", "running · 2/2 · gen 1 · :3000"]);
    assert.equal(app.accessibilityLabel, "api on web1, running, 2 of 2 workers ready, :3000");
    assert.equal(app.contextValue, "appThere;renewableThere;activeThere");
    assert.deepEqual(
      app.children.map(({ contextValue, description }) => [contextValue, description]),
      [
        ["workerThere;replaceableThere;stayingThere", "2m"],
        ["workerThere;replaceableThere;stayingThere", "2m"],
      ],
    );
  });

  it("says why it can't be used, with what ssh said in the tooltip, and that it is tried again", () => {
    const { facts: _, ...rest } = machine({ apps: [], state: "failed" });
    const problem = {
      code: "machineUnreachable" as const,
      message: "web1 (deploy@web1) can't be reached.",
      detail: ["ssh: connect to host web1: refused"],
    };
    const row = only(rows({ ...rest, problem }));
    assert.deepEqual([row.description, row.expandable], ["can't be reached.", false]);
    assert.match(row.tooltip, /web1 .*be reached/s);
    assert.match(row.tooltip, /connect to host web1: refused/);
    assert.equal(only(rows({ ...rest, problem, state: "connecting" })).description, "trying again · can't be reached.");
    const other = { ...problem, message: "ssh can't connect to web1 (deploy@web1)." };
    assert.equal(only(rows({ ...rest, problem: other })).description, other.message);
    assert.equal(only(rows({ ...rest, state: "connecting" })).description, "connecting");
    assert.equal(only(rows({ ...rest, state: "waiting" })).description, "not connected");
    assert.equal(only(rows(machine({ apps: [] }))).description, "no apps · Hitless 1.2.3 · Node.js v24.1.0");
  });

  it("can be prepared where its Hitless is missing or of another version, unless the settings name the program", () => {
    const { facts: _, ...rest } = machine({ apps: [], state: "failed" });
    const lacking = { ...rest, problem: { code: "hitlessMissing" as const, message: "missing", detail: [] } };
    assert.equal(only(rows(lacking)).contextValue, "machine;preparable");
    assert.equal(only(rows(lacking)).description, "Hitless is missing");
    assert.equal(only(rows({ ...lacking, hitless: "/opt/hitless" })).contextValue, "machine");
    assert.equal(only(rows(machine({ isOtherVersion: true }))).contextValue, "machine;otherVersion");
    assert.equal(only(rows(machine())).contextValue, "machine");
  });

  it("lacks nothing without Hitless where it is only the balancer of a fleet", () => {
    const { facts: _, ...rest } = machine({ apps: [], state: "failed", balancerOf: ["shop", "blog"] });
    for (const code of ["hitlessMissing", "protocolMismatch"] as const) {
      const row = only(rows({ ...rest, problem: { code, message: "No Hitless on web1.", detail: ["not found"] } }));
      assert.equal(row.description, "balancer of shop, blog, needs no Hitless");
      assert.deepEqual(row.icon, { name: "vm", color: "disabledForeground" });
      assert.doesNotMatch(row.tooltip, /No Hitless|not found/);
      assert.equal(row.contextValue, "machine;preparable");
    }
    const gone = { code: "machineUnreachable" as const, message: "web1 can't be reached.", detail: [] };
    assert.equal(only(rows({ ...rest, problem: gone })).description, "can't be reached.");
  });

  it("names an app that can't be talked to", () => {
    const row = only(rows(machine({ apps: [], unreachable: [{ app: "api", reason: "It did not answer." }] })));
    const app = only(row.children);
    assert.deepEqual([app.label, app.description, app.contextValue], ["api", "It did not answer.", "trouble"]);
    assert.equal(app.accessibilityLabel, "api on web1, It did not answer.");
  });

  it("counts times by the clock of the machine, and says when that is off", () => {
    const ahead = machine({ facts: { ...facts, clockOffsetMs: 3_600_000 } });
    const row = only(rows(ahead));
    assert.match(row.description, /^clock 1h 0m ahead · /);
    assert.equal(only(row.children).children[0]?.description, "1h 2m");
    assert.match(only(rows(machine({ facts: { ...facts, clockOffsetMs: -60_000 } }))).description, /^clock 1m behind/);
    const slow = { ...facts, clockOffsetMs: 6_000, roundTripMs: 4_000 };
    assert.match(only(rows(machine({ facts: slow }))).description, /^Hitless/);
  });

  it("never leads to a file of the other machine, nor to changes of files there", () => {
    const failure = sampleFailure({
      stderr: ["at x (/srv/api/a.js:3:9)"],
      location: { file: "/srv/api/a.js", line: 3 },
    });
    const app = { stale: 2, crashes: { count: 1, at: now, slot: 1, failure } };
    const view = { ...api, snapshot: sampleSnapshot({ app }), reports: [sampleReport()] };
    const below = (row: TreeRow): TreeRow[] => [row, ...row.children.flatMap(below)];
    const all = below(only(rows(machine({ apps: [view] }))));
    assert.deepEqual([...new Set(all.map(({ opens }) => opens))].sort(), ["log", "report", undefined]);
    assert.ok(all.some(({ label }) => label === "Last crash"));
    assert.ok(!all.some(({ contextValue }) => contextValue === "stale"));
  });

  it("draws again only what changed, however deep it is", () => {
    const later = machine({ apps: [{ ...api, snapshot: sampleSnapshot({ app: { generation: 2 } }) }] });
    assert.deepEqual(changedRows(rows(machine()), rows(later)), [api.key]);
    const [worker, other] = api.snapshot?.workers ?? [];
    assert.ok(worker !== undefined && other !== undefined);
    const grown = { ...other, memory: 50_000_000 };
    const oneOther = machine({ apps: [{ ...api, snapshot: sampleSnapshot({ workers: [worker, grown] }) }] });
    const changed = changedRows(rows(machine()), rows(oneOther));
    assert.ok(changed.includes(`${api.key}#4711#2`), String(changed));
    assert.ok(!changed.includes("m") && !changed.includes(`${api.key}#4711#1`), String(changed));
  });
});

describe("what is wrong in the settings of machines", () => {
  it("has a row for each fault, which leads to its line", () => {
    const problems = [
      "/srv/shop/hitless.json:4: machines.web2.port is not a known setting; remove it.",
      "It is broken.",
    ];
    const tree = projectTree([], { now, t }, { machines: [], problems });
    assert.deepEqual(
      tree.map(({ label, description, opens }) => [label, description, opens]),
      [
        [
          "hitless.json",
          "machines.web2.port is not a known setting; remove it.",
          { file: "/srv/shop/hitless.json", line: 4 },
        ],
        ["Machines", "It is broken.", undefined],
      ],
    );
  });
});
