import assert from "node:assert/strict";
import { failureOf } from "../../../../src/shared/failure.ts";
import { type FailedStart, finalFailure } from "../../../../src/supervisor/slots/finalFailure.ts";

const locked = (pid: number) => failureOf("threw", `Error: LOCK is held by process ${pid} (0x7f${pid}a0)`);

function judge(changes: Partial<FailedStart>) {
  const failure = locked(1);
  return finalFailure({ failure, before: undefined, wasReady: false, everFull: false, othersServe: true, ...changes });
}

describe("finalFailure", () => {
  it("tries again once where others serve, and then says what only one process may have", () => {
    assert.equal(judge({}), undefined);
    assert.match(
      judge({ before: locked(22) })?.message ?? "",
      /^Error: LOCK is held by process 1 \(0x7f1a0\)\. Other .* run one worker\.$/,
    );
  });

  it("tries again where it failed in another way, where nobody serves, and where it is a crash", () => {
    assert.equal(judge({ before: failureOf("threw", "Error: no database") }), undefined);
    assert.equal(judge({ before: failureOf("exited", locked(1).message) }), undefined);
    assert.equal(judge({ before: locked(2), othersServe: false }), undefined);
    assert.equal(judge({ before: locked(2), everFull: true }), undefined);
    assert.equal(judge({ before: locked(2), wasReady: true }), undefined);
  });

  it("tries an error of the app's files once more, also where nobody serves", () => {
    const config = { ...failureOf("threw", 'Error: "MONGODB_URL" is required'), atLoad: true };
    assert.equal(judge({ failure: config, othersServe: false }), undefined);
    assert.equal(judge({ failure: config, before: failureOf("threw", "Error: other"), othersServe: false }), undefined);
    assert.equal(judge({ failure: config, before: config, othersServe: false }), config);
    assert.equal(judge({ failure: config, before: config, othersServe: false, everFull: true }), undefined);
  });

  it("tries an app that ends itself as its files are loaded once more, if it says the same", () => {
    const told = (line: string) => ({ ...failureOf("exited", "The worker exited with code 1.", [line]), atLoad: true });
    const missing = told("DATABASE_URL is required");
    assert.equal(judge({ failure: missing, before: told("DATABASE_URL is required"), othersServe: false }), missing);
    assert.equal(judge({ failure: missing, before: told("no database"), othersServe: false }), undefined);
    const later = { ...missing, atLoad: false };
    assert.equal(judge({ failure: later, before: later, othersServe: false }), undefined);
  });

  it("ends at once with what can't succeed, and with what had its time", () => {
    const missing = failureOf("missingModule", "Cannot find module './gone'.");
    assert.equal(judge({ failure: missing }), missing);
    const late = failureOf("notReady", "The app did not listen on any port within 700 ms (readyTimeout).");
    assert.equal(judge({ failure: late, othersServe: false }), late);
    assert.match(judge({ failure: late })?.message ?? "", /readyTimeout\)\. Other workers of the app serve/);
    const unwell = failureOf("readyUrlFailed", "http://127.0.0.1:1/health did not answer.");
    assert.equal(judge({ failure: unwell }), unwell);
  });
});
