import assert from "node:assert/strict";
import { failurePlaces } from "../../../src/extension/views/failurePlaces.ts";
import { sampleFailure, sampleReport, sampleSnapshot, sampleWorker } from "../client/samples.ts";
import { sampleView } from "./fixtures.ts";

describe("failurePlaces", () => {
  const location = { file: "/srv/api/server.js", line: 12 };
  const failure = sampleFailure({ message: "Error: boom", location });
  const lines = (view: Parameters<typeof sampleView>[0]) =>
    failurePlaces([sampleView(view)]).map(({ location: { file, line }, message }) => `${file}:${line} ${message}`);

  it("are those of a start that failed, of crashes, and of a renewal that was undone, each once", () => {
    const snapshot = sampleSnapshot({ app: { failure }, workers: [sampleWorker({ lastFailure: failure })] });
    assert.deepEqual(lines({ snapshot }), ["/srv/api/server.js:12 Error: boom"]);
    const report = sampleReport({
      outcome: "rolledBack",
      startedAt: snapshot.app.startedAt + 1,
      reason: "Syntax error: x",
      location: { file: "/srv/api/lib.js", line: 3 },
    });
    assert.deepEqual(lines({ snapshot, reports: [report] }), [
      "/srv/api/server.js:12 Error: boom",
      "/srv/api/lib.js:3 Syntax error: x",
    ]);
  });

  it("are gone with the next good start, and with the app", () => {
    const snapshot = sampleSnapshot();
    const undone = sampleReport({ outcome: "rolledBack", startedAt: snapshot.app.startedAt + 1, location });
    assert.equal(lines({ snapshot, reports: [undone] }).length, 1);
    assert.deepEqual(lines({ snapshot, reports: [sampleReport({ startedAt: undone.startedAt + 1 }), undone] }), []);
    const anew = sampleSnapshot({ app: { startedAt: undone.startedAt + 1 } });
    assert.deepEqual(lines({ snapshot: anew, reports: [undone] }), []);
    assert.deepEqual(lines({ snapshot: undefined, reports: [undone] }), []);
  });

  it("say nothing where no place is known", () => {
    const { location: _, ...elsewhere } = failure;
    assert.deepEqual(lines({ snapshot: sampleSnapshot({ app: { failure: elsewhere } }) }), []);
  });
});
