import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withLaunchLock } from "../../../src/client/launch/launchLock.ts";
import { type LaunchOptions, launchSupervisor } from "../../../src/client/launch/launchSupervisor.ts";
import { fakeSupervisor } from "./fakeSupervisor.ts";
import { removeTempFolders, tempFolder } from "./tempFolder.ts";

/** Takes the launch message, writes it and its own circumstances down, and answers as told. */
const scripted = (answer: string) => `
const { writeFileSync } = require("node:fs");
process.once("message", (message) => {
  writeFileSync(message.endpointFile + ".seen", JSON.stringify({ message, env: process.env, cwd: process.cwd() }));
  console.error("line one\\nline two");
  ${answer}
});`;

describe("launchSupervisor", () => {
  afterEach(removeTempFolders);

  function optionsFor(script: string, changes: Partial<LaunchOptions> = {}): LaunchOptions {
    const folder = tempFolder({ "supervisor.cjs": script });
    return {
      recipe: {
        name: "api",
        entry: "/srv/api/server.js",
        cwd: "/srv/api",
        workers: 2,
        args: [],
        env: {},
        nodeArgs: [],
        waitReady: false,
        readyTimeout: 1,
        drainTimeout: 1,
        killTimeout: 1,
        surge: 1,
        maxRestarts: 1,
      },
      node: process.execPath,
      supervisorFile: join(folder, "supervisor.cjs"),
      version: "0.1.0",
      detached: false,
      folder,
      ...changes,
    };
  }

  function seenIn(folder: string | undefined) {
    assert(folder !== undefined);
    const name = readdirSync(folder).find((file) => file.endsWith(".seen"));
    assert(name !== undefined);
    return JSON.parse(readFileSync(join(folder, name), "utf8"));
  }

  it("leaves nothing of a supervisor that has made its endpoint file and gives no answer that is one", async () => {
    const options = optionsFor(
      scripted(`
        writeFileSync(message.endpointFile, "{}");
        writeFileSync(message.socket, "");
        process.send({ kind: "nonsense" });
        setInterval(() => {}, 1e6);`),
    );
    await assert.rejects(launchSupervisor(options), { code: "supervisorFailed" });
    const left = readdirSync(options.folder ?? "").filter((file) => !/^supervisor\.cjs$|\.seen$/.test(file));
    assert.deepEqual(left, []);
  });

  it("hands over the recipe and returns where the supervisor listens", async () => {
    const options = optionsFor(
      scripted(`process.send({ kind: "launched", pid: process.pid }, () => process.disconnect());`),
    );
    process.env.ELECTRON_RUN_AS_NODE = "1";
    process.env.VSCODE_CWD = "/";
    let endpoint: Awaited<ReturnType<typeof launchSupervisor>>;
    try {
      endpoint = await launchSupervisor(options);
    } finally {
      delete process.env.ELECTRON_RUN_AS_NODE;
      delete process.env.VSCODE_CWD;
    }
    const { message, env, cwd } = seenIn(options.folder);
    assert.deepEqual(message.recipe, options.recipe);
    assert.deepEqual(
      [message.kind, message.detached, message.graceMs, message.secret, message.socket],
      ["launch", false, 10_000, endpoint.secret, endpoint.socket],
    );
    assert.deepEqual([endpoint.name, endpoint.root], ["api", "/srv/api"]);
    assert.equal(endpoint.secret.length, 43);
    assert.equal(env.ELECTRON_RUN_AS_NODE ?? env.VSCODE_CWD, undefined);
    assert.notEqual(cwd, options.folder);
  });

  it("passes on why the supervisor refuses", async () => {
    const refusal = `process.send({ kind: "refused", code: "entryNotFound", message: "No such file." });`;
    await assert.rejects(launchSupervisor(optionsFor(scripted(refusal))), {
      code: "entryNotFound",
      message: "No such file.",
    });
  });

  it("shows the last lines of a supervisor that dies", async () => {
    const options = optionsFor(scripted("process.exit(7);"));
    await assert.rejects(launchSupervisor(options), {
      code: "supervisorFailed",
      message: /exit code 7/,
      detail: ["line one", "line two"],
    });
    assert.deepEqual(
      readdirSync(options.folder ?? "").filter((name) => /\.(log|lock)$/.test(name)),
      [],
    );
  });

  it("names a program that can't be started", async () => {
    await assert.rejects(launchSupervisor(optionsFor("", { node: "/nowhere/node" })), {
      code: "supervisorFailed",
      message: /ENOENT/,
    });
  });

  it("refuses an answer it does not understand", async () => {
    await assert.rejects(launchSupervisor(optionsFor(scripted(`process.send({ kind: "hello" });`))), {
      code: "supervisorFailed",
      message: /LaunchReply/,
    });
  });

  it("refuses to start what runs already, naming its supervisor", async () => {
    const options = optionsFor(scripted(""));
    const folder = options.folder ?? "";
    const supervisor = await fakeSupervisor(folder);
    try {
      writeFileSync(join(folder, "a.json"), JSON.stringify(supervisor.endpoint));
      await assert.rejects(launchSupervisor(options), {
        code: "appAlreadyRunning",
        message: new RegExp(`supervisor ${process.pid}`),
      });
    } finally {
      await supervisor.close();
    }
  });

  it("lets one launch of an app at a time through", async () => {
    const folder = tempFolder();
    const order: string[] = [];
    const first = withLaunchLock(folder, "key", async () => {
      order.push("first begins");
      await new Promise(setImmediate);
      order.push("first ends");
    });
    const second = withLaunchLock(folder, "key", async () => order.push("second"));
    await Promise.all([first, second]);
    assert.deepEqual(order.filter((step) => step !== "second").length, 2);
    assert.notEqual(order[1], "second");
  });

  it("gives the lock that a dead process has left to one at a time", async () => {
    const folder = tempFolder();
    await withLaunchLock(folder, "key", async () => {
      const [lock] = readdirSync(folder);
      writeFileSync(join(folder, lock ?? ""), "999999999");
      let holders = 0;
      let most = 0;
      const launches = Array.from({ length: 20 }, () =>
        withLaunchLock(folder, "key", async () => {
          holders += 1;
          most = Math.max(most, holders);
          await new Promise(setImmediate);
          holders -= 1;
        }),
      );
      await Promise.all(launches);
      assert.equal(most, 1);
    });
  });

  it("starts an app once, though two find the lock of a dead process at the same moment", async () => {
    const options = optionsFor(
      scripted(`
        const { kind, recipe, endpointFile, socket, secret, protocolVersion } = message;
        require("node:net").createServer((client) => client.destroy()).listen(socket, () => {
          const endpoint = { protocolVersion, pid: process.pid, socket, secret, name: recipe.name, root: recipe.cwd, startedAt: 1 };
          writeFileSync(endpointFile, JSON.stringify(endpoint));
          process.send({ kind: "launched", pid: process.pid });
        });`),
    );
    const folder = options.folder ?? "";
    // The name that a launch of this app gives its lock.
    let lock: string | undefined;
    const beforeSpawn = (): never => {
      lock = readdirSync(folder).find((name) => name.endsWith(".lock"));
      throw new Error("only looking");
    };
    await assert.rejects(launchSupervisor({ ...options, beforeSpawn }), /only looking/);
    writeFileSync(join(folder, lock ?? assert.fail("no lock")), "999999999");
    const pids: number[] = [];
    const both = { ...options, onDidSpawn: (pid: number) => pids.push(pid) };
    try {
      const outcomes = await Promise.allSettled([launchSupervisor(both), launchSupervisor(both)]);
      const started = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value.pid] : []));
      const refused = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
      assert.deepEqual(
        [started, refused.map(({ code }) => code)],
        [pids, ["appAlreadyRunning"]],
        refused.map(String).join("\n"),
      );
      assert.equal(pids.length, 1);
      assert.deepEqual(
        readdirSync(folder).filter((name) => name.endsWith(".lock")),
        [],
      );
    } finally {
      for (const pid of pids) {
        process.kill(pid, "SIGKILL");
      }
    }
  });

  it("does not take the lock of a process that it can't ask after, and ends its wait when it is cancelled", async () => {
    const folder = tempFolder();
    await withLaunchLock(folder, "key", async () => {
      const [lock] = readdirSync(folder);
      writeFileSync(join(folder, lock ?? ""), "999999999 another");
      const cancelling = new AbortController();
      const launch = async () => assert.fail("it is held");
      const options = { cancelled: cancelling.signal, onDidWait: () => cancelling.abort() };
      await assert.rejects(withLaunchLock(folder, "key", launch, options), { code: "cancelled" });
    });
    assert.deepEqual(readdirSync(folder), []);
  });
});
