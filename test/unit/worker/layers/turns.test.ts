import assert from "node:assert/strict";
import { lookCost } from "../../../../src/worker/layers/modules/lookCost.ts";
import { shareOutTurns } from "../../../../src/worker/layers/modules/turns.ts";

describe("work shared out over turns", () => {
  it("lets others have theirs once its time is up, and does everything in order", async () => {
    const happened: (number | "other")[] = [];
    const done = shareOutTurns([1, 2, 3], (item) => happened.push(item), 0);
    const other = (): void => {
      happened.push("other");
      if (happened.length < 6) {
        setImmediate(other);
      }
    };
    setImmediate(other);
    await done;
    assert.deepEqual(
      happened.filter((item) => item !== "other"),
      [1, 2, 3],
    );
    assert.ok(happened.indexOf("other") < happened.indexOf(3), String(happened));
  });

  it("is done in one turn when there is little of it", async () => {
    const happened: number[] = [];
    const done = shareOutTurns([1, 2, 3], (item) => happened.push(item), 60_000);
    assert.deepEqual(happened, [1, 2, 3]);
    await done;
  });
});

describe("the expected time of a look for ES modules", () => {
  const known = { mostMs: 100, textsAreKnown: true };
  const unknown = { mostMs: 100, textsAreKnown: false };

  it("grows with the number of scripts, and with the size of their texts as long as V8 has not read them", async () => {
    const file = import.meta.filename;
    const files = (count: number): string[] => Array.from({ length: count }, () => file);
    const [few, many, unread] = [
      await lookCost(files(10), known),
      await lookCost(files(1_010), known),
      await lookCost(files(1_010), unknown),
    ];
    // 15 µs a script; the handles of V8 that others hold meanwhile are counted too.
    assert.ok(Math.abs(many - few - 15) < 10, `${few} ms, ${many} ms`);
    assert.ok(unread > many + 5, `${many} ms, ${unread} ms`);
  });

  it("is guessed when there are too many to look at, and a file that is gone counts for nothing", async () => {
    assert.ok((await lookCost(["/gone"], unknown)) < 100);
    assert.ok(
      (await lookCost(
        Array.from({ length: 20_000 }, () => "/gone"),
        unknown,
      )) > 1_000,
    );
  });
});
