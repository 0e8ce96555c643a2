import assert from "node:assert/strict";
import cluster, { type Worker } from "node:cluster";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { watchWorkerEnd } from "../../../../src/supervisor/process/workerProcess.ts";
import { isAlive } from "../../../support/process/processes.ts";
import { poll } from "../../../support/process/until.ts";

/** Elsewhere than on Linux nothing tells that a child has ended before it is reaped. */
const longestMs = 500;

/** Kills a worker, and blocks until it is dead: its exit and the end of its channel have not been read. */
function killNow({ process: { pid = 0 } }: Worker): void {
  process.kill(pid, "SIGKILL");
  const deadline = performance.now() + longestMs;
  while (isAlive(pid) && performance.now() < deadline) {
    // Nothing may be read meanwhile.
  }
}

describe("the end of a worker", () => {
  let folder = "";
  const { settings } = cluster;
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket.on("error", () => undefined)));

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "hitless-worker-"));
    const exec = join(folder, "busy.cjs");
    writeFileSync(exec, 'process.send("up", () => { for (;;); });');
    cluster.setupPrimary({ exec, execArgv: [], args: [], silent: true });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });

  after(() => {
    for (const socket of sockets) {
      socket.destroy();
    }
    server.close();
    cluster.setupPrimary(settings);
    rmSync(folder, { recursive: true, force: true });
  });

  it("leaves nothing in node:cluster, though it owed an answer, and its exit was seen before the end of its channel", async () => {
    const address = server.address();
    assert.ok(typeof address === "object" && address !== null);
    sockets.push(connect(address.port, "127.0.0.1"));
    await poll("it is accepted", () => sockets.length === 2);
    const [first, second] = [cluster.fork(), cluster.fork()];
    const gone = [first, second].map(
      (worker) =>
        new Promise<void>((resolve) =>
          watchWorkerEnd(worker, { disconnected: () => undefined, exited: () => undefined, gone: () => resolve() }),
        ),
    );
    await Promise.all([first, second].map((worker) => new Promise((resolve) => worker.once("message", resolve))));
    second.process.send(
      "a connection",
      sockets.find((socket) => socket.remotePort !== address.port),
    );
    // Whoever has ended by then is reaped with the first one.
    first.process.once("disconnect", () => killNow(second));
    killNow(first);
    await Promise.all(gone);
    await poll("node:cluster has forgotten both", () => Object.keys(cluster.workers ?? {}).length === 0, 5_000);
  });
});
