import assert from "node:assert/strict";
import type { WorkerView } from "../../../src/shared/snapshot.ts";
import { type Debugger, debugAt } from "../../support/process/debugger.ts";
import { testedNodes, usualNode } from "../../support/process/nodeMatrix.ts";
import { patience } from "../../support/process/notHere/wine.ts";
import { assertOutcome, describeOn } from "../../support/process/scene.ts";
import { openConnection } from "../../support/process/strictConnection.ts";
import type { TestApp } from "../../support/process/testApp.ts";
import { poll, until, untilEvent, within } from "../../support/process/until.ts";

const ask = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;

/** The line of the fixture that answers `/`. */
const answering = "response.end(answer(request));\n  }\n});";

function lineOf(app: TestApp, text: string): number {
  const before = app.read("server.js").split(text)[0] ?? "";
  return before.split("\n").length;
}

/** The first worker of which this holds. */
function findWorker(app: TestApp, what: string, holds: (worker: WorkerView) => boolean): Promise<WorkerView> {
  return until(app.client, what, ({ workers }) => workers.some(holds)).then(
    ({ workers }) => workers.find(holds) as WorkerView,
  );
}

/** Attaches to a worker whose inspector is open, with a breakpoint where it answers. */
async function breakAtAnswer(app: TestApp, { inspector }: WorkerView): Promise<Debugger> {
  const debugging = await debugAt(inspector ?? "");
  await debugging.ask("Debugger.enable");
  const lineNumber = lineOf(app, answering) - 1;
  await debugging.ask("Debugger.setBreakpointByUrl", { urlRegex: ".*server\\.js$", lineNumber });
  await debugging.ask("Runtime.runIfWaitingForDebugger");
  return debugging;
}

describeOn(testedNodes(), "a debug session", (scene) => {
  it("opens the inspector on this machine, has new workers wait for it, and closes it at its end", async () => {
    const app = await scene.run({ fixture: "plain", config: { workers: 1 } });
    const { client } = app;
    assert.equal(client.snapshot.workers[0]?.inspector, undefined);
    assert.deepEqual(await client.request("debug/begin", {}), { failed: [] });
    const old = await findWorker(app, "its inspector is open", ({ inspector }) => inspector !== undefined);
    assert.match(old.inspector ?? "", /^ws:\/\/127\.0\.0\.1:\d+\//);

    const reload = client.request("app/renew", { kind: "reload" });
    const fresh = await findWorker(
      app,
      "the new one waits",
      ({ generation, paused, inspector }) => generation === 2 && paused?.waits === true && inspector !== undefined,
    );
    const debugging = await breakAtAnswer(app, fresh);
    try {
      assertOutcome(await within("the reload", reload), "completed");
      const connection = await openConnection({ port: app.port });
      const paused = debugging.hear("Debugger.paused");
      const answer = connection.ask(ask("/"));
      await paused;
      assert.deepEqual(await client.request("debug/look", { worker: fresh.id }), { paused: true });
      const { at } = client.snapshot.workers[0]?.paused ?? {};
      assert.deepEqual([at?.file.endsWith("server.js"), at?.line], [true, lineOf(app, answering)]);
      await client.request("debug/continue", { worker: fresh.id });
      assert.equal(JSON.parse((await within("the answer", answer)).body).generation, "2");
      assert.equal(client.snapshot.workers[0]?.paused, undefined);
      connection.close();
    } finally {
      debugging.close();
    }
    await client.request("debug/end", {});
    await until(client, "its inspector is closed", ({ workers }) => workers.every(({ inspector }) => !inspector));
    const { chunks } = await client.request("logs/read", { lines: 100 });
    assert.deepEqual(
      chunks.filter(({ text }) => /ebugger/.test(text)),
      [],
      "what Node says of it is no output of the app",
    );
  });

  it("has a worker wait that takes the place of a crashed one, and stop at the app's first line if that is wanted", async () => {
    const app = await scene.run({ fixture: "plain", config: { workers: 1 } });
    const { client } = app;
    await client.request("debug/begin", { stopOnEntry: true });
    await client.request("app/killWorker", { worker: 1 });
    const fresh = await findWorker(
      app,
      "its successor waits",
      ({ id, paused, inspector }) => id === 2 && paused?.waits === true && inspector !== undefined,
    );
    const debugging = await debugAt(fresh.inspector ?? "");
    try {
      await debugging.ask("Debugger.enable");
      const paused = debugging.hear("Debugger.paused");
      await debugging.ask("Runtime.runIfWaitingForDebugger");
      await paused;
      await client.request("debug/look", { worker: fresh.id });
      assert.equal(client.snapshot.workers[0]?.paused?.at?.line, 1);
      await client.request("debug/continue", { worker: fresh.id });
      await until(client, "it runs", ({ app: { state } }) => state === "running");
    } finally {
      debugging.close();
    }
  });

  it("that nobody follows up lets a new worker go, and says so", async () => {
    const app = await scene.run({ fixture: "plain", config: { workers: 1 } });
    const second = await app.connect();
    await second.request("debug/begin", {});
    const reload = app.client.request("app/renew", { kind: "reload" });
    await findWorker(app, "the new one waits", ({ paused }) => paused?.waits === true);
    // A client that has gone debugs no more.
    second.dispose();
    assertOutcome(await within("the reload", reload), "completed");
    await until(app.client, "no inspector is open", ({ workers }) => workers.every(({ inspector }) => !inspector));
  });
});

describeOn([usualNode()], "a worker that a debugger has paused", (scene) => {
  it("is neither unresponsive nor late: the drain of a reload waits for it and says so", async () => {
    const app = await scene.run({
      fixture: "plain",
      config: {
        workers: 1,
        unresponsiveAfter: 300,
        replaceUnresponsive: true,
        drainTimeout: 1_500 * patience,
        // On Windows an idle connection is not handed over, but kept until its server closes it.
        env: { KEEP_ALIVE: "500" },
      },
    });
    const { client } = app;
    await client.request("debug/begin", {});
    const old = await findWorker(app, "its inspector is open", ({ inspector }) => inspector !== undefined);
    const debugging = await breakAtAnswer(app, old);
    try {
      const connection = await openConnection({ port: app.port });
      const paused = debugging.hear("Debugger.paused");
      const answer = connection.ask(ask("/"));
      await paused;
      // Nobody tells the supervisor: it finds out when no heartbeat is answered.
      await findWorker(app, "it is found to be paused", ({ paused }) => paused?.at !== undefined);
      // The new one is not to wait for a debugger.
      await client.request("debug/end", {});
      const told = untilEvent(client, "leaving");
      const reload = client.request("app/renew", { kind: "reload" });
      const draining = await findWorker(app, "it drains", ({ id, state }) => id === old.id && state === "draining");
      assert.equal(draining.drainDeadline, undefined);
      assert.match((await told).message, /is paused in a debugger at \S+server\.js:\d+; no time of its drain passes/);
      assert.deepEqual(
        client.snapshot.workers.map(({ id, state, health }) => [id === old.id, state, health]),
        [
          [true, "draining", "responsive"],
          [false, "ready", "responsive"],
        ],
      );
      await debugging.ask("Debugger.resume");
      assert.equal((await within("the answer", answer)).status, 200);
      const report = await within("the reload", reload);
      assertOutcome(report, "completed");
      assert.deepEqual([report.traffic?.failed, report.traffic?.cut, report.killed], [0, 0, 0]);
      connection.close();
    } finally {
      debugging.close();
    }
  });

  it("while it starts has the rest of readyTimeout when it goes on", async () => {
    const app = await scene.start({
      fixture: "plain",
      config: { workers: 1, nodeArgs: ["--inspect-brk=127.0.0.1:0"], readyTimeout: 1_500 },
    });
    const { client } = app;
    const waiting = await findWorker(
      app,
      "it waits",
      ({ inspector, paused }) => inspector !== undefined && paused?.waits === true,
    );
    const debugging = await debugAt(waiting.inspector ?? "");
    try {
      await debugging.ask("Debugger.enable");
      const paused = debugging.hear("Debugger.paused");
      await debugging.ask("Runtime.runIfWaitingForDebugger");
      await paused;
      const stopped = await findWorker(app, "it is paused", ({ paused }) => paused?.waits === false);
      assert.equal(stopped.paused?.at?.line, 1);
      await poll("it is said that it is paused", async () => {
        const { events } = await client.request("app/events", {});
        return events.some(({ code, message }) => code === "notReadyYet" && message.includes(" debugger"));
      });
      await debugging.ask("Debugger.resume");
      const { workers } = await until(client, "it runs", ({ app: { state } }) => state === "running");
      assert.equal(workers[0]?.id, 1, "it was not started again");
    } finally {
      debugging.close();
    }
  });

  it("does not keep the app from being stopped", async () => {
    const app = await scene.run({
      fixture: "plain",
      config: { workers: 1, drainTimeout: 500, killTimeout: 500, nodeArgs: ["--inspect=127.0.0.1:0"] },
    });
    const [worker] = app.client.snapshot.workers;
    assert.ok(worker);
    const debugging = await breakAtAnswer(app, worker);
    try {
      const connection = await openConnection({ port: app.port });
      const paused = debugging.hear("Debugger.paused");
      const answer = connection.ask(ask("/")).catch(() => undefined);
      await paused;
      await findWorker(app, "it is found to be paused", (view) => view.paused !== undefined);
      await within("the stop", app.client.request("app/stop", {}));
      await answer;
      connection.close();
    } finally {
      debugging.close();
    }
  });
});
