import assert from "node:assert/strict";
import { answerHealth } from "../../../../src/supervisor/monitoring/healthAnswers.ts";
import { sampleSnapshot, sampleWorker } from "../../client/samples.ts";

const snapshot = sampleSnapshot({
  app: { state: "reloading", generation: 3, desiredWorkers: 3 },
  workers: [
    sampleWorker({ id: 1, state: "draining" }),
    sampleWorker({ id: 2, health: "unresponsive" }),
    sampleWorker({ id: 3 }),
    sampleWorker({ id: 4, state: "starting" }),
  ],
});

describe("healthAnswers", () => {
  it("tells the workers by state, under both paths", () => {
    for (const path of ["/live", "/ready"]) {
      const answer = answerHealth(path, () => ({ ready: true, snapshot }));
      assert.equal(answer?.status, 200);
      assert.deepEqual(JSON.parse(answer?.body ?? ""), {
        name: "api",
        ready: true,
        state: "reloading",
        generation: 3,
        workers: { wanted: 3, starting: 1, ready: 2, draining: 1, unresponsive: 1 },
      });
    }
  });

  it("is not ready but alive when nobody is served", () => {
    const facts = () => ({ ready: false, snapshot });
    assert.equal(answerHealth("/ready", facts)?.status, 503);
    assert.equal(answerHealth("/live", facts)?.status, 200);
    assert.equal(JSON.parse(answerHealth("/ready", facts)?.body ?? "").ready, false);
  });

  it("leaves every other path alone, and does not look at the app for it", () => {
    for (const path of ["", "/", "/ready/", "/READY", "/livez", "/metrics"]) {
      assert.equal(
        answerHealth(path, () => assert.fail("looked at the app")),
        undefined,
      );
    }
  });
});
