import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { SupervisorClient } from "../../../src/client/connection/supervisorClient.ts";
import { listEndpoints } from "../../../src/client/launch/endpoints.ts";
import { droppedNothing } from "../../../src/shared/facts/reportFacts.ts";
import type { RenewalReport } from "../../../src/shared/report.ts";
import { bundlesFolder } from "../../support/process/bundles.ts";
import { startNewcomers } from "../../support/process/newcomers.ts";
import { type MatrixNode, nodeProgramOf, testedNodes, usualNode } from "../../support/process/nodeMatrix.ts";
import { isAlive, signal } from "../../support/process/processes.ts";
import { protocolClients, type Tally } from "../../support/process/protocolClients.ts";
import { assertOutcome, assertUnnoticed, describeOn, onPosix } from "../../support/process/scene.ts";
import { askFixture } from "../../support/process/strictClient.ts";
import type { TestApp } from "../../support/process/testApp.ts";
import { poll, until, within } from "../../support/process/until.ts";

const supervisorFile = join(bundlesFolder, "supervisor.cjs");

/** All that an upgrade may take on a machine that is busy with other things, in milliseconds. */
const upgradeMs = 60_000;

async function upgrade({ client }: TestApp, node: MatrixNode, file = supervisorFile): Promise<RenewalReport> {
  const path = await nodeProgramOf(node);
  const wish = { node: { path, version: `v${node.version}` }, supervisorFile: file, version: "0.0.1-test" };
  return within("the upgrade", client.request("app/upgrade", wish), upgradeMs);
}

/** The process that has started another. */
function parentOf(pid: number): number {
  return Number(execFileSync("ps", ["-o", "ppid=", "-p", String(pid)], { encoding: "utf8" }));
}

const [oldest = usualNode(), second = usualNode()] = testedNodes();

describeOn([oldest], "the renewal of the supervisor", (scene) => {
  onPosix("goes to another Node.js and back without a request lost", async () => {
    // Each worker looks first whether its port is free.
    const app = await scene.run({ fixture: "freePort", config: { workers: 2, env: { HOLD: "20" } } });
    const { client, port } = app;
    const keeping = await scene.ask({ target: { port }, connections: 20, thinkMs: 5 });
    const coming = startNewcomers({ target: { port }, clients: 4, thinkMs: 5 });
    scene.stage.onClose(async () => void (await coming.stop()));
    const pids = [client.endpoint.pid];
    for (const node of [usualNode(), second, oldest]) {
      const report = await upgrade(app, node);
      assertOutcome(report, "completed");
      // A newcomer that has its answer at that moment may be closed politely; who keeps a connection counts below.
      assert.ok(droppedNothing(report), JSON.stringify(report.traffic));
      await poll("the old supervisor ends", () => !isAlive(pids.at(-1) ?? 0));
      assert.equal(client.snapshot.supervisor.nodeVersion, `v${node.version}`);
      pids.push(client.endpoint.pid);
    }
    assertUnnoticed(await keeping.stop());
    const { refused, failed, failures } = await coming.stop();
    assert.deepEqual({ refused, failed, failures }, { refused: 0, failed: 0, failures: [] });
    assert.equal(new Set(pids).size, 4);
    // The report comes by the old supervisor, the state by the new one.
    const { app: state, workers } = await until(
      client,
      "only the new workers are left",
      (now) => now.workers.length === 2,
    );
    assert.equal(state.generation, 4);
    const { reports } = await client.request("app/reports", {});
    assert.deepEqual(
      reports.map(({ from, to, supervisor }) => [from, to, supervisor?.to.pid]),
      [
        [3, 4, pids[3]],
        [2, 3, pids[2]],
        [1, 2, pids[1]],
      ],
    );
    const { events } = await client.request("app/events", {});
    assert.deepEqual(
      events.filter(({ level }) => level !== "info"),
      [],
    );
    // Output and numbers go on.
    assert.ok(workers.every(({ id }) => id > 6));
  });

  onPosix("changes nothing when the new workers or the new supervisor fail", async () => {
    const app = await scene.run({ fixture: "plain", config: { workers: 2 } });
    const { client, port, write, endpoint } = app;
    const strict = await scene.ask({ target: { port }, connections: 10, thinkMs: 5 });
    const before = client.snapshot.workers.map(({ pid }) => pid);
    const noSupervisor = await upgrade(app, oldest, join(bundlesFolder, "metrics.cjs"));
    assertOutcome(noSupervisor, "rolledBack");
    assert.match(noSupervisor.reason ?? "", /^The new supervisor .* failed: it ended with exit code 0\.$/);
    write("server.js", 'throw new Error("broken");');
    const broken = await upgrade(app, oldest);
    assertOutcome(broken, "rolledBack");
    assert.match(broken.reason ?? "", /broken/);
    await until(client, "the old ones serve on", ({ workers }) => workers.length === 2);
    assert.deepEqual(
      client.snapshot.workers.map(({ pid }) => pid),
      before,
    );
    assert.equal(client.endpoint.pid, endpoint.pid);
    assertUnnoticed(await strict.stop());
  });

  /** An upgrade whose new workers are never ready; resolves with the pid of its supervisor. */
  const proving = async (app: TestApp): Promise<{ readonly report: Promise<RenewalReport>; readonly pid: number }> => {
    app.write("version.txt", "2");
    const report = upgrade(app, oldest);
    report.catch(() => undefined);
    const { workers } = await until(app.client, "new workers start", (snapshot) =>
      snapshot.workers.some(({ generation }) => generation === 2),
    );
    return { report, pid: parentOf(workers.find(({ generation }) => generation === 2)?.pid ?? 0) };
  };

  onPosix("a new supervisor that is killed takes its workers along, and the old one serves on", async () => {
    const app = await scene.run({
      fixture: "ready",
      config: { waitReady: true, workers: 1 },
      prepare: (folder) => execFileSync("touch", [join(folder, "go-1")]),
    });
    const strict = await scene.ask({ target: { port: app.port }, connections: 4, thinkMs: 5 });
    const { report, pid } = await proving(app);
    signal(pid, "SIGKILL");
    assertOutcome(await report, "rolledBack");
    await until(app.client, "the old one is alone", ({ workers }) => workers.length === 1);
    assertUnnoticed(await strict.stop());
  });

  onPosix("a new supervisor that has failed, and does not end, goes with the old one", async () => {
    const app = await scene.run({
      fixture: "ready",
      config: { waitReady: true, workers: 1 },
      prepare: (folder) => execFileSync("touch", [join(folder, "go-1")]),
    });
    const { report, pid } = await proving(app);
    signal(pid, "SIGSTOP");
    await app.client.request("app/stop", { now: true });
    assertOutcome(await report, "cancelled");
    app.client.dispose();
    await poll("both are gone", () => !isAlive(app.endpoint.pid) && !isAlive(pid));
    assert.ok(app.endpointGone());
  });

  onPosix("an old supervisor that is killed leaves the app to the new one", async () => {
    const app = await scene.run({
      fixture: "ready",
      config: { waitReady: true, workers: 1 },
      prepare: (folder) => execFileSync("touch", [join(folder, "go-1")]),
    });
    const { report, pid } = await proving(app);
    scene.stage.onClose(() => signal(pid, "SIGKILL"));
    app.killSupervisor();
    await assert.rejects(report);
    app.write("go-2", "");
    const folder = scene.stage.runtimeFolder;
    await poll("the new one can be found", async () =>
      (await listEndpoints(folder)).some((found) => found.pid === pid),
    );
    const [endpoint] = await listEndpoints(folder);
    assert.ok(endpoint);
    const client = await SupervisorClient.connect(endpoint, { name: "test", version: "0" });
    await until(client, "it serves", ({ app: { state } }) => state === "running");
    assert.equal((await askFixture({ port: app.port })).version, "2");
    await client.request("app/stop", { now: true });
    client.dispose();
    await poll("it ends", () => !isAlive(pid));
  });

  for (const scheduling of ["roundRobin", "shared"] as const) {
    onPosix(`takes over every kind of server (${scheduling})`, async () => {
      const app = await scene.run({
        fixture: "protocols",
        config: { workers: 2, scheduling, health: 0, drainTimeout: 15_000 },
      });
      const { client, port, folder } = app;
      await until(client, "all servers listen", ({ workers }) =>
        workers.every(({ addresses }) => addresses.length === 9),
      );
      const { addresses, health } = client.snapshot.app;
      const read = ({ body }: { readonly body: string }): string =>
        /generation (\d+) received \d+ /.exec(body)?.[1] ?? assert.fail(body);
      const strict = await scene.ask({ target: { port }, connections: 10, thinkMs: 5, read });
      const posting = await scene.ask({ target: { port }, connections: 4, thinkMs: 5, method: "POST", read });
      const target = { path: join(folder, "app.sock") };
      const byPath = await scene.ask({ target, connections: 4, thinkMs: 5, read });
      const coming = startNewcomers({ target, clients: 12 });
      scene.stage.onClose(async () => void (await coming.stop()));
      let over = false;
      const speaking = protocolClients.flatMap((client) =>
        [1, 2].map(() => {
          const tally: Tally = { asked: 0, failed: 0, again: 0, closed: 0, failures: [] };
          return { name: client.name, tally, ended: client.run(port, tally, () => over) };
        }),
      );
      await poll("each has asked", () => speaking.every(({ tally }) => tally.asked > 1));
      const report = await upgrade(app, usualNode());
      assertOutcome(report, "completed");
      for (const each of [strict, posting, byPath]) {
        await each.untilAnswers("2", 20);
        assertUnnoticed(await each.stop());
      }
      const { refused, failed, failures } = await coming.stop();
      assert.deepEqual([refused, failed, failures], [report.unserved ?? 0, 0, []]);
      over = true;
      await Promise.all(speaking.map(({ ended }) => ended));
      for (const { name, tally } of speaking) {
        assert.deepEqual(tally.failures, [], name);
        // As in a reload: what is not plain HTTP/1.1 is asked to come again, once.
        assert.equal(tally.closed, name === "HTTP/1.1" ? 0 : 1, name);
      }
      assert.deepEqual(new Set(client.snapshot.app.addresses), new Set(addresses));
      assert.equal(client.snapshot.app.health, health);
      assert.equal((await fetch(`${health}/ready`)).status, 200);
    });
  }
});
