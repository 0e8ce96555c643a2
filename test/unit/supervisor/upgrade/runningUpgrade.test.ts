import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEmitter, type Emitter } from "../../../../src/shared/basics/emitter.ts";
import { Upgrade, type UpgradeOptions, type UpgradeWish } from "../../../../src/supervisor/upgrade/runningUpgrade.ts";

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
