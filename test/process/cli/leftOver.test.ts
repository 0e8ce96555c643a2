import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { isAlive } from "../../support/process/processes.ts";
import { assertCode, type CliWorld, node, openCliWorld } from "./hitless.ts";

const onLinux = process.platform === "linux" ? it : it.skip;

describe("hitless list after a supervisor and its watcher were killed", function () {
  this.timeout(30_000);
  let world: CliWorld;

  beforeEach(() => {
    world = openCliWorld();
  });

  afterEach(() => world.end());

  onLinux("names the workers that they have left", async () => {
    world.write({ "preload.cjs": "", "server.js": "setInterval(() => undefined, 1_000); console.log('up');" });
    const args = ["--require", join(world.folder, "preload.cjs"), join(world.folder, "server.js")];
    // A supervisor that has ended: this one, in a moment.
    const supervisor = spawn(node, ["--eval", ""]);
    await once(supervisor, "close");
    const named = async (): Promise<boolean> => {
      const env = { ...process.env, HITLESS_ID: `${supervisor.pid}-1` };
      const worker = spawn(node, args, { env, stdio: ["ignore", "pipe", "ignore"] });
      try {
        await once(worker.stdout, "data");
        const result = await world.run(["list", "--json"]);
        assertCode(result, 0);
        assert.equal(result.stdout, "[]\n");
        // Any start on this machine may have ended it, as it should.
        if (!isAlive(worker.pid ?? 0)) {
          return false;
        }
        const line = `worker process ${worker.pid} is left over: its supervisor ${supervisor.pid} was killed.`;
        assert.ok(result.stderr.includes(line), result.stderr);
        return true;
      } finally {
        worker.kill("SIGKILL");
      }
    };
    for (let attempt = 1; !(await named()); attempt += 1) {
      assert.ok(attempt < 5, "each was ended before it was looked for");
    }
  });
});
