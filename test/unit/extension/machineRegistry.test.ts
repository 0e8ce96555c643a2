import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { MachineRegistry } from "../../../src/extension/apps/machines/machineRegistry.ts";
import type { RemoteMachineView } from "../../../src/extension/apps/machines/remoteMachineView.ts";
import type { SessionHost } from "../../../src/extension/apps/sessionHost.ts";
import { type Answer, type FakeSupervisor, fakeSupervisor } from "../client/fakeSupervisor.ts";
import { sampleReport, sampleSnapshot } from "../client/samples.ts";
import { removeTempFolders, tempFolder } from "../client/tempFolder.ts";
import { english } from "./fixtures.ts";

const serverFile = fileURLToPath(new URL("../client/machineServer.ts", import.meta.url));

/** Windows starts no script as a program without a shell. */
(process.platform === "win32" ? describe.skip : describe)("the machines of a window", () => {
  const { PATH, HITLESS_RUNTIME_DIR } = process.env;
  let folder = "";
  let fake: FakeSupervisor | undefined;
  let registry: MachineRegistry;

  beforeEach(() => {
    folder = tempFolder();
    const runtime = join(folder, "run");
    const bin = join(folder, "bin");
    mkdirSync(runtime, { mode: 0o700 });
    mkdirSync(bin);
    process.env.HITLESS_RUNTIME_DIR = runtime;
    // One refuses all keys, one never answers, the others do.
    const script = [
      "#!/bin/sh",
      `echo "$*" >> '${join(folder, "calls")}'`,
      'case "$*" in',
      "  *closed*) echo 'Permission denied (publickey).' >&2; exit 255;;",
      "  *silent*) exec cat;;",
      "esac",
      `echo $$ > '${join(folder, "pid")}'`,
      `exec '${process.execPath}' '${serverFile}'`,
    ];
    writeFileSync(join(bin, "ssh"), `${script.join("\n")}\n`, { mode: 0o755 });
    process.env.PATH = [bin, PATH].join(delimiter);
    const host: SessionHost = {
      version: "0.1.0",
      supervisorFile: "/nowhere/supervisor.cjs",
      runtimeFolder: () => runtime,
      graceMs: () => undefined,
      nodeProgram: () => undefined,
      memory: { get: () => undefined, set: () => undefined },
      log: {
        info: () => undefined,
        warn: () => undefined,
        error: () => undefined,
        event: () => undefined,
        report: () => undefined,
      },
      t: english,
    };
    registry = new MachineRegistry({ host, folders: () => [folder] });
  });

  afterEach(async () => {
    registry.dispose();
    await fake?.close();
    fake = undefined;
    process.env.PATH = PATH;
    if (HITLESS_RUNTIME_DIR === undefined) {
      delete process.env.HITLESS_RUNTIME_DIR;
    } else {
      process.env.HITLESS_RUNTIME_DIR = HITLESS_RUNTIME_DIR;
    }
    removeTempFolders();
  });

  async function name(machines: Readonly<Record<string, string>>): Promise<void> {
    writeFileSync(join(folder, "hitless.json"), JSON.stringify({ machines }));
    await registry.refresh();
  }

  async function running(answers: Readonly<Record<string, Answer>> = {}): Promise<void> {
    const runtime = join(folder, "run");
    fake = await fakeSupervisor(runtime, {
      "app/events": () => ({ events: [] }),
      "app/reports": () => ({ reports: [] }),
      ...answers,
    });
    writeFileSync(join(runtime, "one.json"), JSON.stringify(fake.endpoint), { mode: 0o600 });
  }

  function one(wanted: string): RemoteMachineView {
    const found = registry.machines.find((machine) => machine.name === wanted);
    assert.ok(found !== undefined);
    return found;
  }

  function until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (holds()) {
          listening.dispose();
          resolve();
        }
      };
      const listening = registry.onDidChange(check);
      check();
    });
  }

  const calls = () => {
    const file = join(folder, "calls");
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").length : 0;
  };

  it("are connected to while somebody looks, once each, and show their apps live", async () => {
    await running();
    await name({ web1: "deploy@web1" });
    assert.equal(one("web1").state, "waiting");
    assert.equal(calls(), 0);
    registry.setVisible(true);
    await until(() => one("web1").apps.length === 1);
    const [app] = one("web1").apps;
    assert.deepEqual([app?.name, app?.there, app?.state], ["api on web1", { machine: "web1", app: "api" }, "running"]);
    assert.equal(one("web1").facts?.version, "1.2.3");

    const snapshot = sampleSnapshot({ sequence: 2, app: { generation: 7 } });
    for (const { connection } of fake?.peers.filter(({ socket }) => !socket.destroyed) ?? []) {
      await connection.sendNotification("app/snapshot", snapshot);
    }
    await until(() => one("web1").apps[0]?.snapshot?.app.generation === 7);

    registry.setVisible(false);
    registry.setVisible(true);
    await registry.refresh();
    assert.equal(one("web1").state, "connected");
    assert.equal(calls(), 1);
  });

  it("take commands for an app, which name the machine", async () => {
    const asked: unknown[] = [];
    await running({
      "app/renew": (params) => {
        asked.push(params);
        return sampleReport();
      },
    });
    await name({ web1: "deploy@web1" });
    registry.setVisible(true);
    await until(() => one("web1").apps.length === 1);
    const session = registry.find(one("web1").apps[0]?.key ?? "");
    assert.deepEqual([session?.name, session?.machine], ["api on web1", "web1"]);
    const report = await session?.renew("reload", undefined, new AbortController().signal);
    assert.equal(report?.outcome, "completed");
    assert.deepEqual(asked, [{ kind: "reload" }]);
  });

  it("tell why they can't be used, and hold up none of the others", async () => {
    await running();
    await name({ silent: "deploy@silent", closed: "deploy@closed", web1: "deploy@web1" });
    registry.setVisible(true);
    await until(() => one("web1").apps.length === 1 && one("closed").state === "failed");
    assert.equal(one("silent").state, "connecting");
    const { problem } = one("closed");
    assert.match(problem?.message ?? "", /^closed accepts none of your keys/);
    assert.deepEqual(problem?.detail, ["Permission denied (publickey)."]);
    // Who tries a refused key on and on is banned: only a person makes it try again.
    const before = calls();
    registry.setVisible(false);
    registry.setVisible(true);
    assert.equal(one("closed").state, "failed");
    assert.equal(calls(), before);
    registry.look();
    assert.equal(one("closed").state, "connecting");
    await until(() => one("closed").state === "failed");
    assert.equal(calls(), before + 1);
  });

  it("tell that a connection was lost, with no app left, and come back", async () => {
    await running();
    await name({ web1: "deploy@web1" });
    registry.setVisible(true);
    await until(() => one("web1").apps.length === 1);
    const key = one("web1").apps[0]?.key ?? "";
    const before = registry.find(key);
    process.kill(Number(readFileSync(join(folder, "pid"), "utf8")), "SIGKILL");
    await until(() => one("web1").problem !== undefined);
    assert.match(one("web1").problem?.message ?? "", /^The connection to web1 was lost/);
    assert.deepEqual(one("web1").apps, []);
    // What shows it, such as the panel of layers, stays with it.
    assert.equal(before?.client, undefined);
    assert.equal(registry.find(key), before);
    await assert.rejects(before?.requests.scale(3) ?? Promise.resolve(), /The connection to web1 was lost\./);
    registry.look();
    await until(() => one("web1").apps.length === 1);
    assert.equal(one("web1").problem, undefined);
    // An open log belongs to the session, and goes on with it.
    assert.equal(registry.find(key), before);
    // It has ended there, and is looked for at once.
    rmSync(join(folder, "run", "one.json"));
    await fake?.close();
    fake = undefined;
    await until(() => registry.find(key) === undefined);
  });

  it("are those of the settings as they are now; what is wrong there is told", async () => {
    await running();
    await name({ web1: "deploy@web1", web2: "deploy@web2" });
    registry.setVisible(true);
    await until(() => one("web1").state === "connected" && one("web2").state === "connected");
    await name({ web1: "deploy@web1", web3: "deploy@web3" });
    assert.deepEqual(
      registry.machines.map((machine) => machine.name),
      ["web1", "web3"],
    );
    assert.equal(one("web1").state, "connected");
    writeFileSync(join(folder, "hitless.json"), `{ "machines": { "web1": 7 } }`);
    await registry.refresh();
    assert.deepEqual(registry.machines, []);
    assert.deepEqual(registry.problems, [`${join(folder, "hitless.json")}:1: machines.web1 must be an object.`]);
  });
});
