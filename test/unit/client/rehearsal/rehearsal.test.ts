import assert from "node:assert/strict";
import { chooseTarget } from "../../../../src/client/rehearsal/chooseTarget.ts";
import { rehearsalJunit } from "../../../../src/client/rehearsal/documents/rehearsalJunit.ts";
import { rehearsalMarkdown } from "../../../../src/client/rehearsal/documents/rehearsalMarkdown.ts";
import { rehearsalPage } from "../../../../src/client/rehearsal/documents/rehearsalPage.ts";
import { verdictOf } from "../../../../src/client/rehearsal/documents/rehearsalWords.ts";
import { planRehearsal, type RehearsalWish } from "../../../../src/client/rehearsal/rehearsalPlan.ts";
import { TrafficRecord } from "../../../../src/client/rehearsal/trafficRecord.ts";
import type { RehearsalResult } from "../../../../src/shared/rehearsal/rehearsalResult.ts";
import type { RenewalReport } from "../../../../src/shared/report.ts";
import { productionSigns } from "../../../../src/supervisor/app/productionSigns.ts";
import { sampleReport, sampleSnapshot } from "../samples.ts";
import { calm, sampleRehearsal } from "./sampleRehearsal.ts";

function problems(wish: RehearsalWish): string {
  try {
    planRehearsal(wish);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

describe("a rehearsal's plan", () => {
  it("has bounds, and names the field that is out of them", () => {
    assert.equal(problems({}), "");
    assert.match(problems({ connections: 1_001 }), /connections must be a number from 1 to 1000/);
    assert.match(problems({ rate: 20_001 }), /rate/);
    assert.match(problems({ seconds: 121 }), /seconds/);
    assert.match(problems({ rate: 20_000, seconds: 120 }), /more than 1000000 requests/);
    assert.match(problems({ paths: ["products"] }), /path must begin with \//);
    assert.match(problems({ paths: ["/a b"] }), /no space/);
    assert.match(problems({ paths: ["/→"] }), /not ASCII/);
    assert.match(problems({ headers: { "x-name": "→" } }), /header x-name holds a character/);
    assert.match(problems({ headers: { "content-length": "5" } }), /header content-length is set by the clients/);
    assert.match(problems({ method: "connect" }), /CONNECT/);
    assert.match(problems({ body: "{}" }), /GET has no body/);
    assert.match(problems({ method: "GE T" }), /method/);
    assert.match(problems({ expect: 42 }), /expect/);
    assert.match(problems({ protocol: "ws", method: "POST" }), /opened with GET/);
  });

  it("opens fewer connections than wished where each would be idle for long", () => {
    assert.equal(planRehearsal({ rate: 10 }).connections, 20);
    assert.equal(planRehearsal({ rate: 1 }).connections, 2);
    assert.equal(planRehearsal({}).rate, 500);
  });

  it("asks the app's own addresses and no other", () => {
    const app = (addresses: string[]) => sampleSnapshot({ app: { addresses } });
    assert.equal(chooseTarget(app(["http://127.0.0.1:3000"]), {}).protocol, "http");
    assert.equal(chooseTarget(app(["tcp://127.0.0.1:5000", "https://127.0.0.1:3443"]), {}).protocol, "https");
    assert.deepEqual(chooseTarget(app(["unix:/run/api.sock"]), {}).target, {
      address: "unix:/run/api.sock",
      origin: "http://localhost",
      isTls: false,
      socketPath: "/run/api.sock",
    });
    assert.throws(
      () => chooseTarget(app(["http://127.0.0.1:3000"]), { address: "http://example.com" }),
      /own addresses/,
    );
    assert.throws(() => chooseTarget(app([]), {}), /listens nowhere/);
    assert.throws(() => chooseTarget(app(["http://127.0.0.1:3000"]), { protocol: "https" }), /speaks https/);
  });

  it("knows production by names and schemes, and tells no value", () => {
    const environment = {
      NODE_ENV: "production",
      DATABASE_URL: "postgres://user:secret@db.example.com/shop",
      CACHE: "redis://localhost:6379",
      QUEUE: "amqp://queue:5672",
      HOME: "/home/me",
      SITE: "https://example.com",
      IPV6: "postgres://[::1]/shop",
    };
    assert.deepEqual(productionSigns(environment), [
      { name: "DATABASE_URL", why: "elsewhere" },
      { name: "NODE_ENV", why: "production" },
    ]);
  });
});

describe("what a rehearsal says", () => {
  const lost = { ...calm, failed: 2 };

  it("is well when nothing failed and the report says the same", () => {
    const result = sampleRehearsal();
    assert.equal(result.passed, true);
    assert.deepEqual(
      result.findings.map(({ level }) => level),
      ["good", "good", "good", "good"],
    );
  });

  it("is bad when a request failed, and worse when the report does not know of it", () => {
    const failed = { failed: 2, during: lost, failureReasons: [{ why: "ECONNRESET", times: 2 }] };
    const texts = sampleRehearsal(failed).findings.filter(({ level }) => level === "bad");
    assert.match(texts[0]?.text ?? "", /2 requests failed during the renewal or after it: ECONNRESET \(2 ×\)/);
    assert.match(texts[1]?.text ?? "", /The report says that nothing was dropped, and 2 requests failed/);
    assert.equal(sampleRehearsal(failed).passed, false);
  });

  it("names what HTTP/2 refused with its session, which nobody has lost, and agrees with the report", () => {
    const result = sampleRehearsal({ protocol: "h2", refused: 2 });
    assert.equal(result.passed, true);
    assert.match(result.findings[0]?.text ?? "", /2 requests came when the HTTP\/2 session was ending/);
    assert.ok(result.findings.some(({ check, level }) => check === "report" && level === "good"));
    assert.deepEqual(verdictOf(result), { level: "warning", text: "nothing was lost" });
  });

  it("advises by what ended the requests", () => {
    const traffic = { served: 9, failed: 0, handedOver: 0, closed: 0, cut: 0, longestStallMs: 0 };
    const fixOf = (why: string, changes: Partial<RenewalReport> = {}, workers: RehearsalResult["workers"] = []) => {
      const report = sampleReport({ traffic, killed: 0, ...changes });
      const reasons = { failureReasons: [{ why, times: 2 }], workers, report };
      return sampleRehearsal({ failed: 2, during: lost, ...reasons }).findings.find(({ fix }) => fix)?.fix ?? "";
    };
    assert.match(fixOf("ECONNRESET"), /process\.exit/);
    assert.match(fixOf("ECONNRESET", { traffic: { ...traffic, crashed: 1 } }), /^A worker died by itself/);
    const worker = { slot: 1, generation: 1, pid: 1, figures: [] };
    const replaced = [1, 2].map((id) => ({ ...worker, id }));
    assert.match(fixOf("ECONNRESET", {}, replaced), /^A worker died by itself/);
    assert.match(fixOf("ECONNRESET", { killed: 1 }), /drainTimeout/);
    assert.match(fixOf("ECONNRESET", { traffic: { ...traffic, failed: 2 } }), /drainTimeout/);
    assert.match(fixOf("status 503"), /readyUrl/);
    assert.match(fixOf("no answer within 30 s"), /hitless requests/);
    assert.match(fixOf("connect ECONNREFUSED 127.0.0.1:3000"), /^Nobody listened/);
  });

  it("does not blame the renewal for what failed before it", () => {
    const { findings } = sampleRehearsal({
      failed: 2,
      before: lost,
      failureReasons: [{ why: "status 500", times: 2 }],
    });
    assert.match(findings[0]?.text ?? "", /2 requests failed before the renewal: status 500/);
    assert.equal(findings.filter(({ level }) => level === "bad").length, 1);
  });

  it("counts reasons only where they belong, and does not hold a wrong answer against the report", () => {
    const failureReasons = [{ why: "status 500", times: 4 }];
    const { findings } = sampleRehearsal({ failed: 4, before: lost, during: lost, failureReasons });
    assert.deepEqual(
      findings.filter(({ level }) => level === "bad").map(({ text }) => text),
      [
        "2 requests failed before the renewal: status 500.",
        "2 requests failed during the renewal or after it: status 500.",
      ],
    );
    const cut = [...failureReasons.map((reason) => ({ ...reason, times: 1 })), { why: "ECONNRESET", times: 1 }];
    const mixed = sampleRehearsal({ failed: 2, during: lost, failureReasons: cut });
    assert.ok(mixed.findings.some(({ check, level }) => check === "report" && level === "bad"));
  });

  it("expects a build that can't start to be rolled back", () => {
    const report = sampleReport({ outcome: "rolledBack", reason: "it threw" });
    assert.equal(sampleRehearsal({ kind: "brokenBuild", report }).passed, true);
    assert.equal(sampleRehearsal({ kind: "brokenBuild" }).passed, false);
    const unwanted = sampleRehearsal({
      report: { ...report, location: { file: "/app/server.js", line: 7, column: 1 } },
    });
    assert.deepEqual(unwanted.findings[0], {
      check: "outcome",
      level: "bad",
      text: "The renewal did not complete (rolled back): it threw",
      fix: "The new code failed at /app/server.js:7; mend it.",
    });
    assert.deepEqual(verdictOf(unwanted), { level: "bad", text: "not passed" }, "nobody has noticed that");
  });

  it("fails when answers took longer than is allowed", () => {
    assert.equal(sampleRehearsal({ during: { ...calm, p99: 19 } }).passed, true);
    const { passed, findings } = sampleRehearsal({ during: { ...calm, p99: 21 } });
    assert.equal(passed, false);
    assert.match(findings[0]?.text ?? "", /more than 4 times as long/);
  });

  it("proves nothing when nothing was answered, and does not pass a bound that can't be checked", () => {
    const nothing = { answers: 0, failed: 0, reopened: 0 };
    const empty = sampleRehearsal({ requests: 0, before: nothing, during: nothing, after: nothing });
    assert.equal(empty.passed, false);
    assert.match(empty.findings[0]?.text ?? "", /nothing is proven/);
    const unmeasured = sampleRehearsal({ during: nothing });
    assert.equal(unmeasured.passed, false);
    assert.match(unmeasured.findings[0]?.text ?? "", /too few requests were answered during the renewal/);
    assert.equal(sampleRehearsal({ protocol: "sse", during: nothing }).passed, true);
  });

  it("says that the app listens elsewhere after it", () => {
    const failures = { kind: "restart" as const, failed: 2, during: lost };
    assert.match(
      sampleRehearsal(failures, ["http://127.0.0.1:3001"]).findings[0]?.text ?? "",
      /did not listen on http:\/\/127\.0\.0\.1:3000 any more, but on http:\/\/127\.0\.0\.1:3001/,
    );
    assert.match(sampleRehearsal(failures, []).findings[0]?.text ?? "", /did not listen on .*:3000 any more\.$/);
  });

  it("says that connections which can't be handed over were closed, and passes", () => {
    const { passed, findings } = sampleRehearsal({
      protocol: "ws",
      reopened: 50,
      reopeningReasons: [{ why: "1012", times: 50 }],
    });
    assert.equal(passed, true);
    assert.match(findings[0]?.fix ?? "", /can't be handed over/);
  });

  it("says whether the app or its own clients are slower than the rate", () => {
    const before = { ...calm, p50: 101 };
    const app = sampleRehearsal({ before, clients: { busy: 0.4, cpu: 0.4 } });
    assert.match(app.findings[0]?.text ?? "", /^The app does not answer 500 requests a second/);
    const clients = sampleRehearsal({ before, clients: { busy: 0.97, cpu: 0.55 } });
    assert.match(clients.findings[0]?.text ?? "", /^The clients can't ask 500 .* busy 97 % of the time, with 55 %/);
  });

  it("says that nobody noticed only when nobody could have", () => {
    assert.equal(verdictOf(sampleRehearsal()).text, "nobody would have noticed");
    const late = sampleRehearsal({ before: { ...calm, p99: 200 }, during: { ...calm, p99: 301 }, debugged: true });
    assert.deepEqual([late.passed, verdictOf(late).text], [true, "nothing was lost"]);
    assert.match(late.findings[0]?.text ?? "", /^Workers were being debugged/);
    const unmeasured = { ...sampleRehearsal({ during: { answers: 5, failed: 0, reopened: 0 } }), passed: true };
    assert.equal(verdictOf(unmeasured).text, "nothing was lost");
    assert.equal(verdictOf({ ...unmeasured, protocol: "sse" }).text, "nobody would have noticed");
    assert.equal(verdictOf(sampleRehearsal({ failed: 2, during: lost })).text, "somebody would have noticed");
  });

  it("ends the load before a renewal that takes too long, and says that more is not known", () => {
    const marks = [
      { mark: "ordered" as const, at: 4_000 },
      { mark: "done" as const, at: 304_001 },
    ];
    const { passed, findings } = sampleRehearsal({ marks });
    assert.equal(passed, false);
    assert.match(findings[0]?.text ?? "", /load ended 300 s after the order/);
  });

  it("is a page, a text and a report of tests in which nothing of the app is markup", () => {
    const why = 'status 500 <script>alert("1")</script> & `x` | y';
    const hostile = sampleRehearsal({
      app: "<img src=x>",
      failed: 1,
      during: lost,
      failures: [{ at: 5_000, what: "GET /", why }],
      failureReasons: [{ why, times: 1 }],
    });
    const page = rehearsalPage([hostile]);
    assert.doesNotMatch(page, /<script|<img/);
    assert.match(page, /&lt;script&gt;/);
    assert.match(page, /default-src 'none'/);
    assert.doesNotMatch(rehearsalJunit([hostile]), /<script|<img/);
    const junit = rehearsalJunit([hostile]);
    assert.match(junit, /tests="6" failures="1"/);
    const names = (text: string) => text.match(/ name="[^"]*" time/g);
    assert.deepEqual(names(junit)?.slice(1), names(rehearsalJunit([sampleRehearsal()]))?.slice(1));
    assert.doesNotMatch(rehearsalMarkdown([hostile]), /(?<!\\)<script/);
  });

  it("tells an earlier one from this one, and draws the longest times", () => {
    const both = [sampleRehearsal({ startedAt: 2_000 }), sampleRehearsal({ startedAt: 1_000 })];
    const page = rehearsalPage(both);
    assert.match(page, /<h1>[^\n]* · reload of api<\/h1>/);
    assert.match(page, /<h2>[^\n]* · reload of api, earlier<\/h2>/);
    assert.equal(page.match(/<polyline class="max"/g)?.length, 2);
    assert.match(rehearsalMarkdown(both), /reload of `api`: .*reload of `api`, earlier: /s);
    // A comparison comes after it.
    assert.doesNotMatch(rehearsalPage([...both].reverse()), /earlier/);
  });
});

describe("the record of a rehearsal's traffic", () => {
  it("counts the wait for a busy connection where its request was due, and a failure where it happened", () => {
    const began = performance.now() - 1_000;
    const record = new TrafficRecord(began, 100);
    record.answered(began + 250);
    record.failed("GET /", "ECONNRESET");
    record.answered(undefined);
    const { max = 0, answers, failed } = record.part(200, 300);
    assert.deepEqual([answers, failed], [1, 0]);
    assert.ok(max >= 750);
    // However long before it was due: a request that a renewal cuts off is lost in the renewal.
    assert.deepEqual(record.part(1_000, Number.POSITIVE_INFINITY), { answers: 1, failed: 1, reopened: 0 });
    const [{ at = 0, ...told } = {}] = record.failures;
    assert.deepEqual(told, { what: "GET /", why: "ECONNRESET" });
    assert.ok(at >= 1_000);
  });
});
