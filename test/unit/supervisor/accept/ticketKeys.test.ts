import assert from "node:assert/strict";
import { TicketKeys } from "../../../../src/supervisor/accept/ticketKeys.ts";

const hour = 3_600_000;
const made = (keys: string) => ({ ticketKeys: keys });

describe("the keys of TLS session tickets", () => {
  it("are those of the first worker, in all generations", () => {
    const keys = new TicketKeys();
    assert.deepEqual(
      ["a", "b", "c"].map((own, index) => keys.answer(index, made(own), true)),
      [made("a"), made("a"), made("a")],
    );
  });

  it("are those of the supervisor before", () => {
    assert.deepEqual(new TicketKeys(made("a")).answer(1, made("b"), true), made("a"));
  });

  it("become those of the next worker when they are old", () => {
    let now = 0;
    const keys = new TicketKeys(undefined, () => now);
    keys.answer(1, made("a"), true);
    now = 12 * hour;
    assert.deepEqual(keys.answer(2, made("b"), true), made("a"));
    now += 1;
    assert.deepEqual(keys.answer(3, made("c"), true), made("c"));
    assert.deepEqual(keys.answer(4, made("d"), true), made("c"));
  });

  it("are left as they are where the app has set the same in several workers, and where a new build sets others", () => {
    const keys = new TicketKeys();
    keys.answer(1, made("own"), true);
    keys.answer(2, made("own"), true);
    assert.deepEqual(keys.answer(3, made("newer"), true), made("newer"));
    assert.deepEqual(keys.answer(4, made("newer"), true), made("newer"));
    assert.deepEqual(keys.answer(5, made("random"), true), made("random"));
    assert.deepEqual(keys.answer(6, made("another"), true), made("random"));
  });

  it("of one worker that listens twice are no sign of that", () => {
    const keys = new TicketKeys();
    keys.answer(1, made("a"), true);
    keys.answer(1, made("a"), true);
    assert.deepEqual(keys.answer(2, made("b"), true), made("a"));
  });

  it("are each worker's own where they are not to be shared", () => {
    const keys = new TicketKeys();
    keys.answer(1, made("a"), false);
    assert.deepEqual(keys.answer(2, made("b"), false), made("b"));
    assert.deepEqual(keys.answer(3, made("c"), true), made("c"));
  });

  it("are none of a server without TLS", () => {
    const keys = new TicketKeys();
    assert.equal(keys.answer(1, undefined, true), undefined);
    keys.answer(2, made("a"), true);
    assert.deepEqual(keys.answer(3, undefined, true), made("a"));
  });
});
