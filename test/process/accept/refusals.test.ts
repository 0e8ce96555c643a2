import assert from "node:assert/strict";
import { startNewcomers } from "../../support/process/newcomers.ts";
import { testedNodes } from "../../support/process/nodeMatrix.ts";
import { assertOutcome, describeOn } from "../../support/process/scene.ts";

const restarts = 5;

for (const scheduling of ["roundRobin", "shared"] as const) {
  describeOn(testedNodes(), `clients with a connection for each request, scheduling ${scheduling}`, (scene) => {
    it("are answered or refused in a restart and a stop, and never reset", async () => {
      const { client, port } = await scene.run({ fixture: "plain", config: { workers: 2, scheduling } });
      const newcomers = startNewcomers({ target: { port }, clients: 50 });
      scene.stage.onClose(async () => void (await newcomers.stop()));
      for (let round = 1; round <= restarts; round += 1) {
        await newcomers.untilAnswers(200, 200);
        assertOutcome(await client.request("app/renew", { kind: "restart" }), "completed");
      }
      await newcomers.untilAnswers(200, 200);
      await client.request("app/stop", {});
      const { failed, refused, failures } = await newcomers.stop();
      assert.deepEqual({ failed, failures }, { failed: 0, failures: [] });
      assert.ok(refused > 0);
    });
  });
}
