import assert from "node:assert/strict";
import { explainWatchError } from "../../../../src/supervisor/watch/watchError.ts";

describe("explainWatchError", () => {
  const withCode = (code: string) => Object.assign(new Error(`${code}: of the system`), { code });

  it("names the limit and how to raise it", () => {
    assert.match(explainWatchError(withCode("ENOSPC")), /fs\.inotify\.max_user_watches=\d+.*watch\.exclude/);
    assert.match(explainWatchError(withCode("EMFILE")), /max_user_instances|ulimit -n/);
  });

  it("passes on what else the system says", () => {
    assert.equal(explainWatchError(withCode("EACCES")), "The files can't be watched: EACCES: of the system.");
    assert.equal(explainWatchError("odd"), "The files can't be watched: odd.");
  });
});
