import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { isAlive } from "../../support/process/processes.ts";
import { assertCode, type CliWorld, get, node, openCliWorld, readyPattern } from "./hitless.ts";

const onLinux = process.platform === "linux" ? it : it.skip;

describe("hitless list of what is left over", () => {
  let world: CliWorld;

  beforeEach(() => {
    world = openCliWorld();
  });

  afterEach(() => world.end());

  onLinux("names the workers of a supervisor that was killed with its watcher", async () => {
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
      assert.ok(attempt < 20, "each was ended before it was looked for");
    }
  });

  onLinux("names what an app has made independent and has outlived its worker", async () => {
    world.write({
      "server.js": `
        const { spawn } = require("node:child_process");
        const daemon = spawn(process.execPath, ["-e", "setInterval(() => undefined, 1000)"], { detached: true, stdio: "ignore" });
        daemon.unref();
        require("node:http").createServer((request, response) => response.end(String(daemon.pid))).listen(0);`,
    });
    const started = await world.run(["start", "server.js", "--name", "api", "--workers", "1", "--detach"]);
    assertCode(started, 0);
    const [, , , , url = ""] = readyPattern.exec(started.stderr) ?? [];
    const daemon = Number(await get(url));
    try {
      const line = `process ${daemon} (`;
      assert.equal((await world.run(["list"])).stderr.includes(line), false);
      assertCode(await world.run(["stop", "api"]), 0);
      assert.ok(isAlive(daemon));
      const { stderr } = await world.run(["list"]);
      assert.ok(stderr.includes(line) && stderr.includes(`end it: kill ${daemon}`), stderr);
    } finally {
      process.kill(daemon, "SIGKILL");
    }
  });
});
