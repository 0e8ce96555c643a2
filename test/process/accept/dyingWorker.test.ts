import assert from "node:assert/strict";
import { testedNodes } from "../../support/process/nodeMatrix.ts";
import { openDescriptors, signal } from "../../support/process/processes.ts";
import { describeOn, onPosix } from "../../support/process/scene.ts";
import { openConnection } from "../../support/process/strictConnection.ts";
import { poll, untilRunning, within } from "../../support/process/until.ts";

const request = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
const rounds = 6;

describeOn(testedNodes(), "a worker that dies while the supervisor can't know it", (scene) => {
  onPosix("swallows no connection: each is answered by another one", async () => {
    const { client, port, endpoint } = await scene.run({
      fixture: "plain",
      config: { workers: 3, maxRestarts: 100, unresponsiveAfter: 0 },
    });
    let before: number | undefined;
    for (let round = 1; round <= rounds; round += 1) {
      await untilRunning(client);
      before ??= openDescriptors(endpoint.pid);
      const [victim] = client.snapshot.workers.filter(({ state }) => state === "ready");
      assert.ok(victim);
      // When the supervisor goes on it finds new connections, the end of the channel and the exit, in whatever order.
      signal(endpoint.pid, "SIGSTOP");
      const connections = await Promise.all(Array.from({ length: 12 }, () => openConnection({ port })));
      const answers = connections.map((connection) => connection.ask(request));
      signal(victim.pid, "SIGKILL");
      signal(endpoint.pid, "SIGCONT");
      for (const { status } of await within("the answers", Promise.all(answers))) {
        assert.equal(status, 200);
      }
    }
    await untilRunning(client);
    await poll("no descriptor is left open", () => (openDescriptors(endpoint.pid) ?? 0) <= (before ?? 0));
  });
});
