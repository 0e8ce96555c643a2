import assert from "node:assert/strict";
import { usualNode } from "../../support/process/nodeMatrix.ts";
import { isAlive, signal } from "../../support/process/processes.ts";
import { assertOutcome, describeOn } from "../../support/process/scene.ts";
import { openConnection } from "../../support/process/strictConnection.ts";
import { poll, until } from "../../support/process/until.ts";

/** Pids of the children and grandchildren of the worker that answers. */
async function familyOf(port: number): Promise<{ pid: number; pids: number[] }> {
  const connection = await openConnection({ port });
  const { body } = await connection.ask("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  return JSON.parse(body) as { pid: number; pids: number[] };
}

const config = { workers: 1, killTimeout: 400, drainTimeout: 400 };

describeOn([usualNode()], "workers that ignore SIGTERM, with grandchildren", (scene) => {
  for (const kind of ["reload", "restart"] as const) {
    it(`${kind}: all of them are gone after the deadline`, async () => {
      const { client, port } = await scene.run({ fixture: "stubborn", config });
      const { pid, pids } = await familyOf(port);
      assert.equal(pids.length, 2);
      assert.deepEqual([pid, ...pids].filter(isAlive), [pid, ...pids]);
      const report = await client.request("app/renew", { kind });
      assertOutcome(report, "completed");
      assert.equal(report.killed, 1);
      await poll("the grandchildren are gone", () => ![pid, ...pids].some(isAlive));
    });
  }

  it("stop: all of them are gone when it answers", async () => {
    const { client, port } = await scene.run({ fixture: "stubborn", config });
    const { pid, pids } = await familyOf(port);
    assert.deepEqual(await client.request("app/stop", {}), { killed: 1 });
    assert.deepEqual([pid, ...pids].filter(isAlive), []);
  });
});

describeOn(
  process.platform === "linux" ? [usualNode()] : [],
  "a worker that dies while its children live on",
  (scene) => {
    it("is replaced at once, and a stop still leaves nothing behind", async () => {
      // The children ignore SIGTERM: whoever waited for their end would wait for minutes.
      const { client, port } = await scene.run({ fixture: "stubborn", config: { workers: 1, killTimeout: 120_000 } });
      const first = await familyOf(port);
      signal(first.pid, "SIGKILL");
      await until(client, "another worker serves", ({ workers }) =>
        workers.some(({ pid, state }) => pid !== first.pid && state === "ready"),
      );
      assert.deepEqual(first.pids.filter(isAlive), first.pids);
      const second = await familyOf(port);
      await client.request("app/stop", { now: true });
      assert.deepEqual([...first.pids, ...second.pids].filter(isAlive), []);
    });
  },
);
