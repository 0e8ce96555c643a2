import assert from "node:assert/strict";
import { mkdirSync, readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { createFleetLocks, type FleetLocks } from "../../../src/client/remote/fleetLocks.ts";
import type { LockHolder } from "../../../src/shared/machines/fleetRun.ts";
import { removeTempFolders, tempFolder } from "./tempFolder.ts";

/** Windows keeps its state elsewhere. */
(process.platform === "win32" ? describe.skip : describe)("the locks of a machine's apps", () => {
  const { XDG_STATE_HOME, HITLESS_RUNTIME_DIR } = process.env;
  const open: FleetLocks[] = [];
  let folder = "";

  beforeEach(() => {
    folder = tempFolder();
    process.env.XDG_STATE_HOME = folder;
    process.env.HITLESS_RUNTIME_DIR = join(folder, "run");
  });

  afterEach(() => {
    for (const locks of open.splice(0)) {
      locks.dispose();
    }
    for (const [name, value] of Object.entries({ XDG_STATE_HOME, HITLESS_RUNTIME_DIR })) {
      if (value === undefined) {
        delete process.env[name];
      } else {
        process.env[name] = value;
      }
    }
    removeTempFolders();
  });

  const session = (name: string): LockHolder => ({
    session: name,
    fleet: "shop",
    kind: "reload",
    who: `${name}@laptop`,
    since: 1_700_000_000_000,
  });

  function someLocks(): FleetLocks {
    const locks = createFleetLocks();
    open.push(locks);
    return locks;
  }

  it("are had by one session, also when two ask in the same moment, from sessions with other runtime folders", async () => {
    const asked = ["a", "b", "c"].map((name) => {
      process.env.HITLESS_RUNTIME_DIR = join(folder, name);
      return someLocks().take("shop", session(name));
    });
    const answers = await Promise.allSettled(asked);
    assert.equal(answers.filter(({ status }) => status === "fulfilled").length, 1);
    for (const answer of answers) {
      if (answer.status === "rejected") {
        assert.match(answer.reason.message, /^[abc]@laptop is busy with shop since 2023-11-14T22:13:20\.000Z/);
      }
    }
  });

  it("say so when they can't be written down, and are held by nobody then", async () => {
    const locks = someLocks();
    await locks.take("shop", session("a"));
    const state = join(folder, "hitless");
    const [file = ""] = readdirSync(state).filter((name) => name.startsWith("lock-") && name.endsWith(".json"));
    await locks.release("shop", "a");
    mkdirSync(join(state, file));
    await assert.rejects(locks.take("shop", session("a")), {
      code: "invalidState",
      message: /lock-\S+\.json can't be written: EISDIR/,
    });
    assert.deepEqual(
      readdirSync(state).filter((name) => name.endsWith(".tmp")),
      [],
    );
    rmdirSync(join(state, file));
    assert.deepEqual(await someLocks().take("shop", session("b")), {});
  });
});
