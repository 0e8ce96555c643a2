import assert from "node:assert/strict";
import { testedNodes } from "../../support/process/nodeMatrix.ts";
import { signal } from "../../support/process/processes.ts";
import { assertOutcome, describeOn, onPosix } from "../../support/process/scene.ts";
import { openConnection } from "../../support/process/strictConnection.ts";
import { until, within } from "../../support/process/until.ts";

const request = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

describeOn(testedNodes(), "a restart whose only worker is busy", (scene) => {
  onPosix("answers who came before the order, and refuses who comes after it", async () => {
    const { client, port } = await scene.run({
      fixture: "plain",
      config: { workers: 1, unresponsiveAfter: 0, drainTimeout: 10_000 },
    });
    const [worker] = client.snapshot.workers;
    assert.ok(worker);
    // Stopped, it leaves all but the first where they are: in the supervisor.
    signal(worker.pid, "SIGSTOP");
    try {
      const connections = await Promise.all(Array.from({ length: 10 }, () => openConnection({ port })));
      const answers = Promise.all(connections.map((connection) => connection.ask(request)));
      await until(client, "nine wait", ({ app }) => app.waitingConnections === 9);
      const restart = client.request("app/renew", { kind: "restart" });
      await until(client, "the worker drains", ({ workers }) => workers.some(({ state }) => state === "draining"));
      await until(client, "none waits", ({ app }) => app.waitingConnections === 0);
      await assert.rejects(openConnection({ port }), { code: "ECONNREFUSED" });
      signal(worker.pid, "SIGCONT");
      for (const { status } of await within("the answers", answers)) {
        assert.equal(status, 200);
      }
      assertOutcome(await restart, "completed");
    } finally {
      signal(worker.pid, "SIGCONT");
    }
  });
});
