import assert from "node:assert/strict";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { launchSupervisor } from "../../../src/client/launch/launchSupervisor.ts";
import type { FailureCode } from "../../../src/shared/failure.ts";
import { freePort } from "../../support/process/freePort.ts";
import { testedNodes, usualNode } from "../../support/process/nodeMatrix.ts";
import { describeOn } from "../../support/process/scene.ts";
import { until } from "../../support/process/until.ts";

interface BootError {
  readonly entry: string;
  readonly code: FailureCode;
  readonly message: RegExp;
  /** Where the failure is, relative to the fixture. */
  readonly location?: RegExp;
  /** A line that the worker's stderr must hold. */
  readonly stderr?: RegExp;
}

/** The same start would fail in the same way, so it is told after one try. */
const permanent: readonly BootError[] = [
  { entry: "brokenSyntax.cjs", code: "syntaxError", message: /Unexpected token/, location: /brokenSyntax\.cjs:1$/ },
  { entry: "brokenSyntax.mjs", code: "syntaxError", message: /Unexpected token/, location: /brokenSyntax\.mjs:1$/ },
  { entry: "brokenSyntaxBelow.cjs", code: "syntaxError", message: /Unexpected/, location: /brokenSyntax\.cjs:1$/ },
  { entry: "missingPackage.cjs", code: "missingModule", message: /no-such-package-as-this'.*npm install/ },
  { entry: "missingPackage.mjs", code: "missingModule", message: /no-such-package-as-this'.*npm install/ },
  { entry: "missingFile.cjs", code: "missingModule", message: /no-such-file\.cjs/ },
  { entry: "forksItself.cjs", code: "nestedCluster", message: /own cluster/ },
  { entry: "forksItself.mjs", code: "nestedCluster", message: /own cluster/ },
];

const temporary: readonly BootError[] = [
  {
    entry: "throwsAtImport.cjs",
    code: "threw",
    message: /TypeError: Cannot read properties of undefined/,
    location: /throwsAtImport\.cjs:3$/,
    stderr: /about to throw/,
  },
  { entry: "rejectsAtImport.mjs", code: "threw", message: /no database/, location: /rejectsAtImport\.mjs:1$/ },
  { entry: "exits1.cjs", code: "exited", message: /code 1/, stderr: /bad configuration/ },
];

describeOn(testedNodes(), "an app that can't start", (scene) => {
  for (const { entry, code, message, location, stderr } of [...permanent, ...temporary]) {
    it(`${entry}: ${code}, at once`, async () => {
      const { client } = await scene.start({
        fixture: "misbehaving",
        // What the test waits for is far shorter: a time-out would not do.
        config: { entry, workers: 2, readyTimeout: 600_000, maxRestarts: 0 },
      });
      const { app } = await until(client, "it is given up", (snapshot) =>
        ["stopped", "crash-looping"].includes(snapshot.app.state),
      );
      assert.equal(app.failure?.code, code, JSON.stringify(app.failure));
      assert.match(app.failure?.message ?? "", message);
      assert.ok((app.failure?.stderr.length ?? 0) > 0, "no stderr");
      if (location !== undefined) {
        assert.match(`${app.failure?.location?.file}:${app.failure?.location?.line}`, location);
      }
      if (stderr !== undefined) {
        assert.match(app.failure?.stderr.join("\n") ?? "", stderr);
      }
    });
  }

  it("a port in use: portInUse, with the port", async () => {
    const server: Server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, () => {
        const address = server.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
    scene.stage.onClose(() => new Promise<void>((resolve) => server.close(() => resolve())));
    const { client } = await scene.start({
      fixture: "misbehaving",
      config: { entry: "listens.cjs", env: { PORT: String(port) }, readyTimeout: 600_000 },
    });
    const { app } = await until(client, "it is given up", (snapshot) => snapshot.app.state === "stopped");
    assert.equal(app.failure?.code, "portInUse", JSON.stringify(app.failure));
    assert.match(app.failure?.message ?? "", new RegExp(`${port} is in use`));
  });

  it("a port in use of which the app itself speaks before it exits: portInUse as well", async () => {
    const server: Server = createServer();
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, resolve));
    scene.stage.onClose(() => new Promise<void>((resolve) => server.close(() => resolve())));
    const { client } = await scene.start({
      fixture: "misbehaving",
      config: { entry: "saysInUse.cjs", env: { PORT: String(port) }, readyTimeout: 600_000 },
    });
    const { app } = await until(client, "it is given up", (snapshot) => snapshot.app.state === "stopped");
    assert.equal(app.failure?.code, "portInUse", JSON.stringify(app.failure));
    assert.match(app.failure?.message ?? "", new RegExp(`${port} is in use by another program`));
  });

  it("a port that the app's own old worker does not share: that, and that a restart renews it", async () => {
    const { client } = await scene.run({ fixture: "misbehaving", config: { entry: "exclusive.cjs", workers: 1 } });
    const { outcome, reason } = await client.request("app/renew", { kind: "reload" });
    assert.equal(outcome, "rolledBack");
    assert.match(reason ?? "", /held by another worker of this app/);
    assert.equal((await client.request("app/renew", { kind: "restart" })).outcome, "completed");
  });

  it("a script that ends with 0 without listening is finished, not broken", async () => {
    const { client } = await scene.start({ fixture: "misbehaving", config: { entry: "exits0.cjs" } });
    const { app } = await until(client, "it has finished", (snapshot) => snapshot.app.state === "stopped");
    assert.equal(app.finished, true);
    assert.equal(app.failure, undefined);
    const { chunks } = await client.request("logs/read", { cursor: 0 });
    assert.equal(chunks.map(({ text }) => text).join(""), "done\ndone\n");
  });

  it("an entry that is gone: entryNotFound", async () => {
    const { client } = await scene.start({
      fixture: "misbehaving",
      config: { entry: "listens.cjs" },
      recipe: { entry: join(scene.stage.folder, "nothing-here.js") },
    });
    const { app } = await until(client, "it is given up", (snapshot) => snapshot.app.state === "stopped");
    assert.equal(app.failure?.code, "entryNotFound", JSON.stringify(app.failure));
  });
});

describeOn([usualNode()], "an app that can't start for a rarer reason", (scene) => {
  it("TypeScript that needs more than type stripping: typescriptUnsupported", async () => {
    const starting = scene.start({ fixture: "misbehaving", config: { entry: "enums.ts" } });
    if (scene.node.major === "20") {
      // It strips no types at all.
      await assert.rejects(starting, /can't run the TypeScript file/);
      return;
    }
    const { client } = await starting;
    const { app } = await until(client, "it is given up", (snapshot) => snapshot.app.state === "stopped");
    assert.equal(app.failure?.code, "typescriptUnsupported", JSON.stringify(app.failure));
  });

  it("no memory: outOfMemory", async () => {
    const { client } = await scene.start({
      fixture: "misbehaving",
      config: {
        entry: "runsOutOfMemory.cjs",
        nodeArgs: ["--max-old-space-size=32"],
        workers: 1,
        maxRestarts: 0,
        readyTimeout: 600_000,
      },
    });
    const { app } = await until(client, "it is given up", (snapshot) => snapshot.app.state === "crash-looping");
    assert.equal(app.failure?.code, "outOfMemory", JSON.stringify(app.failure));
  });

  it("a Node that can't be run is refused before anything starts", async () => {
    const app = await scene.run({ fixture: "plain" });
    await assert.rejects(
      launchSupervisor({
        recipe: { ...app.recipe, name: "other" },
        node: "/no/such/node",
        supervisorFile: "/no/such/supervisor.cjs",
        version: "0",
        detached: false,
        folder: scene.stage.runtimeFolder,
      }),
      { code: "supervisorFailed" },
    );
  });
});

describeOn([usualNode()], "a first start that can't succeed", (scene) => {
  for (const [what, entry, workers, reason] of [
    ["an app that never listens", "neverListens.cjs", 2, /did not listen on any port within 700 ms/],
    ["a server in a thread", "threadListens.cjs", 1, /700 ms .*A worker thread of the app listens on port \d+/],
    [
      "a server in a child process",
      "childListens.cjs",
      1,
      /A child process \(pid \d+\) of the app listens on port \d+/,
    ],
  ] as const) {
    it(`${what}: is told after one readyTimeout, with the reason`, async () => {
      const { client, pids } = await scene.start({
        fixture: "misbehaving",
        config: { entry, workers, readyTimeout: 700, killTimeout: 500 },
      });
      const { app } = await until(client, "it is given up", (snapshot) => snapshot.app.state === "crash-looping");
      assert.equal(app.failure?.code, "notReady", JSON.stringify(app.failure));
      assert.match(app.failure?.message ?? "", reason);
      assert.equal(pids.size, workers);
    });
  }

  it("an app that says what it lacks and exits as its files are loaded: is told after the second try, with the reason", async () => {
    const { client, pids } = await scene.start({
      fixture: "misbehaving",
      config: { entry: "exits1.cjs", workers: 1 },
    });
    const { app } = await until(client, "it is given up", (snapshot) => snapshot.app.state === "crash-looping");
    assert.match(app.failure?.message ?? "", /exited with code 1 .*It wrote last: "bad configuration"/);
    assert.equal(app.failure?.location?.line, 2);
    assert.equal(pids.size, 2);
  });

  it("a server in a thread that a second worker can't have: is told at once who holds the port", async () => {
    const { client } = await scene.start({
      fixture: "misbehaving",
      config: { entry: "threadMatters.cjs", workers: 2, readyTimeout: 600_000, killTimeout: 500 },
    });
    const { app } = await until(client, "it is given up", (snapshot) => snapshot.app.state === "stopped");
    assert.equal(app.failure?.code, "portInUse", JSON.stringify(app.failure));
    assert.match(app.failure?.message ?? "", /held by a worker thread of another worker of this app.*main thread/);
  });

  for (const [how, env, reason] of [
    ["with an error that differs in its numbers", {}, /LOCK: already held.* run one worker/],
    [
      "with exit code 0",
      { POLITE: "1" },
      /exited with code 0 before it was ready\. It wrote last: "another instance is running"\. .* run one worker/,
    ],
  ] as const) {
    it(`a lock that one worker holds: the others, which end ${how}, are given up at the second try, and it serves`, async () => {
      const { client, pids, port } = await scene.start({
        fixture: "misbehaving",
        config: { entry: "locks.cjs", workers: 2, readyTimeout: 600_000, env },
      });
      const { app } = await until(client, "it is given up", (snapshot) => snapshot.app.state === "crash-looping");
      assert.match(app.failure?.message ?? "", reason);
      assert.ok(pids.size <= 3, String(pids.size));
      assert.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), "ok");
    });
  }
});

describeOn([usualNode()], "a port that another app of Hitless has", (scene) => {
  it("is told with the name of that app and how it is stopped", async () => {
    const port = await freePort();
    const env = { PORT: String(port) };
    const holder = await scene.run({ fixture: "plain", config: { name: "first", env } });
    const { client } = await scene.start({ fixture: "esm", config: { name: "second", env, maxRestarts: 0 } });
    const { app } = await until(client, "it is given up", (snapshot) =>
      ["stopped", "crash-looping"].includes(snapshot.app.state),
    );
    assert.equal(app.failure?.code, "portInUse");
    const text = `Port ${port} is held by the app "first", which Hitless runs in ${holder.folder}. Stop that one (hitless stop first)`;
    assert.ok(app.failure?.message.startsWith(text), app.failure?.message);
  });
});
