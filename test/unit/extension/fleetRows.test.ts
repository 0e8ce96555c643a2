import assert from "node:assert/strict";
import { createFleetRuns } from "../../../src/extension/apps/machines/fleetRuns.ts";
import type { RemoteFleetView } from "../../../src/extension/apps/machines/remoteFleetView.ts";
import type { RemoteMachineView } from "../../../src/extension/apps/machines/remoteMachineView.ts";
import {
  fleetDocument,
  fleetProblemsDocument,
  inspectionDocument,
} from "../../../src/extension/presentation/fleetDocuments.ts";
import { fleetOutcome } from "../../../src/extension/presentation/fleetWords.ts";
import { fleetRow } from "../../../src/extension/views/rows/fleetRows.ts";
import { projectTree } from "../../../src/extension/views/treeModel.ts";
import { droppedCount } from "../../../src/shared/facts/reportFacts.ts";
import type { FleetRun, MachineRun } from "../../../src/shared/machines/fleetRun.ts";
import { sampleReport, sampleSnapshot, sampleWorker } from "../client/samples.ts";
import { sampleView, english as t } from "./fixtures.ts";

function machine(name: string, changes: Partial<RemoteMachineView> = {}): RemoteMachineView {
  const api = sampleView({ key: `${name}/api`, name: `api on ${name}`, there: { machine: name, app: "api" } });
  return {
    key: name,
    name,
    ssh: name,
    state: "connected",
    isOtherVersion: false,
    apps: [api],
    unreachable: [],
    ...changes,
  };
}

function fleet(members: readonly RemoteMachineView[], run?: FleetRun): RemoteFleetView {
  return {
    key: "f",
    name: "shop",
    app: "api",
    members: members.map((one) => ({ name: one.name, machine: one })),
    ...(run !== undefined && { run }),
  };
}

function ofMachine(name: string, changes: Partial<MachineRun> = {}): MachineRun {
  return { name, step: "waiting", deployed: false, renewed: false, ...changes };
}

function run(changes: Partial<FleetRun> = {}): FleetRun {
  const machines = [ofMachine("web1", { step: "done" }), ofMachine("web2", { step: "verifying" }), ofMachine("web3")];
  const usual = { session: "s", fleet: "shop", app: "api", kind: "reload", who: "ada@desk", startedAt: 1 } as const;
  return { ...usual, outcome: "running", machines, ...changes };
}

const three = [machine("web1"), machine("web2"), machine("web3")];
const states = (view: RemoteFleetView) =>
  fleetRow(view, t).children.map(({ label, description }) => [label, description]);

describe("a fleet in the tree", () => {
  it("says how many of its machines are ready, and below it how its app is on each", () => {
    const row = fleetRow(fleet(three), t);
    assert.deepEqual([row.label, row.description], ["shop", "api · 3 of 3 machines ready"]);
    assert.deepEqual([row.contextValue, row.children[0]?.contextValue], ["fleet", "fleetMachine"]);
    assert.deepEqual(states(fleet(three))[1], ["web2", "running · 2/2 · gen 1"]);
    assert.equal(row.children[0]?.accessibilityLabel, "api on web1, running, 2/2, gen 1");
  });

  it("counts no machine as ready of which that is not known, or that has no worker that is ready", () => {
    const starting = sampleSnapshot({ workers: [sampleWorker({ state: "starting" })] });
    const idle = {
      ...machine("web2"),
      apps: [{ ...sampleView(), there: { machine: "web2", app: "api" }, snapshot: starting }],
    };
    const problem = { code: "machineUnreachable" as const, message: "web3 can't be reached.", detail: [] };
    const view = fleet([machine("web1"), idle, machine("web3", { state: "failed", apps: [], problem })]);
    assert.equal(fleetRow(view, t).description, "api · 1 of 3 machines ready, 1 not known");
    assert.deepEqual(states(view)[2], ["web3", "can't be reached."]);
    const other = fleet([machine("web1"), machine("web2", { apps: [] })]);
    assert.deepEqual(states(other)[1], ["web2", "api does not run there"]);
    const { machine: _, ...nameless } = { name: "web9", machine: undefined };
    assert.equal(
      fleetRow({ ...view, members: [nameless] }, t).children[0]?.description,
      "not among the machines of the settings",
    );
  });

  it("shows where a reload is, and offers no second one meanwhile", () => {
    const row = fleetRow(fleet(three, run()), t);
    assert.deepEqual([row.description, row.contextValue], ["api · 1/3 · web2: verifying", "fleetBusy"]);
    assert.deepEqual(
      states(fleet(three, run())).map(([, words]) => words?.split(" · ")[0]),
      ["done", "verifying", "not touched"],
    );
  });

  it("says that the last reload failed, and where, until one completes", () => {
    const failed = ofMachine("web2", { step: "failed", failedAt: "verifying", renewed: true });
    const over = run({ outcome: "failed", durationMs: 2_000, machines: [ofMachine("web1", { step: "done" }), failed] });
    assert.match(
      fleetRow(fleet(three, over), t).description,
      /ready · The reload of the fleet “shop” stopped at web2\.$/,
    );
    assert.equal(fleetRow(fleet(three, over), t).icon?.name, "warning");
    const fine = fleetRow(fleet(three, run({ outcome: "completed" })), t);
    assert.equal(fine.description, "api · 3 of 3 machines ready");
  });

  it("stands before the machines", () => {
    const tree = projectTree([], { now: 1, t }, { fleets: [fleet(three)], machines: three, problems: [] });
    assert.deepEqual(
      tree.map(({ label }) => label),
      ["shop", "web1", "web2", "web3"],
    );
  });
});

describe("the runs of fleets", () => {
  it("are kept for each fleet, and told", () => {
    const runs = createFleetRuns();
    let told = 0;
    runs.onDidChange(() => {
      told += 1;
    });
    runs.set("f", run());
    assert.deepEqual([runs.of("f"), runs.of("other"), told], [run(), undefined, 1]);
  });

  it("are begun once at a time, and can be cancelled meanwhile", () => {
    const runs = createFleetRuns();
    let cancelled = 0;
    const over = runs.begin("f", () => {
      cancelled += 1;
    });
    assert.equal(
      runs.begin("f", () => undefined),
      undefined,
    );
    assert.ok(runs.begin("other", () => undefined) !== undefined);
    assert.equal(runs.cancel("f"), true);
    over?.();
    assert.equal(runs.cancel("f"), false);
    assert.equal(cancelled, 1);
    assert.ok(runs.begin("f", () => undefined) !== undefined);
  });
});

describe("the report of a fleet", () => {
  const traffic = { served: 12, failed: 0, handedOver: 0, closed: 0, cut: 0, longestStallMs: 0 };
  const dead = sampleReport({ outcome: "failed", traffic });

  it("has each machine with what its clients had of it; what is not known is no number", () => {
    const report = sampleReport({ traffic });
    const { traffic: _, ...rolledBack } = sampleReport({ outcome: "rolledBack" });
    const machines = [
      ofMachine("web1", { step: "done", renewed: true, report, durationMs: 1_300, serves: true }),
      ofMachine("web2", { step: "failed", failedAt: "renewing", report: dead, serves: false, detail: ["| <b>x</b>"] }),
      ofMachine("web3"),
      ofMachine("web4", { step: "failed", failedAt: "renewing", serves: true, verified: true }),
      ofMachine("web5", { step: "failed", failedAt: "renewing", serves: true, report: rolledBack }),
    ];
    const over = run({ outcome: "failed", reason: "web2 | failed", durationMs: 3_000, machines });
    const text = fleetDocument(over, ["The versions of Node.js differ: x."], t);
    const rows = text.split("\n").filter((line) => line.startsWith("| web"));
    assert.deepEqual(rows, [
      "| web1 | done | 1 → 2 | 12 | 0 | 1\\.3 s |",
      "| web2 | failed while renewing | 1 → 2 | 12 | ? | – |",
      "| web3 | not touched | – | – | – | – |",
      "| web4 | failed while renewing, serves as before | – | – | – | – |",
      "| web5 | failed while renewing, its workers are as before | 1 | – | ? | – |",
    ]);
    assert.match(text, /web2 \\\| failed/);
    assert.match(text, /Not serving\\: web2/);
    assert.match(text, /Whether it serves is not known\\: web3/);
    assert.match(text, /```text\n\| <b>x<\/b>\n```/);
    assert.match(text, /differ/);
    const sections = text.split("\n").filter((line) => line.startsWith("#"));
    assert.deepEqual(sections.slice(1), [
      "## Found before",
      "## web1",
      "### Workers",
      "## web2",
      "### Workers",
      "## web5",
      "### Workers",
    ]);
  });

  it("counts nothing as dropped or not where clients may have noticed an earlier loss, or workers were killed", () => {
    const counts = [
      sampleReport({ traffic: { ...traffic, failed: 2, cut: 1 } }),
      sampleReport({ traffic: { ...traffic, afterLoss: true } }),
      sampleReport({ traffic, killed: 1 }),
      dead,
    ].map(droppedCount);
    assert.deepEqual(counts, [3, undefined, undefined, undefined]);
  });

  it("names the outcome and the machines in a sentence", () => {
    const at = ofMachine("web2", { failedAt: "deploying", step: "failed" });
    const said = (changes: Partial<FleetRun>) => fleetOutcome(run({ durationMs: 12_340, ...changes }), t);
    assert.equal(said({ outcome: "completed" }), "The fleet “shop” was reloaded on 3 machines in 12.3 s.");
    assert.equal(said({ outcome: "cancelled" }), "The reload of the fleet “shop” was cancelled after 1 of 3 machines.");
    assert.equal(
      said({ outcome: "rolledBack", machines: [at] }),
      "The reload of the fleet “shop” failed at web2 and was rolled back.",
    );
    assert.equal(said({ outcome: "failed", machines: [] }), "The reload of the fleet “shop” stopped.");
    const restarted = "The fleet “shop” was restarted on 3 machines in 12.3 s.";
    assert.equal(said({ outcome: "completed", kind: "restart" }), restarted);
    const back = "The roll-back of the fleet “shop” stopped at web2.";
    assert.equal(said({ outcome: "failed", kind: "rollback", machines: [at] }), back);
    const one = "The fleet “shop” was rolled back on 1 machine in 12.3 s.";
    assert.equal(said({ outcome: "completed", kind: "rollback", machines: [at] }), one);
    const none = "The restart of the fleet “shop” was cancelled after 0 of 1 machine.";
    assert.equal(said({ outcome: "cancelled", kind: "restart", machines: [at] }), none);
  });

  it("names all that is in the way of one", () => {
    const text = fleetProblemsDocument("shop", [{ message: "a" }, { message: "b", detail: ["c"] }], t);
    assert.match(text, /Nothing of the fleet “shop” was touched\n\n- a\n\n- b\n\n```text\nc\n```/);
  });
});

describe("what a check of a fleet has found", () => {
  const finding = { code: "x", file: "/etc/nginx.conf", line: 7, message: "It loses requests.", fix: "Mend it." };

  it("is shown with its place and its fix, the worst first", () => {
    const text = inspectionDocument(
      {
        fleet: "shop",
        problems: [{ machine: "web2", severity: "error", message: "web2 can't be reached.", detail: ["ssh: no"] }],
        findings: [
          { ...finding, severity: "note" },
          { ...finding, severity: "error", file: "hitless", line: 0 },
        ],
        keepAlive: [
          { machine: "web1", worker: 1, servers: [{ protocol: "http", keepAliveTimeoutMs: 5_000, idleMs: 6_000 }] },
          { machine: "web2", servers: [], problem: "It is not connected." },
        ],
      },
      t,
    );
    assert.deepEqual(
      text.split("\n").filter((line) => line !== ""),
      [
        "# The fleet “shop”",
        "## Errors (2)",
        "**web2** — web2 can\\'t be reached\\.",
        "```text",
        "ssh: no",
        "```",
        "It loses requests\\.",
        "> Mend it\\.",
        "## Notes (1)",
        "**\\/etc\\/nginx\\.conf\\:7** — It loses requests\\.",
        "> Mend it\\.",
        "## Idle connections of the app",
        "- web1 closes idle connections after 6 s",
        "- web2\\: for how long it keeps idle connections is not known\\: It is not connected\\.",
      ],
    );
  });

  it("is nothing where nothing is wrong", () => {
    const text = inspectionDocument({ fleet: "shop", problems: [], findings: [], keepAlive: [] }, t);
    assert.equal(text.trim(), "# Nothing is in the way of the fleet “shop”");
  });
});
