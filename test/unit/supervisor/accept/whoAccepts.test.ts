import assert from "node:assert/strict";
import { workersAccept } from "../../../../src/supervisor/accept/whoAccepts.ts";

describe("who accepts", () => {
  it("is a worker with shared scheduling only, and not on Windows, where what it has not taken yet is reset when it leaves", () => {
    const platforms = ["linux", "darwin", "win32"] as const;
    assert.deepEqual(
      platforms.map((platform) => workersAccept("shared", platform)),
      [true, true, false],
    );
    assert.deepEqual(
      platforms.map((platform) => workersAccept("roundRobin", platform)),
      [false, false, false],
    );
  });
});
