import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../support/process/freePort.ts";
import { testedNodes } from "../../support/process/nodeMatrix.ts";
import { signal } from "../../support/process/processes.ts";
import { describeOn, onPosix } from "../../support/process/scene.ts";
import { openConnection } from "../../support/process/strictConnection.ts";
import { poll, until, within } from "../../support/process/until.ts";

const request = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
const rounds = 4;

describeOn(testedNodes(), "a worker that dies with a connection on its way to it", (scene) => {
  onPosix("swallows none, neither that one nor those that come while its end is not known", async () => {
    const second = await freePort();
    const { client, port, endpoint } = await scene.run({
      fixture: "ready",
      config: { workers: 2, maxRestarts: 100, unresponsiveAfter: 0, env: { MORE: String(second) } },
      prepare: (folder) => writeFileSync(join(folder, "go-1"), ""),
    });
    let answered = 0;
    const dead = new Set<number>();
    const ask = async (where: number, times: number): Promise<Promise<number>[]> => {
      const connections = await Promise.all(Array.from({ length: times }, () => openConnection({ port: where })));
      return connections.map(async (connection) => {
        const { status } = await connection.ask(request);
        answered += 1;
        return status;
      });
    };
    for (let round = 1; round <= rounds; round += 1) {
      await until(
        client,
        "both listen on both ports",
        ({ workers }) =>
          workers.length === 2 &&
          workers.every(({ pid, state, addresses }) => !dead.has(pid) && state === "ready" && addresses.length === 2),
      );
      const [victim] = client.snapshot.workers;
      assert.ok(victim);
      dead.add(victim.pid);
      // Stopped, it leaves what it is sent unconfirmed: then Node does not tell of the end of its channel.
      signal(victim.pid, "SIGSTOP");
      answered = 0;
      const answers = await ask(port, 4);
      await poll("all but the one on its way to it are answered", () => answered === 3);
      // When the supervisor goes on it finds new connections, the end of the channel and the exit, in whatever order.
      signal(endpoint.pid, "SIGSTOP");
      signal(victim.pid, "SIGKILL");
      answers.push(...(await ask(second, 8)));
      signal(endpoint.pid, "SIGCONT");
      for (const status of await within("the answers", Promise.all(answers))) {
        assert.equal(status, 200);
      }
    }
  });
});
