import assert from "node:assert/strict";
import { readTarget } from "../../../src/extension/commands/target/commandTarget.ts";
import { readWorkerCount } from "../../../src/extension/commands/workerCount.ts";
import { isInside, samePath } from "../../../src/extension/platform/paths.ts";
import { browsableAddress } from "../../../src/extension/presentation/browsableAddress.ts";
import { renewalProgress } from "../../../src/extension/presentation/renewalProgress.ts";
import { durationWord, portWords } from "../../../src/extension/presentation/stateWords.ts";
import type { RenewalView } from "../../../src/shared/snapshot.ts";
import { sampleSnapshot } from "../client/samples.ts";
import { english as t } from "./fixtures.ts";

describe("the words of the extension", () => {
  it("gives a duration in its largest unit", () => {
    const words = [-5, 999, 59_999, 60_000, 3_599_999, 3_600_000 * 5 + 60_000, 86_400_000 * 2 + 3_600_000];
    assert.deepEqual(
      words.map((length) => durationWord(length, t)),
      ["0s", "0s", "59s", "1m", "59m", "5h 1m", "2d 1h"],
    );
  });

  it("shortens addresses to what tells them apart", () => {
    assert.deepEqual(portWords(["http://127.0.0.1:3000", "http://[::1]:3000", "https://0.0.0.0:8443/"]), [
      ":3000",
      ":8443",
    ]);
    assert.deepEqual(portWords(["unix:/run/app/api.sock"]), ["api.sock"]);
  });

  it("gives a reload's progress in words and percent that never go back", () => {
    const at = (changes: Partial<RenewalView>) =>
      renewalProgress(
        sampleSnapshot({
          renewal: {
            kind: "reload",
            phase: "starting",
            from: 1,
            to: 2,
            ready: 0,
            total: 4,
            draining: 0,
            startedAt: 1,
            queued: false,
            cancellable: true,
            ...changes,
          },
        }),
        t,
      );
    const steps = [
      at({}),
      at({ ready: 2 }),
      at({ phase: "draining", ready: 4, draining: 4 }),
      at({ phase: "draining", ready: 4, draining: 3 }),
      at({ phase: "draining", ready: 4, draining: 0 }),
    ];
    assert.deepEqual(steps, [
      { message: "new 0/4", percent: 0 },
      { message: "new 2/4", percent: 25 },
      { message: "draining 4", percent: 50 },
      { message: "draining 3", percent: 62 },
      { message: "draining 0", percent: 100 },
    ]);
    assert.equal(at({ queued: true }).message, "new 0/4 · one more queued");
  });

  it("opens a server that listens everywhere at localhost", () => {
    assert.equal(browsableAddress("http://0.0.0.0:3000"), "http://localhost:3000");
    assert.equal(browsableAddress("https://[::]:3000/x"), "https://localhost:3000/x");
    assert.equal(browsableAddress("http://10.0.0.0:3000"), "http://10.0.0.0:3000");
  });
});

describe("the input of commands", () => {
  it("reads a number of workers as people type it", () => {
    assert.deepEqual(
      [" 4 ", "max", "MAX", "1024", "0", "1025", "-1", "1.5", "", "two"].map((text) => readWorkerCount(text, 8)),
      [4, 8, 8, 1024, undefined, undefined, undefined, undefined, undefined, undefined],
    );
  });

  it("takes any argument, and of it only what names an app and a worker", () => {
    assert.deepEqual(readTarget({ app: "a", worker: 3, id: "x" }), { app: "a", worker: 3 });
    for (const nonsense of [undefined, null, 5, "a", { app: 5, worker: "3" }, []]) {
      assert.deepEqual(readTarget(nonsense), {});
    }
  });

  it("knows what lies in a folder", () => {
    assert.ok(isInside("/a/b", "/a/b") && isInside("/a/b", "/a/b/c") && isInside("/a/b", "/a/b/..c"));
    assert.ok(!isInside("/a/b", "/a/bc") && !isInside("/a/b", "/a") && !isInside("/a/b", "/x/b"));
    assert.ok(samePath("/a/b/", "/a/b") && !samePath("/a/b", "/a/c"));
  });
});
