import assert from "node:assert/strict";
import type { RenewalReport } from "../../../src/shared/report.ts";
import { assertExact } from "../../support/process/honesty.ts";
import { type MatrixNode, testedNodes, usualNode } from "../../support/process/nodeMatrix.ts";
import { signal } from "../../support/process/processes.ts";
import { assertOutcome, assertUnnoticed, describeOn, onPosix } from "../../support/process/scene.ts";
import { parseFixtureAnswer } from "../../support/process/strictClient.ts";
import { openConnection } from "../../support/process/strictConnection.ts";
import { until } from "../../support/process/until.ts";

/** What the clients have seen must be what the report says; on Windows connections are closed, in the way of HTTP. */
function assertNothingLost({ traffic, killed, cutRequests }: RenewalReport): void {
  const { failed, cut, closed, crashed = 0, silent = 0 } = traffic ?? assert.fail("no traffic was counted");
  const handed = process.platform === "win32" ? 0 : closed;
  assert.deepEqual(
    { failed, cut, closed: handed, crashed, silent, killed, cutRequests },
    { failed: 0, cut: 0, closed: 0, crashed: 0, silent: 0, killed: 0, cutRequests: [] },
  );
}

/** Those in use differ in what they destroy, and when; the rest are the libraries themselves. */
const onAll = ["closeAndExit", "disconnect"];
const byHand = ["exitAtOnce", "destroyAll", "destroyIdle", "asSignal"];
const libraries = ["fastify", "stoppable", "serverDestroy", "asyncExitHook"];

function describeStyle(styles: readonly string[], nodes: readonly MatrixNode[] = [usualNode()]): void {
  describeOn(nodes, "gracefulReload of an app that cleans up in its own way", (scene) => {
    for (const STYLE of styles) {
      it(`${STYLE}: no request and no connection is lost, and the report says so`, async () => {
        const app = await scene.run({ fixture: "cleanUps", config: { workers: 2, env: { STYLE } } });
        const target = { port: app.port };
        const gets = await scene.ask({ target, connections: 10 });
        const posts = await scene.ask({ target, connections: 10, method: "POST" });
        const slow = await scene.ask({ target, connections: 5, path: "/slow/50" });
        for (let time = 0; time < 3; time += 1) {
          const report = await app.client.request("app/renew", { kind: "gracefulReload" });
          assertOutcome(report, "completed");
          assertNothingLost(report);
          assertExact(
            report,
            [gets, posts, slow].reduce((sum, { counts }) => sum + counts.failed, 0),
          );
          await Promise.all([gets, posts, slow].map((client) => client.untilAnswers("one", 20)));
        }
        for (const client of [gets, posts, slow]) {
          assertUnnoticed(await client.stop());
        }
      });
    }
  });
}

describeStyle(onAll, testedNodes());
describeStyle([...byHand, ...libraries]);

describeOn([usualNode()], "gracefulReload of an app that destroys whatever is open", (scene) => {
  it("answers a client that was just let in by a server which passes it on to one of HTTP", async () => {
    const app = await scene.run({ fixture: "shapes", config: { workers: 1, env: { STYLE: "destroy" } } });
    const connection = await openConnection({ port: app.port + 2 });
    const renewed = app.client.request("app/renew", { kind: "gracefulReload" });
    await until(app.client, "the old worker drains", ({ workers }) =>
      workers.some(({ state }) => state === "draining"),
    );
    const answer = await connection.ask(
      "PROXY TCP4 203.0.113.7 127.0.0.1 40000 80\r\nGET /slow/100 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    );
    assert.equal(answer.status, 200);
    const report = await renewed;
    assertOutcome(report, "completed");
    assertExact(report, 0);
    connection.close();
  });
});

describeOn(testedNodes(), "a worker that leaves in the middle of its drain", (scene) => {
  onPosix("by process.exit: what is idle is handed over before it has gone", async () => {
    const env = { STYLE: "onSignal", LEAVE: "exit" };
    const app = await scene.run({ fixture: "cleanUps", config: { workers: 1, env } });
    const target = { port: app.port };
    const connections = await Promise.all(Array.from({ length: 200 }, () => openConnection(target)));
    const ask = (path: string): Promise<number[]> =>
      Promise.all(
        connections.map(
          async (connection) =>
            parseFixtureAnswer(await connection.ask(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)).pid,
        ),
      );
    const [before] = new Set(await ask("/"));
    const renewed = app.client.request("app/renew", { kind: "reload" });
    await until(app.client, "the old worker drains", ({ workers }) =>
      workers.some(({ state }) => state === "draining"),
    );
    signal(before ?? 0, "SIGUSR2");
    const report = await renewed;
    assertNothingLost(report);
    assert.equal(report.traffic?.handedOver, 200);
    assert.equal((await ask("/again")).includes(before ?? 0), false);
    for (const connection of connections) {
      connection.close();
    }
  });

  onPosix("by cluster.worker.disconnect: what it has is answered, and then it ends", async () => {
    const env = { STYLE: "onSignal", LEAVE: "disconnect" };
    const app = await scene.run({ fixture: "cleanUps", config: { workers: 1, env } });
    const [idle, busy] = [await openConnection({ port: app.port }), await openConnection({ port: app.port })];
    const head = "HTTP/1.1\r\nHost: localhost\r\n\r\n";
    const { pid } = parseFixtureAnswer(await idle.ask(`GET / ${head}`));
    const answer = busy.ask(`GET /slow/1500 ${head}`);
    const renewed = app.client.request("app/renew", { kind: "reload" });
    await until(app.client, "the old worker drains", ({ workers }) =>
      workers.some(({ state }) => state === "draining"),
    );
    signal(pid, "SIGUSR2");
    assert.equal(parseFixtureAnswer(await answer).pid, pid);
    const report = await renewed;
    assert.deepEqual([report.outcome, report.killed], ["completed", 0]);
    assert.notEqual(parseFixtureAnswer(await idle.ask(`GET /again ${head}`)).pid, pid);
    idle.close();
    busy.close();
  });
});
