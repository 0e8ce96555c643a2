import assert from "node:assert/strict";
import { chooseTarget } from "../../../../src/client/rehearsal/chooseTarget.ts";
import { rehearsalJunit } from "../../../../src/client/rehearsal/documents/rehearsalJunit.ts";
import { rehearsalMarkdown } from "../../../../src/client/rehearsal/documents/rehearsalMarkdown.ts";
import { rehearsalPage } from "../../../../src/client/rehearsal/documents/rehearsalPage.ts";
import { planRehearsal, type RehearsalWish } from "../../../../src/client/rehearsal/rehearsalPlan.ts";
import { TrafficRecord } from "../../../../src/client/rehearsal/trafficRecord.ts";
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

  it("does not blame the app for what HTTP/2 refused with its session", () => {
    const why = "Stream closed with error code NGHTTP2_REFUSED_STREAM";
    const { passed, findings } = sampleRehearsal({ failed: 2, during: lost, failureReasons: [{ why, times: 2 }] });
    assert.equal(passed, false);
    assert.match(findings[0]?.fix ?? "", /has not begun with them/);
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

  it("expects a build that can't start to be rolled back", () => {
    const report = sampleReport({ outcome: "rolledBack", reason: "it threw" });
    assert.equal(sampleRehearsal({ kind: "brokenBuild", report }).passed, true);
    assert.equal(sampleRehearsal({ kind: "brokenBuild" }).passed, false);
    assert.equal(sampleRehearsal({ report }).passed, false);
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

  it("says that the app is slower than the rate", () => {
    const { findings } = sampleRehearsal({ before: { ...calm, p50: 101 } });
    assert.match(findings[0]?.text ?? "", /does not answer 500 requests a second/);
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
    assert.match(rehearsalJunit([hostile]), /tests="\d" failures="2"/);
    assert.doesNotMatch(rehearsalMarkdown([hostile]), /(?<!\\)<script/);
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
