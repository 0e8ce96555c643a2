import assert from "node:assert/strict";
import { usualNode } from "../../support/process/nodeMatrix.ts";
import { isAlive, signal } from "../../support/process/processes.ts";
import { assertUnnoticed, describeOn, onPosix } from "../../support/process/scene.ts";
import { poll, until } from "../../support/process/until.ts";

describeOn([usualNode()], "signals to the supervisor", (scene) => {
  for (const [name, kind] of [
    ["SIGUSR2", "reload"],
    ["SIGHUP", "gracefulReload"],
  ] as const) {
    onPosix(`${name} is a ${kind}`, async () => {
      const { client, port, write, endpoint } = await scene.run({ fixture: "plain" });
      const strict = await scene.ask({ target: { port }, connections: 5 });
      const reported = new Promise<{ kind: string; outcome: string }>((resolve) => client.onDidReport(resolve));
      write("version.txt", "2");
      signal(endpoint.pid, name);
      const report = await reported;
      assert.deepEqual([report.kind, report.outcome], [kind, "completed"]);
      await strict.untilAnswers("2", 20);
      assertUnnoticed(await strict.stop());
    });
  }

  for (const name of ["SIGTERM", "SIGINT"] as const) {
    onPosix(`${name} stops gracefully: what is in flight is answered`, async () => {
      const { port, endpoint, endpointGone, client } = await scene.run({ fixture: "plain" });
      const slow = await scene.ask({ target: { port }, connections: 4, path: "/slow/600" });
      await slow.untilAnswers("1", 4);
      signal(endpoint.pid, name);
      // From here on the client asks nothing new: nobody is left to answer that.
      const { failures, failed } = await slow.stop();
      assert.deepEqual({ failures, failed }, { failures: [], failed: 0 });
      client.dispose();
      await poll("the supervisor is gone", () => !isAlive(endpoint.pid));
      assert.ok(endpointGone());
    });
  }

  onPosix("a second SIGTERM stops at once", async () => {
    const { port, endpoint, client } = await scene.run({ fixture: "plain", config: { drainTimeout: 300_000 } });
    const endless = await scene.ask({ target: { port }, connections: 2, path: "/slow/60000" });
    signal(endpoint.pid, "SIGTERM");
    const { workers } = await until(client, "the workers drain", (snapshot) =>
      snapshot.workers.every(({ state }) => state === "draining"),
    );
    signal(endpoint.pid, "SIGTERM");
    await poll("the workers are gone", () => !workers.some(({ pid }) => isAlive(pid)));
    assert.ok((await endless.stop()).failed >= 2);
  });
});
