import assert from "node:assert/strict";
import { freePort } from "../../support/process/freePort.ts";
import { assertExact } from "../../support/process/honesty.ts";
import { usualNode } from "../../support/process/nodeMatrix.ts";
import { openRawClient } from "../../support/process/rawClient.ts";
import { assertOutcome, describeOn } from "../../support/process/scene.ts";
import { until } from "../../support/process/until.ts";

describeOn([usualNode()], "a server that begins to listen when its worker drains", (scene) => {
  it("takes no connection there", async () => {
    const adminPort = await freePort();
    const { client, port } = await scene.run({
      fixture: "twoPorts",
      config: { workers: 1, env: { ADMIN_PORT: String(adminPort), ADMIN_AFTER: "2000" } },
    });
    const strict = await scene.ask({ target: { port }, connections: 4 });
    const half = await openRawClient(port);
    half.send("GET / HTTP/1.1\r\nHost: localhost\r\n");
    const reload = client.request("app/renew", { kind: "reload" });
    await until(
      client,
      "both listen on the second port, the old worker while it drains",
      ({ workers }) =>
        workers.length === 2 &&
        workers.some(({ state }) => state === "draining") &&
        workers.every(({ addresses }) => addresses.length === 2),
    );
    const generations = new Set<string>();
    for (let asked = 0; asked < 20; asked += 1) {
      const response = await fetch(`http://127.0.0.1:${adminPort}/`, { headers: { connection: "close" } });
      const { generation } = (await response.json()) as { generation: string };
      generations.add(generation);
    }
    assert.deepEqual([...generations], ["2"]);
    half.send("\r\n");
    await half.received(/"generation":"1"/);
    half.end();
    const report = await reload;
    assertOutcome(report, "completed");
    const counts = await strict.stop();
    assertExact(report, counts.failed);
    assert.deepEqual(counts.failures, []);
  });
});
