import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type NotifySocket, openNotifySocket, pythonNames } from "../../support/process/notifySocket.ts";
import { findProgram, run } from "../../support/programs.ts";
import { ensureSystem, programNeed } from "../../support/systemPackages.ts";
import { assertCode, type CliWorld, get, node, openCliWorld, plainServer, readyPattern } from "./hitless.ts";

/** Tells which of the manager's variables it has. */
const curious = plainServer.replace(
  'if (pathname === "/log")',
  'if (pathname === "/socket") { response.end(String(process.env.NOTIFY_SOCKET)); return; }\n  if (pathname === "/log")',
);

const onLinux = process.platform === "linux" ? describe : describe.skip;

onLinux("hitless under systemd", () => {
  let world: CliWorld;
  let socket: NotifySocket | undefined;

  before(async function () {
    this.timeout(300_000);
    await ensureSystem(
      [
        programNeed(
          "systemd",
          () => findProgram(["systemd-notify"]) !== null && findProgram(["systemd-analyze"]) !== null,
        ),
        programNeed("python3", () => findProgram(pythonNames) !== null),
      ],
      "What is told to systemd",
    );
  });

  beforeEach(() => {
    world = openCliWorld();
    world.write({ "server.js": curious });
  });

  afterEach(async () => {
    await world.end();
    await socket?.close();
    socket = undefined;
  });

  const named = (kind: string): string =>
    kind === "abstract" ? `@hitless-test-${process.pid}-${Math.random()}` : join(world.runtime, "notify");

  for (const kind of ["path", "abstract"]) {
    it(`tells it when the app is ready, reloads and stops (a socket by ${kind})`, async () => {
      socket = await openNotifySocket(named(kind));
      const { heard, until, name } = socket;
      const started = world.start(["start", "server.js", "--workers", "2"], { env: { NOTIFY_SOCKET: name } });
      const [, , , , url = ""] = await started.until("stderr", readyPattern);
      await until(/^READY=1\nSTATUS=running, 2 of 2 workers ready, generation 1$/);
      assert.equal(heard.filter((text) => text.startsWith("READY=1")).length, 1);
      assert.equal(await get(`${url}/socket`), "undefined");

      started.child.kill("SIGUSR2");
      await until(/^READY=1\nSTATUS=running, 2 of 2 workers ready, generation 2$/);
      const reloading = heard.find((text) => text.startsWith("RELOADING=1\n")) ?? "";
      const [, usec] = /^MONOTONIC_USEC=(\d+)$/m.exec(reloading) ?? [];
      assert.ok(Number(usec) <= Number(process.hrtime.bigint() / 1_000n), reloading);

      started.child.kill("SIGTERM");
      assertCode(await started.ended, 0);
      await until(/^STOPPING=1\n/);
      const order = heard.map((text) => text.split("\n", 1)[0] ?? "").filter((first) => !first.startsWith("STATUS="));
      assert.deepEqual(
        order.filter((first) => first !== "BARRIER=1"),
        ["READY=1", "RELOADING=1", "READY=1", "STOPPING=1"],
      );
    });
  }

  it("runs on when the helper is missing, and says so once", async () => {
    const folder = join(world.folder, "no-bin");
    mkdirSync(folder);
    const PATH = [dirname(node), folder]
      .filter((place) => findProgram([join(place, "systemd-notify")]) === null)
      .join(":");
    const env = { NOTIFY_SOCKET: named("path"), PATH };
    const started = world.start(["start", "server.js", `--node=${node}`], { env });
    await started.until("stderr", readyPattern);
    await started.until(
      "stderr",
      /^hitless systemd-notify could not tell the service manager READY=1: it is not installed$/m,
    );
    started.child.kill("SIGUSR2");
    await started.until("stderr", /new workers ready after/);
    started.child.kill("SIGTERM");
    const { code, stderr } = await started.ended;
    assert.equal(code, 0);
    assert.equal(stderr.match(/could not tell/g)?.length, 1);
  });

  it("says nothing to anybody without a socket", async () => {
    const started = world.start(["start", "server.js"]);
    await started.until("stderr", readyPattern);
    started.child.kill("SIGTERM");
    const { stderr } = await started.ended;
    assert.doesNotMatch(stderr, /systemd-notify/);
  });

  it("prints units that systemd itself finds nothing wrong with", async () => {
    for (const flags of [[], ["--type=exec"], ["--user-unit"]]) {
      const words = [
        "systemd",
        "server.js",
        ...flags,
        "--env",
        "A=x y%z$Q\"'",
        "--health-port",
        "9100",
        "--",
        "a b",
        ";",
      ];
      const printed = await world.run(words);
      assertCode(printed, 0);
      const file = join(world.folder, "api.service");
      writeFileSync(file, printed.stdout);
      const manager = flags.includes("--user-unit") ? "--user" : "--system";
      const { code, output } = await run(
        findProgram(["systemd-analyze"]) ?? "",
        ["verify", "--man=no", manager, file],
        {
          deadlineMs: 20_000,
          env: { ...process.env, XDG_RUNTIME_DIR: world.runtime },
        },
      );
      assert.deepEqual({ code, output }, { code: 0, output: "" });
    }
  });

  it("is told by systemd of a unit that is wrong, so that the test above means something", async () => {
    const { stdout } = await world.run(["systemd", "server.js"]);
    const file = join(world.folder, "api.service");
    writeFileSync(file, stdout.replace("KillMode=mixed", "KillMode=mixt"));
    const { output } = await run(findProgram(["systemd-analyze"]) ?? "", ["verify", "--man=no", file], {
      deadlineMs: 20_000,
    });
    assert.match(output, /mixt/);
  });

  it("starts by the words of the unit what the unit is for", async () => {
    world.write({ ".env": "FROM=file\n" });
    const words = ["systemd", "server.js", "--workers=1", "--env-from", ".env", "--name", "my api", "--json"];
    const printed = await world.run(words);
    assertCode(printed, 0);
    const { service, type, unit } = JSON.parse(printed.stdout) as { service: string; type: string; unit: string };
    assert.deepEqual([service, type], ["my-api.service", "notify"]);
    assert.match(
      unit,
      /^ExecStart=\S+ \S+cli\.cjs start --node=\S+ server\.js "--name=my api" --workers=1 --env-from=\.env$/m,
    );
    assert.match(unit, new RegExp(`^WorkingDirectory=${world.folder}$`, "m"));
  });

  it("refuses an app of which it is not known how it was started, and a type that there is not", async () => {
    const started = world.start(["start", "server.js", "--name", "api"]);
    await started.until("stderr", readyPattern);
    const unknown = await world.run(["systemd", "api"]);
    assertCode(unknown, 2);
    assert.match(
      unknown.stderr,
      /how api was started is not known any more; give the same words as to "hitless start"/,
    );
    const wrong = await world.run(["systemd", "server.js", "--type", "forking"]);
    assertCode(wrong, 2);
    assert.match(wrong.stderr, /--type must be notify, notify-reload, exec, not "forking"/);
  });
});
