import assert from "node:assert/strict";
import { fleetReportText, staleLockLine } from "../../../src/cli/show/fleetText.ts";
import { historyTable } from "../../../src/cli/show/historyTable.ts";
import { reportText } from "../../../src/cli/show/reportLines.ts";
import { plain } from "../../../src/cli/terminal/paint.ts";
import type { FleetRun, MachineRun } from "../../../src/shared/machines/fleetRun.ts";
import type { RenewalReport } from "../../../src/shared/report.ts";
import { sampleReport } from "../client/samples.ts";

const noTraffic = {
  served: 0,
  failed: 0,
  handedOver: 0,
  closed: 0,
  cut: 0,
  opaque: 0,
  inTransit: 0,
  longestStallMs: 0,
  crashed: 0,
  silent: 0,
  afterLoss: false,
};

function withTraffic(traffic: Partial<typeof noTraffic>, changes: Partial<RenewalReport> = {}): string[] {
  return reportText("api", sampleReport({ traffic: { ...noTraffic, ...traffic }, ...changes }), plain).split("\n");
}

describe("the report of a renewal", () => {
  it("tells of a reload that completed all there is to know", () => {
    const traffic = { served: 1_240, handedOver: 48, closed: 2, longestStallMs: 3 };
    assert.deepEqual(withTraffic(traffic, { drainedMs: 1_200 }), [
      "✔ api reloaded · generation 1 → 2 · 2 workers · 1.2 s",
      "  0 dropped · 1240 requests served",
      "  48 connections handed over · 2 connections closed politely · longest stall 3 ms",
      "  new workers ready after 800 ms · old ones drained after 1.2 s",
    ]);
  });

  it("says that nothing was dropped only where nothing was", () => {
    const says = (traffic: Partial<typeof noTraffic>, changes: Partial<RenewalReport> = {}) =>
      withTraffic(traffic, changes).join("\n").includes("0 dropped");
    assert.equal(says({}), true);
    assert.equal(says({}, { kind: "gracefulReload" }), true);
    assert.equal(says({ failed: 1 }), false);
    assert.equal(says({ cut: 1 }), false);
    assert.equal(says({ crashed: 1 }), false);
    assert.equal(says({ silent: 1 }), false);
    assert.equal(says({ inTransit: 1 }), false);
    assert.equal(says({ afterLoss: true }), false);
    assert.equal(says({}, { killed: 1 }), false);
    assert.equal(says({}, { kind: "restart" }), false);
    assert.equal(says({}, { outcome: "rolledBack" }), false);
    assert.equal(says({}, { outcome: "failed" }), false);
    assert.equal(reportText("api", sampleReport(), plain).includes("dropped"), false);
  });

  it("counts and lists what was cut off", () => {
    const cutRequests = [
      { worker: 1, slot: 1, generation: 1, method: "GET", url: "/export", since: 1_000 },
      { worker: 2, method: "POST", url: "/\u001b[2J", since: 30_000 },
    ];
    const lines = withTraffic({ failed: 3, cut: 2 }, { cutRequests, drainedMs: 31_000, killed: 1 });
    assert.deepEqual(lines.slice(1), [
      "  3 requests cut off",
      "  2 connections cut off",
      "  new workers ready after 800 ms · old ones drained after 31 s",
      "  1 worker did not end in time and was killed",
      "",
      "  requests cut off, with their age:",
      "    GET /export · 31 s · worker 1 · gen 1",
      "    POST /\ufffd[2J · 2.0 s",
      "    and 1 more",
    ]);
  });

  it("says what nobody knows", () => {
    assert.deepEqual(withTraffic({ inTransit: 1 }).slice(1, 2), [
      "  1 connection still on the way; no new worker has taken it yet",
    ]);
    assert.deepEqual(withTraffic({ crashed: 1, silent: 2 }).slice(1, 2), [
      "  1 worker died with what it was answering · 2 workers ended without reporting; what they were answering is unknown",
    ]);
    assert.deepEqual(withTraffic({ cut: 3, opaque: 2 }).slice(1, 3), [
      "  3 connections cut off",
      "  2 of them in a protocol that Hitless does not know; what they were carrying is lost",
    ]);
    assert.deepEqual(withTraffic({ afterLoss: true }).slice(1, 2), [
      "  a worker had died or connections had been cut off just before; clients may have noticed only now",
    ]);
  });

  it("lists no more than a person reads", () => {
    const cutRequests = Array.from({ length: 60 }, () => ({ worker: 1, method: "GET", url: "/", since: 1_000 }));
    const lines = withTraffic({ failed: 60, cut: 60 }, { cutRequests });
    assert.equal(lines.filter((line) => line.startsWith("    GET /")).length, 20);
    assert.equal(lines.at(-1), "    and 40 more");
  });

  it("says that a restart refuses clients, and that one of a single worker does not", () => {
    const gap = "clients were refused between stop and start";
    assert.equal(withTraffic({ served: 1 }, { kind: "restart" })[1], `  1 request served · ${gap}`);
    assert.equal(withTraffic({ served: 1 }, { kind: "restart", from: 2 })[1], "  1 request served");
  });

  it("tells why a reload was rolled back, with the last stderr lines", () => {
    const report = sampleReport({
      outcome: "rolledBack",
      reason: "Worker 3 threw.",
      stderr: ["Error: no", "    at x"],
      location: { file: "/srv/api/server.js", line: 7, column: 3 },
    });
    assert.equal(
      reportText("api", report, plain),
      [
        "✖ reload of api rolled back: Worker 3 threw.",
        "  at /srv/api/server.js:7",
        "  generation 1 keeps serving, untouched · gave up after 1.2 s",
        "  new workers ready after 800 ms",
        "",
        "  last stderr lines:",
        "    Error: no",
        "        at x",
      ].join("\n"),
    );
    assert.match(reportText("api", sampleReport({ outcome: "cancelled" }), plain), /^✖ reload of api cancelled\n/);
    assert.match(
      reportText("api", sampleReport({ kind: "gracefulReload", outcome: "failed" }), plain),
      /^✖ graceful reload .*failed\n.*half-way/,
    );
  });
});

describe("the history of renewals", () => {
  it("has one row for each, with its traffic and its reason", () => {
    const startedAt = new Date(2026, 0, 31, 9, 5, 7).getTime();
    const traffic = { served: 1_240, failed: 1, handedOver: 48, closed: 2, cut: 3, longestStallMs: 4 };
    const rolledBack = sampleReport({
      startedAt,
      outcome: "rolledBack",
      reason: "Worker 3: Error: \u001b[31mno\n  at x",
      traffic: { ...noTraffic, served: 7 },
    });
    const reports = [rolledBack, sampleReport({ startedAt, traffic }), sampleReport({ startedAt, from: 2 })];
    assert.equal(
      historyTable(reports, plain),
      [
        "WHEN                 KIND    GEN    OUTCOME      TOOK   SERVED  FAILED  HANDED OVER  CLOSED  CUT  STALL  REASON",
        "2026-01-31 09:05:07  reload  1 → 2  rolled back  1.2 s  7       0       0            0       0    –      Worker 3: Error: \ufffd[31mno",
        "2026-01-31 09:05:07  reload  1 → 2  completed    1.2 s  1240    1       48           2       3    4 ms",
        "2026-01-31 09:05:07  reload  2      completed    1.2 s  –       –       –            –       –    –",
      ].join("\n"),
    );
  });
});

describe("the lock of a session that died", () => {
  it("is taken over by a run, and not by who only looks", () => {
    const holder = { session: "s", fleet: "shop", kind: "reload", who: "ada@desk", since: 0 } as const;
    const end = (taken: boolean) => staleLockLine(["web1", "web2"], holder, taken, plain).split("its lock on ")[1];
    assert.deepEqual(
      [end(true), end(false)],
      ["web1, web2; it is taken over", "web1, web2; the next run takes it over"],
    );
  });
});

describe("the report of a fleet that stopped", () => {
  const machine = (name: string, changes: Partial<MachineRun> = {}): MachineRun => ({
    ...{ name, step: "waiting", deployed: false, renewed: false, serves: true },
    ...changes,
  });
  const done = { step: "done", deployed: true, renewed: true } as const;
  const failed = { step: "failed", failedAt: "renewing", deployed: true } as const;
  let fleet: { readonly rollback?: string[] };
  beforeEach(() => {
    fleet = { rollback: ["./release.sh", "--back"] };
  });
  const report = (...machines: readonly MachineRun[]): string => {
    const about = { session: "s", fleet: "shop", app: "api", kind: "reload", who: "ada@desk", startedAt: 1 } as const;
    const run: FleetRun = { ...about, outcome: "failed", reason: "It failed.", machines: [...machines] };
    return fleetReportText(run, fleet, plain);
  };
  const back = (...machines: readonly MachineRun[]): string | undefined =>
    report(...machines)
      .split("\n")
      .find((line) => line.includes("To go back"));

  it("names a way back that leaves out what was not touched", () => {
    assert.equal(
      back(machine("web1", done), machine("web2", failed), machine("web3")),
      "  To go back on web1, web2: hitless fleet rollback shop",
    );
    assert.equal(
      back(machine("web1", done), machine("web2", failed)),
      "  To go back on web1, web2: hitless fleet rollback shop",
    );
    assert.equal(
      back(machine("web1", { ...done, step: "rolledBack" }), machine("web2", failed), machine("web3")),
      "  To go back on web2: hitless fleet rollback shop",
    );
    assert.equal(back(machine("web1"), machine("web2")), undefined);
  });

  it("names no machine that was only deployed where the fleet has no command that takes that back", () => {
    fleet = {};
    assert.equal(
      back(machine("web1", done), machine("web2", failed)),
      "  To go back on web1: hitless fleet rollback shop",
    );
    assert.equal(back(machine("web1", failed), machine("web2")), undefined);
  });

  it("says of no machine that it serves as before where that is not known", () => {
    const says = (changes: Partial<MachineRun>): boolean =>
      report(machine("web1", { ...failed, ...changes }), machine("web2")).includes("serves as before");
    const verified = { verified: true };
    assert.deepEqual(
      [
        says(verified),
        says({}),
        says({ serves: false }),
        says({ serves: undefined as never }),
        says({ ...verified, renewed: true }),
      ],
      [true, false, false, false, false],
    );
  });

  it("claims of the machines no more than was asked", () => {
    const workers = { ready: 2, desired: 2 };
    const last = (...machines: readonly MachineRun[]) =>
      report(...machines).match(/^ {2}(?:All|Workers|Not) .*$/m)?.[0];
    const two = (changes: Partial<MachineRun>) =>
      last(machine("web1", { workers }), machine("web2", { workers, ...changes }));
    assert.equal(
      two({}),
      "  Workers are ready on all machines (web1 2/2, web2 2/2); no verify address is set that would tell more.",
    );
    assert.equal(
      last(machine("web1", { workers, verified: true }), machine("web2", { workers, verified: true })),
      "  All machines serve: the verify address answers on each as it must.",
    );
    assert.equal(
      two({ serves: false, verified: false }),
      "  Not serving: web2 (its verify address answers otherwise).",
    );
    for (const [desired, text] of [
      [1, "0/1 worker"],
      [2, "0/2 workers"],
    ] as const) {
      assert.equal(two({ serves: false, workers: { ready: 0, desired } }), `  Not serving: web2 (${text} ready).`);
    }
  });

  it("has the generation that serves, and not one that was rolled back", () => {
    const rolledBack = sampleReport({ outcome: "rolledBack", from: 8, to: 9 });
    assert.match(report(machine("web1", { ...failed, report: rolledBack }), machine("web2")), /web1 .* 8, not 9 /);
  });
});
