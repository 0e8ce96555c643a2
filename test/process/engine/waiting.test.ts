import assert from "node:assert/strict";
import { connect } from "node:net";
import { usualNode } from "../../support/process/nodeMatrix.ts";
import { signal } from "../../support/process/processes.ts";
import { describeOn } from "../../support/process/scene.ts";
import { poll, until, untilEvent, within } from "../../support/process/until.ts";

/** Resolves with all that came until the other side closed the connection. */
function ask(port: number): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(port, "127.0.0.1");
    socket.setEncoding("utf8");
    socket.on("connect", () => socket.write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
    socket.on("data", (piece) => {
      text += piece;
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(text));
  });
}

describeOn([usualNode()], "connections that come while all workers are busy", (scene) => {
  it("wait up to the limit, are refused beyond it, and are all answered later", async function () {
    if (process.platform === "win32") {
      this.skip(); // A process can't be stopped by a signal there.
    }
    const { client, port } = await scene.run({
      fixture: "plain",
      config: { workers: 1, maxWaiting: 5, unresponsiveAfter: 0 },
    });
    const [worker] = client.snapshot.workers;
    assert.ok(worker);
    signal(worker.pid, "SIGSTOP");
    try {
      const refusing = untilEvent(client, "refusing");
      // One is on its way to the worker, five wait.
      const accepted = Array.from({ length: 6 }, () => ask(port));
      await until(client, "five wait", ({ app }) => app.waitingConnections === 5);
      assert.deepEqual(await within("being refused", Promise.all([ask(port), ask(port)])), ["", ""]);
      assert.match((await refusing).message, /5 connections wait for them \(maxWaiting/);
      await until(client, "two were refused", ({ app }) => app.refusedConnections === 2);

      signal(worker.pid, "SIGCONT");
      const answers = await within("the answers", Promise.all(accepted));
      assert.deepEqual(
        answers.map((answer) => answer.split("\r\n")[0]),
        answers.map(() => "HTTP/1.1 200 OK"),
      );
      await until(client, "none waits", ({ app }) => app.waitingConnections === 0);
    } finally {
      signal(worker.pid, "SIGCONT");
    }
  });

  it("are not counted any more when the worker that should have had them is gone", async function () {
    if (process.platform === "win32") {
      this.skip(); // As above.
    }
    const { client, port } = await scene.run({
      fixture: "plain",
      config: { workers: 1, maxWaiting: 5, maxRestarts: 0, unresponsiveAfter: 0 },
    });
    const [worker] = client.snapshot.workers;
    assert.ok(worker);
    signal(worker.pid, "SIGSTOP");
    const lost = Array.from({ length: 4 }, () => ask(port));
    await until(client, "three wait", ({ app }) => app.waitingConnections === 3);
    signal(worker.pid, "SIGKILL");
    await within("the end of those that nobody will answer", Promise.all(lost));
    await poll("none is counted", () => client.snapshot.app.waitingConnections === 0);
  });
});
