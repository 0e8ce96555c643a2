import assert from "node:assert/strict";
import { isReady, outcomeOf } from "../../../src/cli/run/startOutcome.ts";
import type { Snapshot } from "../../../src/shared/snapshot.ts";
import { sampleFailure, sampleSnapshot, sampleWorker } from "../client/samples.ts";

describe("outcomeOf", () => {
  const failure = sampleFailure();
  const of = (app: Partial<Snapshot["app"]>) => outcomeOf(sampleSnapshot({ app, workers: [] }), false)?.kind;

  it("waits while the app starts, runs or is being stopped", () => {
    for (const state of ["starting", "running", "reloading", "degraded", "stopping"] as const) {
      assert.equal(of({ state }), undefined, state);
      assert.equal(of({ state, failure }), undefined, state);
    }
  });

  it("tells a failure, a script that is done and a stop apart", () => {
    assert.equal(of({ state: "stopped", failure }), "failed");
    assert.equal(of({ state: "stopped", finished: true }), "finished");
    assert.equal(of({ state: "stopped" }), "stopped");
    assert.equal(of({ state: "crash-looping", failure }), "failed");
  });

  it("lets an app that was up serve on with the workers that are left", () => {
    const snapshot = sampleSnapshot({ app: { state: "crash-looping", failure }, workers: [sampleWorker()] });
    assert.equal(outcomeOf(snapshot, true), undefined);
    assert.equal(outcomeOf(snapshot, false)?.kind, "failed");
  });

  it("calls an app ready when all workers are", () => {
    assert.equal(isReady(sampleSnapshot()), true);
    assert.equal(isReady(sampleSnapshot({ app: { state: "starting" } })), false);
  });
});
