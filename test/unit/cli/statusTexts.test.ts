import assert from "node:assert/strict";
import { listTable, statusText } from "../../../src/cli/show/appTables.ts";
import { errorText, failureText, readyLine, renewalProgress } from "../../../src/cli/show/statusTexts.ts";
import { choosePaint, coloured, plain } from "../../../src/cli/terminal/paint.ts";
import { displayWidth, table } from "../../../src/cli/terminal/table.ts";
import { byteCount, count, duration, localTime, printable } from "../../../src/cli/terminal/units.ts";
import { listedApp, statusOutput } from "../../../src/shared/cliOutput.ts";
import { HitlessError } from "../../../src/shared/errors.ts";
import type { RenewalView } from "../../../src/shared/snapshot.ts";
import { sampleFailure, sampleSnapshot, sampleWorker } from "../client/samples.ts";

describe("texts of the command line", () => {
  it("says that an app is ready", () => {
    assert.equal(readyLine(sampleSnapshot()), "ready 2/2 · generation 1 · http://127.0.0.1:3000 · supervisor 4711");
    const silent = sampleSnapshot({ app: { addresses: [] }, workers: [sampleWorker()] });
    assert.equal(readyLine(silent), "ready 1/2 · generation 1 · supervisor 4711");
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
      "reloading api · draining 3 · one more queued",
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

  it("lists an app with a worker that does not respond as such", () => {
    const workers = [sampleWorker(), sampleWorker({ id: 2, slot: 2, health: "unresponsive" })];
    const listed = listTable([listedApp(sampleSnapshot({ workers }), 5_000)], plain);
    assert.match(listed, /^api {3}running, 1 unresponsive {2}2\/2 /m);
  });

  it("shows an app and its workers", () => {
    const workers = [
      sampleWorker({ restarts: 2, memory: 73_400_320 }),
      sampleWorker({
        id: 2,
        slot: 2,
        health: "unresponsive",
        stuckAt: [
          { function: "render", file: "/srv/api/render.js", line: 31 },
          { function: "", file: "/srv/api/server.js", line: 4 },
        ],
      }),
    ];
    const app = { failure: sampleFailure(), waitingConnections: 3 };
    const status = statusOutput(sampleSnapshot({ workers, app }), 4_000);
    assert.equal(
      statusText(status, plain),
      [
        "api · running · ready 2/2 · generation 1",
        "  http://127.0.0.1:3000",
        "  /srv/api/server.js · supervisor 4711 · Node.js v24.1.0",
        "  connections waiting for a free worker: 3",
        "",
        "✖ It threw.",
        "",
        "  last stderr lines:",
        "    Error: no",
        "",
        "WORKER     STATE         PID   UPTIME  MEMORY  RESTARTS",
        "1 · gen 1  ready         4712  3.0 s   70 MiB  2",
        "2 · gen 1  unresponsive  4712  3.0 s   –       0",
        "",
        "worker 2 · gen 1 does not respond · stuck in render (/srv/api/render.js:31)",
      ].join("\n"),
    );
  });

  it("shows what a draining worker still has", () => {
    const kinds = { http: 2, https: 0, http2: 0, webSocket: 1, eventStream: 0, raw: 0 };
    const inFlight = [{ method: "GET", url: "/slow\u009b2J", since: 1_000 }];
    const drain = { requests: 3, connections: 3, handedOver: 48, kinds, inFlight };
    const worker = sampleWorker({ state: "draining", drainingSince: 2_000, drainDeadline: 32_000, drain });
    const status = statusOutput(sampleSnapshot({ workers: [worker] }), 4_200);
    assert.deepEqual(status.workers[0]?.drain, {
      leftMs: 27_800,
      requests: 3,
      connections: 3,
      handedOver: 48,
      kinds,
      inFlight: [{ method: "GET", url: "/slow\u009b2J", ageMs: 3_200 }],
    });
    assert.deepEqual(statusText(status, plain).split("\n").slice(-4), [
      "worker 1 · gen 1 drains · 28 s left · 3 requests in flight · 48 connections handed over",
      "  3 connections: 2 HTTP, 1 WebSocket",
      "  GET /slow\ufffd2J · 3.2 s",
      "  and 2 requests more",
    ]);
  });

  it("shows a draining worker that has told nothing yet, or is past its deadline", () => {
    const silent = sampleWorker({ state: "draining", drainDeadline: 3_000, health: "unresponsive" });
    const status = statusOutput(sampleSnapshot({ workers: [silent] }), 4_000);
    assert.deepEqual(status.workers[0]?.drain, { leftMs: 0 });
    const [, row, , stuck, drains] = statusText(status, plain).split("\n").slice(-5);
    assert.match(row ?? "", /^1 · gen 1 {2}draining, unresponsive /);
    assert.deepEqual([stuck, drains], ["worker 1 · gen 1 does not respond", "worker 1 · gen 1 drains · 0 ms left"]);
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
    assert.deepEqual([byteCount(1), byteCount(12_345), byteCount(3_400_000)], ["1 byte", "12 KiB", "3.2 MiB"]);
    assert.equal(localTime(new Date(2026, 0, 31, 9, 5, 7).getTime()), "2026-01-31 09:05:07");
    assert.equal(printable("a\u001b[2J\u202eb网"), "a\ufffd[2J\ufffdb网");
    assert.deepEqual([displayWidth("abc"), displayWidth("网关"), displayWidth("e\u0301")], [3, 4, 1]);
  });
});
