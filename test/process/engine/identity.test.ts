import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../support/process/freePort.ts";
import { testedNodes, usualNode } from "../../support/process/nodeMatrix.ts";
import { assertOutcome, assertUnnoticed, describeOn } from "../../support/process/scene.ts";
import { askFixture, type FixtureAnswer } from "../../support/process/strictClient.ts";
import { openConnection } from "../../support/process/strictConnection.ts";
import { poll, until, untilEvent } from "../../support/process/until.ts";

interface MessagesAnswer {
  readonly received: readonly unknown[];
  /** Listeners of the process's event `message`. */
  readonly listeners: number;
  readonly execArgv: readonly string[];
  readonly argv: readonly string[];
}

/** What each worker answers, asked until all of them have. */
async function askAll(port: number, workers: number): Promise<FixtureAnswer[]> {
  const answers = new Map<number, FixtureAnswer>();
  await poll(`${workers} workers answered`, async () => {
    const answer = await askFixture({ port });
    answers.set(answer.pid, answer);
    return answers.size === workers;
  });
  return [...answers.values()].sort((a, b) => Number(a.worker) - Number(b.worker));
}

describeOn(testedNodes(), "what a worker sees", (scene) => {
  it("knows its slot and generation; a successor takes the same slot", async () => {
    const { client, port } = await scene.run({ fixture: "plain", config: { workers: 3 } });
    const seen = (answers: FixtureAnswer[]) => answers.map((a) => [a.worker, a.generation, a.instance]);
    assert.deepEqual(seen(await askAll(port, 3)), [
      ["1", "1", "0"],
      ["2", "1", "1"],
      ["3", "1", "2"],
    ]);
    assertOutcome(await client.request("app/renew", { kind: "reload" }), "completed");
    assert.deepEqual(seen(await askAll(port, 3)), [
      ["1", "2", "0"],
      ["2", "2", "1"],
      ["3", "2", "2"],
    ]);
  });

  it("none of our messages reach the app, and none of the app's confuse us", async () => {
    const { client, port } = await scene.run({
      fixture: "messages",
      config: { workers: 1, args: ["--port", "8 0"], nodeArgs: ["--no-warnings"] },
    });
    const kept = await openConnection({ port });
    const warned = untilEvent(client, "strangeMessage");
    const [worker] = client.snapshot.workers;
    await kept.ask("GET /send HTTP/1.1\r\nHost: x\r\n\r\n");
    assert.match((await warned).message, /such messages are ignored/);
    await kept.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    const { workers } = await until(client, "the spare port is gone", ({ app }) => app.addresses.length === 1);
    assert.deepEqual(
      workers.map(({ id, state, addresses }) => [id, state, addresses]),
      [[worker?.id, "ready", [`http://127.0.0.1:${port}`]]],
    );
    assertOutcome(await client.request("app/renew", { kind: "reload" }), "completed");
    // The connection came over from the old worker, but on Windows, and the new one was asked for its health meanwhile.
    const last = process.platform === "win32" ? await openConnection({ port }) : kept;
    const { body } = await last.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    for (const connection of [kept, last]) {
      connection.close();
    }
    const { received, listeners, execArgv, argv } = JSON.parse(body) as MessagesAnswer;
    assert.deepEqual(received, []);
    // Its own and the one that node:cluster adds in every worker.
    assert.equal(listeners, 2);
    assert.deepEqual(execArgv, ["--no-warnings"]);
    assert.deepEqual(argv, ["--port", "8 0"]);
    assert.equal(client.snapshot.app.failure, undefined);
    const { events } = await client.request("app/events", {});
    assert.deepEqual(
      events.filter(({ code }) => code === "internal" || code === "internals" || code === "killTimeout"),
      [],
    );
  });

  it("a gracefulReload tells the app `shutdown`, as pm2 does, and nothing else", async () => {
    const { client } = await scene.run({ fixture: "messages", config: { workers: 1, drainTimeout: 700 } });
    assertOutcome(await client.request("app/renew", { kind: "gracefulReload" }), "completed");
    const { chunks } = await client.request("logs/read", { cursor: 0 });
    const lines = chunks.map(({ text }) => text).join("");
    assert.equal(lines, 'message "shutdown"\n');
  });

  it("runs in a folder with spaces and Chinese characters", async () => {
    const { client, folder, port, write } = await scene.run({
      fixture: "plain",
      folderName: "我的 app's & 100% (test)",
      config: { name: "网络 服务", args: ["参 数", "$(id)", "`id`"] },
    });
    assert.equal(client.snapshot.app.root, folder);
    assert.equal(client.snapshot.app.name, "网络 服务");
    write("version.txt", "二");
    assertOutcome(await client.request("app/renew", { kind: "reload" }), "completed");
    assert.equal((await askFixture({ port })).version, "二");
  });
});

const tellsAddress = `
const server = require("node:http").createServer((_request, response) => {
  response.end(JSON.stringify({ generation: process.env.HITLESS_GENERATION, address: server.address(), listening: server.listening }));
});
server.listen(Number(process.env.PORT), "127.0.0.1");
`;

describeOn(testedNodes(), "a server that drains", (scene) => {
  for (const scheduling of ["roundRobin", "shared"] as const) {
    it(`tells its app the same address as before (${scheduling})`, async () => {
      const { client, port } = await scene.run({
        fixture: "plain",
        config: { workers: 1, scheduling },
        prepare: (folder) => writeFileSync(join(folder, "server.js"), tellsAddress),
      });
      const connection = await openConnection({ port });
      const answer = connection.ask("GET / HTTP/1.1\r\nHost: x\r\n");
      const reload = client.request("app/renew", { kind: "reload" });
      await until(client, "the old worker drains", ({ workers }) => workers.some(({ drain }) => drain !== undefined));
      connection.socket.write("\r\n");
      const { body } = await answer;
      connection.close();
      assert.deepEqual(JSON.parse(body), {
        generation: "1",
        address: { address: "127.0.0.1", family: "IPv4", port },
        listening: true,
      });
      assertOutcome(await reload, "completed");
    });
  }
});

describeOn([usualNode()], "what an app may be", (scene) => {
  it("listens on a Unix socket", async function () {
    if (process.platform === "win32") {
      this.skip();
    }
    const path = `${scene.stage.runtimeFolder}/app`;
    const { client, write } = await scene.run({ fixture: "unixSocket", config: { env: { SOCKET: path } } });
    assert.deepEqual(client.snapshot.app.addresses, [`unix:${path}`]);
    const strict = await scene.ask({ target: { path }, connections: 5 });
    write("version.txt", "2");
    assertOutcome(await client.request("app/renew", { kind: "reload" }), "completed");
    await strict.untilAnswers("2", 20);
    assertUnnoticed(await strict.stop());
  });

  for (const after of [0, 300]) {
    it(`listens on two ports, on the second ${after} ms after the first`, async () => {
      const adminPort = await freePort();
      const { client, port, write } = await scene.run({
        fixture: "twoPorts",
        config: { env: { ADMIN_PORT: String(adminPort), ADMIN_AFTER: String(after) } },
      });
      const ports = [port, adminPort];
      const both = ports.map((each) => `http://127.0.0.1:${each}`).sort();
      await until(client, "every worker listens on both ports", ({ workers }) =>
        workers.every(({ addresses }) => [...addresses].sort().join() === both.join()),
      );
      const clients = await Promise.all(ports.map((each) => scene.ask({ target: { port: each }, connections: 5 })));
      write("version.txt", "2");
      assertOutcome(await client.request("app/renew", { kind: "reload" }), "completed");
      for (const strict of clients) {
        await strict.untilAnswers("2", 20);
        assertUnnoticed(await strict.stop());
      }
    });
  }
});
