import assert from "node:assert/strict";
import { attachDebugger } from "../../support/process/debugger.ts";
import { usualNode } from "../../support/process/nodeMatrix.ts";
import { patience } from "../../support/process/notHere/wine.ts";
import { describeOn } from "../../support/process/scene.ts";
import { openConnection } from "../../support/process/strictConnection.ts";
import { until, within } from "../../support/process/until.ts";

const ask = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;

describeOn([usualNode()], "workers with an open inspector", (scene) => {
  it("one that a debugger has stopped is not unresponsive, and one that blocks by itself is", async () => {
    const app = await scene.run({
      fixture: "plain",
      config: {
        workers: 2,
        env: { KEEP_ALIVE: "60000" },
        nodeArgs: ["--inspect=0"],
        unresponsiveAfter: 1_000 * patience,
        replaceUnresponsive: true,
        drainTimeout: 1_000,
      },
    });
    const { client, port } = app;
    const connections = await Promise.all(Array.from({ length: 4 }, () => openConnection({ port })));
    const owners = await Promise.all(
      connections.map(async (connection) => Number(JSON.parse((await connection.ask(ask("/"))).body).worker)),
    );
    const [held, free] = client.snapshot.workers;
    assert.ok(held && free);
    const debugging = await attachDebugger(app, held.id);
    try {
      const paused = debugging.hear("Debugger.paused");
      await debugging.ask("Debugger.enable");
      await debugging.ask("Debugger.pause");
      await paused;
      const blocked = connections[owners.indexOf(free.slot)];
      assert.ok(blocked);
      const answer = blocked.ask(ask("/block/15000")).then(
        () => "answered",
        () => "cut",
      );
      // It has been silent for longer than the other when that one is found to be unresponsive, and told where.
      const stuck = await until(client, "the other is unresponsive", ({ workers }) =>
        workers.some(({ id, stuckAt }) => id === free.id && stuckAt !== undefined),
      );
      assert.match(stuck.workers.find(({ id }) => id === free.id)?.stuckAt?.[0]?.file ?? "", /server\.js$/);
      assert.equal(await answer, "cut");
      await until(client, "it was replaced", ({ workers }) => workers.every(({ id }) => id !== free.id));
      const { health, state } = client.snapshot.workers.find(({ id }) => id === held.id) ?? {};
      assert.deepEqual([health, state], ["responsive", "ready"]);
      const resumed = debugging.hear("Debugger.resumed");
      await debugging.ask("Debugger.resume");
      await resumed;
      const own = connections[owners.indexOf(held.slot)];
      assert.equal((await within("its answer", own?.ask(ask("/")) ?? Promise.reject())).status, 200);
    } finally {
      debugging.close();
    }
    for (const connection of connections) {
      connection.close();
    }
  });
});

describeOn([usualNode()], "ailing workers", (scene) => {
  it("whose successors ail as they do are replaced less and less often, and it is said why", async () => {
    const { client } = await scene.run({ fixture: "plain", config: { workers: 1, maxMemory: 16 } });
    const { events } = await until(client, "it was replaced twice", ({ workers }) => (workers[0]?.id ?? 0) > 2).then(
      () => client.request("app/events", {}),
    );
    const told = events.filter(({ code }) => code === "replacing").map(({ message }) => message);
    assert.match(told[0] ?? "", /just after its start, so maxMemory \(16 MiB\) is too low.*again after 2 s/);
    assert.match(told[1] ?? "", /again after 4 s/);
  });
});
