import assert from "node:assert/strict";
import { droppedNothing } from "../../../src/shared/facts/reportFacts.ts";
import { assertExact } from "../../support/process/honesty.ts";
import { testedNodes } from "../../support/process/nodeMatrix.ts";
import { signal } from "../../support/process/processes.ts";
import { assertOutcome, assertUnnoticed, describeOn, onPosix } from "../../support/process/scene.ts";
import { openConnection } from "../../support/process/strictConnection.ts";
import { poll, until, within } from "../../support/process/until.ts";

const request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

describeOn(testedNodes(), "an app that closes its server itself when it is told `shutdown`", (scene) => {
  it("loses nothing, though closing a server closes idle connections and then it exits", async () => {
    const { client, port, write } = await scene.run({ fixture: "closesItself", config: { workers: 2 } });
    const busy = await scene.ask({ target: { port }, connections: 10 });
    const pausing = await scene.ask({ target: { port }, connections: 10, thinkMs: 20 });
    // Asks once in all, so what each generation hands on has not been used since the one before.
    const idle = await openConnection({ port });
    assert.equal((await idle.ask(request)).status, 200);
    for (const version of ["2", "3", "4"]) {
      write("version.txt", version);
      const report = await client.request("app/renew", { kind: "gracefulReload" });
      assertOutcome(report, "completed");
      assertExact(report, busy.counts.failed + pausing.counts.failed);
      assert.equal(droppedNothing(report), true, JSON.stringify(report.traffic));
      await busy.untilAnswers(version, 20);
    }
    if (process.platform === "win32") {
      // No connection is handed over there.
      await within("the idle connection closes", idle.closed);
    } else {
      const last = await idle.ask(request);
      assert.equal(JSON.parse(last.body).version, "4");
      idle.close();
    }
    assertUnnoticed(await busy.stop());
    assertUnnoticed(await pausing.stop());
  });
});

describeOn(testedNodes(), "an app that exits in the moment of its last answer", (scene) => {
  it("is not told to have been cut", async () => {
    const { client, port } = await scene.run({ fixture: "closesItself", config: { workers: 1 } });
    const connection = await openConnection({ port });
    const answer = connection.ask("GET /slow/700 HTTP/1.1\r\nHost: x\r\n\r\n");
    await poll("the request is with the worker", () => connection.socket.bytesWritten > 0);
    const report = await client.request("app/renew", { kind: "gracefulReload" });
    assertOutcome(report, "completed");
    assert.equal((await answer).status, 200);
    assert.deepEqual(report.cutRequests, []);
    assert.equal(droppedNothing(report), true, JSON.stringify(report.traffic));
    connection.close();
  });
});

describeOn(testedNodes(), "a stop", (scene) => {
  onPosix("answers what clients sent before the worker knew of it", async () => {
    const { client, port } = await scene.run({ fixture: "plain", config: { workers: 1, unresponsiveAfter: 0 } });
    const connections = await Promise.all(Array.from({ length: 20 }, () => openConnection({ port })));
    for (const connection of connections) {
      assert.equal((await connection.ask(request)).status, 200);
    }
    const pid = client.snapshot.workers[0]?.pid ?? 0;
    // Stopped, it finds all of it at once when it goes on: that it is to end, and then the requests.
    signal(pid, "SIGSTOP");
    try {
      const stopped = client.request("app/stop", {});
      await until(client, "the worker drains", ({ workers }) => workers.some(({ state }) => state === "draining"));
      const answers = connections.map((connection) => connection.ask(request));
      signal(pid, "SIGCONT");
      for (const answer of await within("the answers", Promise.all(answers))) {
        assert.equal(answer.status, 200);
      }
      await within("the connections close", Promise.all(connections.map(({ closed }) => closed)));
      await stopped;
    } finally {
      signal(pid, "SIGCONT");
    }
  });
});
