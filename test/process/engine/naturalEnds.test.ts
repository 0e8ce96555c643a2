import assert from "node:assert/strict";
import { testedNodes } from "../../support/process/nodeMatrix.ts";
import { assertOutcome, describeOn, onPosix } from "../../support/process/scene.ts";
import { untilEvent } from "../../support/process/until.ts";
import { assertCode, openCliWorld } from "../cli/hitless.ts";

/** Nobody is killed or hurried within a test: who does not end by himself makes it fail. */
const config = { workers: 1, killTimeout: 60_000, drainTimeout: 60_000 };

// Many frameworks (SvelteKit, React Router) do no more than this.
describeOn(testedNodes(), "workers that only close what they have", (scene) => {
  for (const LISTENS of ["", "1", "once"]) {
    const listens = { "": "", "1": ", and listen to messages", once: ", and have listened to messages" }[LISTENS];
    it(`end after SIGTERM${listens}`, async () => {
      const { client } = await scene.run({ fixture: "onlyCloses", config: { ...config, env: { LISTENS } } });
      assert.deepEqual(await client.request("app/stop", {}), { killed: 0 });
    });
  }

  it("run the app's clean-up first, however little they have to do", async () => {
    const app = await scene.run({ fixture: "onlyCloses", config: { ...config, workers: 2 } });
    for (let ends = 2; ends <= 12; ends += 2) {
      assertOutcome(await app.client.request("app/renew", { kind: "restart" }), "completed");
      assert.equal(app.read("ends.txt").length, ends);
    }
  });

  it("end in a restart", async () => {
    const { client } = await scene.run({ fixture: "onlyCloses", config: { ...config, env: { LISTENS: "1" } } });
    const report = await client.request("app/renew", { kind: "restart" });
    assertOutcome(report, "completed");
    assert.equal(report.killed, 0);
  });

  for (const ON of ["shutdown", "disconnect", "SIGTERM"]) {
    it(`end in a gracefulReload, on ${ON}`, async () => {
      const { client } = await scene.run({ fixture: "onlyCloses", config: { ...config, env: { ON, LISTENS: "1" } } });
      const report = await client.request("app/renew", { kind: "gracefulReload" });
      assertOutcome(report, "completed");
      assert.deepEqual([report.killed, report.traffic?.cut, report.traffic?.silent], [0, 0, 0]);
    });
  }

  onPosix("end after a SIGINT that somebody else sends", async () => {
    const { client } = await scene.run({ fixture: "onlyCloses", config: { ...config, env: { ON: "SIGINT" } } });
    const died = untilEvent(client, "workerDied");
    process.kill(client.snapshot.workers[0]?.pid ?? 0, "SIGINT");
    assert.match((await died).message, /exited with code 0/);
  });
});

describe("a script whose listen was refused, and whose datagram socket was closed while it was bound", () => {
  it("ends as it would without Hitless", async () => {
    const world = openCliWorld();
    // Of these Node tells that they begin to listen; then they throw.
    const refused = ["{ port: 70_000 }", "{ port: 0, signal: 1 }", '{ path: "" }'];
    const tries = refused.map((options) => `try { createServer().listen(${options}); } catch { thrown += 1; }`);
    world.write({
      "script.js": `const { createServer } = require("node:net"); let thrown = 0; ${tries.join("\n")} console.log("thrown", thrown);
        require("node:dgram").createSocket("udp4").bind(0).close();`,
    });
    try {
      const result = await world.run(["start", "script.js", "--name", "script", "--workers", "1"]);
      assertCode(result, 0);
      assert.match(result.stdout, new RegExp(`thrown ${refused.length}`));
      assert.match(result.stderr, /finished/);
    } finally {
      await world.end();
    }
  });
});
