import assert from "node:assert/strict";
import { testedNodes } from "../../support/process/nodeMatrix.ts";
import { openDescriptors, signal } from "../../support/process/processes.ts";
import { assertOutcome, describeOn } from "../../support/process/scene.ts";
import { openConnection } from "../../support/process/strictConnection.ts";
import { poll, until, within } from "../../support/process/until.ts";

describeOn(testedNodes(), "a connection that comes when the last worker has just been told to go", (scene) => {
  it("is closed, and not kept where nobody ever answers it", async function () {
    if (process.platform === "win32") {
      this.skip(); // A process can't be stopped by a signal there.
    }
    const { client, port, endpoint } = await scene.run({
      fixture: "plain",
      config: { workers: 1, unresponsiveAfter: 0, drainTimeout: 10_000 },
    });
    const [worker] = client.snapshot.workers;
    assert.ok(worker);
    const before = openDescriptors(endpoint.pid);
    // Stopped, it finds both in its channel when it goes on: first that it is to go, then the connection.
    signal(worker.pid, "SIGSTOP");
    try {
      const restart = client.request("app/renew", { kind: "restart" });
      await until(client, "the worker drains", ({ workers }) => workers.some(({ state }) => state === "draining"));
      const connection = await openConnection({ port });
      const answer = connection.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      await poll("it is on its way to the worker", () => (openDescriptors(endpoint.pid) ?? 99) > (before ?? 0));
      signal(worker.pid, "SIGCONT");
      await assert.rejects(within("an answer or the end", answer), /closed|ECONNRESET/);
      assertOutcome(await restart, "completed");
    } finally {
      signal(worker.pid, "SIGCONT");
    }
  });
});
