import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { ChangeBurst } from "../../../../src/supervisor/watch/changeBurst.ts";

/** So long that no test waits for it, in milliseconds. */
const never = 600_000;

describe("ChangeBurst", () => {
  let quiet: readonly number[] = [];
  let isHeld = false;
  let acted: string[][] = [];
  let isNews = true;
  const did = new EventEmitter();
  let burst: ChangeBurst;

  beforeEach(() => {
    quiet = [1];
    isHeld = false;
    isNews = true;
    acted = [];
    burst = new ChangeBurst({
      quiet: () => quiet,
      held: async () => isHeld,
      act: async (noted) => {
        acted.push(noted.map(([file]) => file));
        did.emit("act");
        return isNews;
      },
    });
  });

  afterEach(() => burst.forget());

  const act = () => once(did, "act", { signal: AbortSignal.timeout(10_000) });

  it("acts on all that has changed, each file once, and is pending until then", async () => {
    assert.equal(burst.pending, false);
    for (const file of ["a", "b", "a"]) {
      burst.note(file);
    }
    assert.equal(burst.pending, true);
    await act();
    await new Promise(setImmediate);
    assert.deepEqual([acted, burst.pending], [[["a", "b"]], false]);
  });

  it("waits longer for what comes next in the same burst, unless nothing was new", async () => {
    quiet = [1, never];
    isNews = false;
    burst.note("a");
    await act();
    isNews = true;
    burst.note("b");
    await act();
    await new Promise(setImmediate);
    burst.note("c");
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual([acted, burst.pending], [[["a"], ["b"]], true]);
  });

  it("waits while more is known to come", async () => {
    isHeld = true;
    burst.note("a");
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual([acted, burst.pending], [[], true]);
    isHeld = false;
    await act();
    assert.deepEqual(acted, [["a"]]);
  });

  it("does not act on what is forgotten", async () => {
    burst.note("a");
    burst.forget();
    assert.equal(burst.pending, false);
    burst.note("b");
    await act();
    assert.deepEqual(acted, [["b"]]);
  });
});
