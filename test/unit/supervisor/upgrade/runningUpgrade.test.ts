import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEmitter, type Emitter } from "../../../../src/shared/basics/emitter.ts";
import {
  longestProofMs,
  Upgrade,
  type UpgradeOptions,
  type UpgradeWish,
} from "../../../../src/supervisor/upgrade/runningUpgrade.ts";

/** Counts who listens. */
function counted() {
  const emitter: Emitter<never> = createEmitter();
  let listeners = 0;
  return {
    get listeners() {
      return listeners;
    },
    on(listener: (value: never) => void) {
      listeners += 1;
      const listening = emitter.on(listener);
      return {
        dispose() {
          listeners -= 1;
          listening.dispose();
        },
      };
    },
  };
}

describe("the deadline of an upgrade's workers", () => {
  const settings = { server: true, waitReady: false, readyTimeout: 1_000, minReady: 500 };
  const longest = (more: object): number => longestProofMs({ ...settings, ...more } as never, 2);

  it("leaves each its time to become ready, for the paths of warmup too", () => {
    assert.equal(longest({}), 13_000);
    assert.equal(longest({ warmup: ["/", "/a", "/b"] }), 73_000);
    // One that is no server stays up for `minReady` before it is ready.
    assert.equal(longest({ server: false }), 14_000);
  });
});

describe("an upgrade that fails", () => {
  it("leaves nobody who listens, however often it is tried", async () => {
    const folder = mkdtempSync(join(tmpdir(), "hitless-upgrade-"));
    const recipe = { workers: 1 };
    const events = counted();
    const snapshots = counted();
    const options = {
      app: {
        succession: {
          estate: () => ({ recipe, generation: 1, desiredWorkers: 1, lastWorker: 1, startedAt: 0, sockets: [] }),
          living: () => [],
          upgradeFailed: () => undefined,
        },
        publisher: { onDidPublish: snapshots.on },
      },
      events: { log: () => undefined, onDidLog: events.on },
      logFiles: {},
      monitor: {},
      launch: {},
      version: "1.0.0",
      socket: "",
      failed: () => undefined,
    };
    const wish = {
      node: join(folder, "no-such-program"),
      nodeVersion: "v0.0.0",
      version: "1.0.0",
      supervisorFile: "",
      logFile: join(folder, "log"),
      recipe,
      notes: [],
    };
    try {
      for (let times = 1; times <= 20; times += 1) {
        const upgrade = new Upgrade(options as unknown as UpgradeOptions, wish as unknown as UpgradeWish);
        assert.deepEqual([events.listeners, snapshots.listeners], [1, 1]);
        assert.equal((await upgrade.ended).outcome, "rolledBack");
        assert.deepEqual([events.listeners, snapshots.listeners], [0, 0]);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
