import assert from "node:assert/strict";
import { join } from "node:path";
import { assertExact } from "../../support/process/honesty.ts";
import { testedNodes } from "../../support/process/nodeMatrix.ts";
import { get, openRawClient, type RawClient } from "../../support/process/rawClient.ts";
import { assertUnnoticed, describeOn } from "../../support/process/scene.ts";
import { askFixture } from "../../support/process/strictClient.ts";
import type { TestApp } from "../../support/process/testApp.ts";
import { until, within } from "../../support/process/until.ts";

const reloads = 3;

// With shared scheduling the workers accept by themselves, from a listening socket that all of them and the supervisor
// have open: what stops accepting, and where a connection is between the kernel and the app, differs from round-robin.
describeOn(testedNodes(), "shared scheduling", (scene) => {
  const scheduling = "shared";

  async function reload(app: TestApp, failed: () => number): Promise<number> {
    const report = await within("the reload", app.client.request("app/renew", { kind: "reload" }));
    assert.equal(report.outcome, "completed");
    assertExact(report, failed());
    assert.equal(report.traffic?.cut, 0);
    assert.equal(report.killed, 0);
    return report.to;
  }

  it("loses no request and no connection of clients that ask on and on", async () => {
    const app = await scene.run({ fixture: "plain", config: { workers: 2, scheduling } });
    const client = await scene.ask({ target: { port: app.port }, connections: 20 });
    for (let round = 1; round <= reloads; round += 1) {
      app.write("version.txt", `build ${round}`);
      await reload(app, () => client.counts.failed);
      await client.untilAnswers(`build ${round}`, 20);
    }
    assertUnnoticed(await client.stop());
  });

  it("refuses nobody who comes with a connection of his own for each request", async () => {
    const app = await scene.run({ fixture: "plain", config: { workers: 2, scheduling } });
    let over = false;
    let answers = 0;
    let failed = 0;
    const clients = Array.from({ length: 10 }, async () => {
      while (!over) {
        try {
          await askFixture({ port: app.port });
          answers += 1;
        } catch (error) {
          failed += 1;
          throw error;
        }
      }
    });
    for (let round = 1; round <= reloads; round += 1) {
      await reload(app, () => failed);
    }
    over = true;
    await within("the clients end", Promise.all(clients));
    assert.ok(answers > 0);
  });

  it("hands over what is idle, half sent, pipelined or slow, on every port and the Unix socket", async () => {
    const app = await scene.run({
      fixture: "protocols",
      config: { workers: 2, scheduling, drainTimeout: 15_000 },
    });
    const posix = process.platform !== "win32";
    await until(app.client, "all servers listen", ({ workers }) =>
      workers.every(({ addresses }) => addresses.length === (posix ? 9 : 8)),
    );
    const clients: RawClient[] = [];
    const open = async (where: number | string = app.port): Promise<RawClient> => {
      const client = await openRawClient(where);
      clients.push(client);
      return client;
    };
    const idle = await Promise.all(
      [app.port, app.port + 1, ...(posix ? [join(app.folder, "app.sock")] : [])].map(open),
    );
    for (const client of idle) {
      client.send(get("/"));
      await client.received(/generation 1 /);
    }
    const unused = await open();
    const halfHeader = await open();
    halfHeader.send("GET / HTTP/1.1\r\nHost: te");
    const halfBody = await open();
    halfBody.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n12345");
    const download = await open();
    download.send(get("/download"));
    await download.received(/aaaa/);
    const pipelined = await open();
    pipelined.send(get("/slow") + get("/slow") + get("/"));

    const beside = await scene.ask({
      target: { port: app.port },
      connections: 4,
      thinkMs: 5,
      read: ({ body }) => /generation (\d+) received 0 /.exec(body)?.[1] ?? assert.fail(body),
    });
    const done = reload(app, () => beside.counts.failed);
    await until(app.client, "old workers drain", ({ workers }) => workers.some(({ state }) => state === "draining"));
    halfHeader.send("st\r\n\r\n");
    await halfHeader.received(/generation \d+ /);
    halfBody.send("67890");
    await halfBody.received(/received 10 /);
    await pipelined.received(/generation \d+ /, 3);
    const generation = await done;
    assert.ok(download.text.length > 1_000_000);
    assertUnnoticed(await beside.stop());

    for (const client of [...idle, unused, halfHeader, halfBody, download, pipelined]) {
      if (!posix) {
        // Windows hands none over.
        await client.closes();
        continue;
      }
      client.send(get("/"));
      await client.received(new RegExp(`generation ${generation} `));
      assert.equal(client.closed, false);
      assert.doesNotMatch(client.text, /connection: close/i);
      client.end();
    }
  });
});
