import assert from "node:assert/strict";
import { describeOwnWrites, OwnWrites } from "../../../../src/supervisor/watch/ownWrites.ts";

describe("OwnWrites", () => {
  let writes: OwnWrites;
  let now = 0;

  beforeEach(() => {
    writes = new OwnWrites();
    now = 1_000_000;
  });

  /** Whether each of some changes in a row is reloaded. */
  const judge = (times: number, apartMs: number, ...files: string[]) =>
    Array.from({ length: times }, () => {
      now += apartMs;
      return writes.judge(files, now).reload;
    });
  const yes = (times: number) => Array<boolean>(times).fill(true);

  it("finds data that is all that changes, more than five times in a row, and tells it once", () => {
    assert.deepEqual(judge(5, 15_000, "data/db.json"), yes(5));
    now += 15_000;
    assert.deepEqual(writes.judge(["data/db.json"], now), { reload: false, found: ["data/db.json"] });
    now += 15_000;
    assert.deepEqual(writes.judge(["data/db.json"], now), { reload: false, found: [] });
    assert.deepEqual(writes.found, ["data/db.json"]);
  });

  it("takes nobody for an app who saves code again and again, or data now and then", () => {
    assert.deepEqual(judge(50, 1_100, "server.ts"), yes(50));
    assert.deepEqual(judge(50, 50, "server.ts"), yes(50));
    assert.deepEqual(judge(10, 25_000, "config.json"), yes(10));
    assert.deepEqual(writes.found, []);
  });

  it("leaves data out again when it is written right after it was reloaded after all", () => {
    judge(6, 1_000, "db.json");
    now += 20_000;
    writes.reloaded(["db.json"], now);
    assert.deepEqual(judge(1, 300, "db.json"), [false]);
  });

  it("reloads for it again when something else is saved, or when that is over", () => {
    judge(6, 100, "db.json");
    assert.deepEqual(judge(1, 100, "db.json", "server.js"), [true]);
    judge(1, 100, "server.js");
    assert.deepEqual([judge(1, 100, "db.json"), writes.found], [[true], []]);
    judge(5, 100, "db.json");
    assert.deepEqual(writes.found, ["db.json"]);
    assert.deepEqual([judge(1, 30_000, "db.json"), writes.found], [[true], []]);
  });

  it("names the files as patterns", () => {
    assert.match(
      describeOwnWrites(["a.json", "b.json"]),
      /^a\.json, b\.json caused .* watch\.exclude: \["a\.json", "b\.json"\]\.$/,
    );
  });
});
