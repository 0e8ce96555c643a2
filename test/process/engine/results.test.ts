import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { testedNodes } from "../../support/process/nodeMatrix.ts";
import { describeOn } from "../../support/process/scene.ts";
import { poll } from "../../support/process/until.ts";

const onPath = { isSocket: true, mode: "600", listed: true, copied: "ERR_FS_CP_SOCKET" };

/** What `node app.cjs` writes down. */
const alone = {
  socketFile: process.platform === "win32" ? "none" : onPath,
  descriptors: { stdin: "EINVAL", file: "EINVAL", closed: "EINVAL", datagrams: "EINVAL", high: "EINVAL" },
  tls: "EADDRINUSE",
  stack: "as the app writes it: caught",
};

describeOn(testedNodes(), "a worker", (scene) => {
  it("gets of Node what it would get without a supervisor", async () => {
    const taken = createServer().listen(0);
    scene.stage.onClose(() => new Promise<void>((resolve) => taken.close(() => resolve())));
    await once(taken, "listening");
    const app = await scene.start({
      fixture: "results",
      config: {
        entry: "app.cjs",
        workers: 1,
        server: false,
        autorestart: false,
        env: {
          SOCKETS: scene.stage.runtimeFolder,
          RESULTS: "results.json",
          TAKEN: String((taken.address() as AddressInfo).port),
        },
      },
    });
    await poll("it has ended", () => app.client.snapshot.app.state === "stopped");
    const { failure } = app.client.snapshot.app;
    assert.ok(existsSync(join(app.folder, "results.json")), JSON.stringify(failure));
    assert.deepEqual(JSON.parse(app.read("results.json")), alone);
  });
});
