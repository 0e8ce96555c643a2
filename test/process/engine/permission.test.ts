import assert from "node:assert/strict";
import { testedNodes } from "../../support/process/nodeMatrix.ts";
import { assertOutcome, assertUnnoticed, describeOn } from "../../support/process/scene.ts";

describeOn(testedNodes(), "an app under the permission model", (scene) => {
  it("is reloaded, and its clients notice nothing", async () => {
    const permission = scene.node.major === "20" ? "--experimental-permission" : "--permission";
    const { client, port, write } = await scene.run({
      fixture: "plain",
      config: { workers: 2, nodeArgs: [permission, "--allow-fs-read=*"] },
    });
    const strict = await scene.ask({ target: { port }, connections: 10 });
    write("version.txt", "2");
    const report = await client.request("app/renew", { kind: "reload" });
    assertOutcome(report, "completed");
    if (process.platform !== "win32") {
      assert.ok((report.traffic?.handedOver ?? 0) > 0, "connections were handed over");
    }
    await strict.untilAnswers("2", 50);
    assertUnnoticed(await strict.stop());
  });
});
