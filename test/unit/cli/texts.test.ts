import assert from "node:assert/strict";
import { listTable, statusText } from "../../../src/cli/appTables.ts";
import { choosePaint, coloured, plain } from "../../../src/cli/paint.ts";
import { displayWidth, table } from "../../../src/cli/table.ts";
import { errorText, failureText, readyLine, renewalProgress, reportText } from "../../../src/cli/texts.ts";
import { byteCount, count, duration } from "../../../src/cli/words.ts";
import { listedApp, statusOutput } from "../../../src/shared/cliOutput.ts";
import { HitlessError } from "../../../src/shared/errors.ts";
import type { RenewalView } from "../../../src/shared/snapshot.ts";
import { sampleFailure, sampleReport, sampleSnapshot, sampleWorker } from "../client/samples.ts";

describe("texts of the command line", () => {
  it("says that an app is ready", () => {
    assert.equal(readyLine(sampleSnapshot()), "ready 2/2 · generation 1 · http://127.0.0.1:3000 · supervisor 4711");
    const silent = sampleSnapshot({ app: { addresses: [] }, workers: [sampleWorker()] });
    assert.equal(readyLine(silent), "ready 1/2 · generation 1 · supervisor 4711");
  });

  it("reports a reload that completed", () => {
    assert.equal(reportText("api", sampleReport(), plain), "✔ api reloaded · generation 1 → 2 · 2 workers · 1.2 s");
    const one = sampleReport({ kind: "restart", from: 2, killed: 1 });
    assert.equal(
      reportText("api", one, plain),
      "✔ api restarted · generation 2 · 2 workers · 1.2 s\n  1 worker did not end in time and was killed",
    );
  });

  it("reports what the clients had of it", () => {
    const nothing = { served: 0, failed: 0, handedOver: 0, closed: 0, cut: 0, longestStallMs: 0 };
    const second = (traffic: object) =>
      reportText("api", sampleReport({ traffic: { ...nothing, ...traffic } }), plain).split("\n")[1];
    assert.equal(second({}), undefined);
    assert.equal(second({ served: 1200, handedOver: 1 }), "  1200 requests served · 1 connection handed over");
    assert.equal(second({ failed: 1, closed: 3, cut: 2 }), "  3 closed · 1 request cut off · 2 connections cut off");
  });

  it("reports why a reload was rolled back, with the last stderr lines", () => {
    const report = sampleReport({
      outcome: "rolledBack",
      reason: "Worker 3 threw.",
      stderr: ["Error: no", "    at x"],
    });
    assert.equal(
      reportText("api", report, plain),
      [
        "✖ reload of api rolled back: Worker 3 threw.",
        "  generation 1 serves on untouched · gave up after 1.2 s",
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

  it("tells how far a renewal is", () => {
    const renewal: RenewalView = {
      kind: "reload",
      phase: "starting",
      from: 1,
      to: 2,
      ready: 2,
      total: 4,
      draining: 3,
      startedAt: 1,
      queued: false,
      cancellable: true,
    };
    assert.equal(renewalProgress("api", renewal), "reloading api · 2/4 ready");
    assert.equal(
      renewalProgress("api", { ...renewal, phase: "draining", queued: true }),
      "reloading api · draining 3 · one more waits",
    );
    assert.equal(renewalProgress("api", { ...renewal, phase: "rollingBack" }), "rolling back api");
    assert.equal(
      renewalProgress("api", { ...renewal, kind: "restart", phase: "stopping" }),
      "restarting api · stopping",
    );
  });

  it("tells why an app failed", () => {
    const failure = sampleFailure({ location: { file: "/srv/api/server.js", line: 3 } });
    assert.equal(failureText(failure, plain, { withStderr: false }), "✖ It threw.\n  at /srv/api/server.js:3");
    assert.match(failureText(failure, plain, { withStderr: true }), /last stderr lines:\n {4}Error: no$/);
    const error = new HitlessError("supervisorFailed", "It failed.", { detail: ["why"] });
    assert.equal(errorText(error, plain), "✖ It failed.\n    why");
  });

  it("aligns the table of apps", () => {
    const snapshot = sampleSnapshot();
    const apps = [
      listedApp(snapshot, 5_000),
      { ...listedApp(sampleSnapshot({ app: { name: "网关", addresses: [] } }), 0) },
    ];
    assert.equal(
      listTable(apps, plain),
      [
        "NAME  STATE    READY  GEN  ADDRESS                SUPERVISOR  FOLDER",
        "api   running  2/2    1    http://127.0.0.1:3000  4711        /srv/api",
        "网关  running  2/2    1    –                      4711        /srv/api",
      ].join("\n"),
    );
  });

  it("shows an app and its workers", () => {
    const workers = [sampleWorker({ restarts: 2 }), sampleWorker({ id: 2, slot: 2, health: "unresponsive" })];
    const status = statusOutput(sampleSnapshot({ workers, app: { failure: sampleFailure() } }), 4_000);
    assert.equal(
      statusText(status, plain),
      [
        "api · running · ready 2/2 · generation 1",
        "  http://127.0.0.1:3000",
        "  /srv/api/server.js · supervisor 4711 · Node.js v24.1.0",
        "",
        "✖ It threw.",
        "",
        "  last stderr lines:",
        "    Error: no",
        "",
        "ID  SLOT  STATE         PID   GEN  UPTIME  RESTARTS",
        "1   1     ready         4712  1    3.0 s   2",
        "2   2     unresponsive  4712  1    3.0 s   0",
      ].join("\n"),
    );
  });

  it("colours for a terminal only, and for nobody who has declined", () => {
    assert.equal(choosePaint(true, {}), coloured);
    assert.equal(choosePaint(true, { NO_COLOR: "" }), coloured);
    for (const [isTerminal, environment] of [
      [false, {}],
      [true, { NO_COLOR: "1" }],
      [true, { TERM: "dumb" }],
    ] as const) {
      assert.equal(choosePaint(isTerminal, environment), plain);
    }
    assert.equal(coloured("red", "x"), "\u001b[31mx\u001b[39m");
    assert.equal(
      table(["A", "B"], [[{ text: "x", style: "red" }, { text: "y" }]], coloured).split("\n")[1],
      "\u001b[31mx\u001b[39m  y",
    );
  });

  it("writes times, numbers and sizes as people do", () => {
    const times: [number, string][] = [
      [0, "0 ms"],
      [999, "999 ms"],
      [1_234, "1.2 s"],
      [9_960, "10 s"],
      [59_400, "59 s"],
      [60_000, "1m"],
      [192_000, "3m 12s"],
      [7_500_000, "2h 5m"],
      [356_400_000, "4d 3h"],
    ];
    for (const [milliseconds, text] of times) {
      assert.equal(duration(milliseconds), text);
    }
    assert.deepEqual(
      [count(1, "worker"), count(2, "worker"), count(0, "worker")],
      ["1 worker", "2 workers", "0 workers"],
    );
    assert.deepEqual([byteCount(1), byteCount(12_345), byteCount(3_400_000)], ["1 byte", "12 KB", "3.4 MB"]);
    assert.deepEqual([displayWidth("abc"), displayWidth("网关"), displayWidth("e\u0301")], [3, 4, 1]);
  });
});
