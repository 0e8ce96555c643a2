import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { MachineConnection } from "../../../src/client/machines/machineConnection.ts";
import { protocolVersion } from "../../../src/shared/protocol.ts";
import { removeTempFolders, tempFolder } from "./tempFolder.ts";

const serverFile = fileURLToPath(new URL("machineServer.ts", import.meta.url));
const machine = { name: "web1", ssh: "deploy@web1" };

/** Windows starts no script as a program without a shell. */
(process.platform === "win32" ? describe.skip : describe)("a connection to a machine", () => {
  const { PATH, HITLESS_RUNTIME_DIR } = process.env;
  let folder = "";
  let connection: MachineConnection | undefined;
  /** Aborted at the end of a test: what it was still opening, since it took too long, would hold this process. */
  let ending = new AbortController();

  /** Makes `ssh` a script. */
  function beSsh(script: string): void {
    const bin = join(folder, "bin");
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, "ssh"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    process.env.PATH = [bin, PATH].join(delimiter);
  }

  const serving = (...flags: string[]) => `exec '${process.execPath}' '${serverFile}' ${flags.join(" ")}`;

  beforeEach(() => {
    folder = tempFolder();
    process.env.HITLESS_RUNTIME_DIR = join(folder, "run");
  });

  afterEach(() => {
    ending.abort();
    ending = new AbortController();
    connection?.dispose();
    connection = undefined;
    process.env.PATH = PATH;
    if (HITLESS_RUNTIME_DIR === undefined) {
      delete process.env.HITLESS_RUNTIME_DIR;
    } else {
      process.env.HITLESS_RUNTIME_DIR = HITLESS_RUNTIME_DIR;
    }
    removeTempFolders();
  });

  async function open(script = serving()): Promise<MachineConnection> {
    const { signal } = ending;
    beSsh(script);
    const opened = await MachineConnection.open(machine, { signal });
    if (signal.aborted) {
      opened.dispose();
    } else {
      connection = opened;
    }
    return opened;
  }

  /** Waits until a process has ended. */
  async function goes(pid: number): Promise<void> {
    assert.ok(pid > 0);
    for (;;) {
      try {
        process.kill(pid, 0);
      } catch {
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  it("gives ssh its options and the destination as words of their own, and never asks", async () => {
    const record = join(folder, "words");
    const { greeting } = await open(`for word; do echo "$word" >> '${record}'; done\n${serving()}`);
    assert.equal(greeting.version, "1.2.3");
    const words = readFileSync(record, "utf8").trim().split("\n");
    assert.deepEqual(words.slice(0, 3), ["-T", "-o", "BatchMode=yes"]);
    assert.equal(words.at(-2), "deploy@web1");
    assert.match(words.at(-1) ?? "", /connect --stdio/);
  });

  it("runs programs as they are given, with what they print, and tells their end", async () => {
    const { run } = await open().then((opened) => ({ run: opened.run.bind(opened) }));
    const echo = [
      "node",
      "-e",
      "process.stdin.pipe(process.stdout); console.error(process.argv[1]); process.exitCode = 7",
    ];
    const odd = `it's "$HOME" \\ ; rm *`;
    const pieces: string[] = [];
    const result = await run([process.execPath, ...echo.slice(1), odd], {
      stdin: "given",
      deadlineMs: 10_000,
      onOutput: (stream, text) => pieces.push(`${stream} ${text}`),
    });
    assert.deepEqual(result, { code: 7, stdout: "given", stderr: `${odd}\n` });
    assert.deepEqual(pieces.sort(), [`stderr ${odd}\n`, "stdout given"]);
    const much = await run([process.execPath, "-e", "process.stdout.write('é'.repeat(3e6) + 'end')"], {
      deadlineMs: 10_000,
    });
    assert.equal(much.code, 0);
    assert.equal(much.stdout.length, 1_048_576);
    assert.match(much.stdout, /^é+end$/);
    await assert.rejects(run(["/nowhere/program"], { deadlineMs: 10_000 }), {
      code: "invalidState",
      message: /^\/nowhere\/program can't be run: spawn .* ENOENT\.$/,
    });
  });

  it("ends a program that takes too long, or that nobody waits for, with what it started", async () => {
    const { run } = await open().then((opened) => ({ run: opened.run.bind(opened) }));
    const forever = [process.execPath, "-e", "console.log(process.pid); setInterval(() => {}, 1e6)"];
    let pid = 0;
    await assert.rejects(run(forever, { deadlineMs: 300 }), { code: "deadline" });
    const cancelling = new AbortController();
    const running = run(forever, {
      deadlineMs: 10_000,
      signal: cancelling.signal,
      onOutput: (_stream, text) => {
        pid = Number(text);
        cancelling.abort();
      },
    });
    await assert.rejects(running, { code: "cancelled" });
    // At once: what serves there is told to end while the program still does.
    connection?.dispose();
    await goes(pid);
  });

  it("runs nothing where that is not wanted", async () => {
    const opened = await open(serving("--no-run"));
    await assert.rejects(opened.run(["true"], { deadlineMs: 1_000 }), {
      code: "invalidState",
      message: /runs no programs for clients/,
    });
    assert.deepEqual((await opened.request("apps", {})).endpoints, []);
  });

  it("is given up when the machine does not answer in time, and when nobody waits any more", async () => {
    beSsh("exec sleep 60");
    await assert.rejects(MachineConnection.open(machine, { deadlineMs: 100 }), {
      code: "deadline",
      message: "web1 did not answer within 100 ms.",
    });
    const cancelling = new AbortController();
    const opening = MachineConnection.open(machine, { signal: cancelling.signal });
    cancelling.abort();
    await assert.rejects(opening, { code: "cancelled" });
  });

  it("that is lost ends what waits, and says so", async () => {
    const pid = join(folder, "pid");
    const opened = await open(`echo $$ > '${pid}'\n${serving()}`);
    const closed = new Promise<string>((resolve) => opened.onDidClose(({ code }) => resolve(code)));
    const running = opened.run([process.execPath, "-e", "setInterval(() => {}, 1e6)"], { deadlineMs: 60_000 });
    const refused = assert.rejects(running, { code: "connectionLost" });
    process.kill(Number(readFileSync(pid, "utf8")), "SIGKILL");
    await refused;
    assert.equal(await closed, "connectionLost");
    await assert.rejects(opened.request("apps", {}), { code: "connectionLost" });
    assert.equal((await opened.route.open({ pid: 1 } as never, 100)).kind, "failed");
  });

  it("knows how far the clock of the machine is off", async () => {
    const opened = await open();
    assert.ok(Math.abs(opened.clockOffsetMs) <= opened.roundTripMs);
    assert.ok(Math.abs(opened.route.now() - Date.now()) <= opened.roundTripMs + 1);
  });

  it("is opened behind all that a login shell prints before", async () => {
    const { greeting } = await open(`head -c 3000000 /dev/zero | tr '\\0' x; seq 1 100000; ${serving()}`);
    assert.equal(greeting.version, "1.2.3");
  });

  const greeted = `echo 'HITLESS-CONNECT ${JSON.stringify({ protocolVersion, version: "1", nodeVersion: "v1" })}'`;
  for (const [what, script, code, message] of [
    ["what is none of the protocol", "exec yes", "badMessage", /sent what Hitless does not send/],
    ["nothing any more", "exit 139", "connectionLost", /"hitless connect" ended there with exit code 139/],
    ["nothing", "exec sleep 60", "deadline", /did not answer (?:facts )?within/],
  ] as const) {
    it(`is given up with the reason when the other side greets and then says ${what}`, async () => {
      beSsh(`${greeted}; ${script}`);
      await assert.rejects(MachineConnection.open(machine, { deadlineMs: 2_000 }), { code, message });
    });
  }

  for (const [what, flag] of [
    ["is no JSON", "--answers-garbage"],
    ["has no end", "--answers-without-end"],
  ] as const) {
    it(`refuses an answer that ${what}`, async () => {
      beSsh(serving(flag));
      // It is read up to 16 MiB, which takes a busy machine its time.
      await assert.rejects(MachineConnection.open(machine, { deadlineMs: 100_000 }), { code: "badMessage" });
    }).timeout(120_000);
  }

  it("is refused when the other side is no Hitless", async () => {
    beSsh("echo welcome; exit 3");
    await assert.rejects(MachineConnection.open(machine), { code: "connectionLost", message: /exit code 3/ });
    beSsh("exec cat /dev/zero");
    await assert.rejects(MachineConnection.open(machine), { code: "badMessage", message: /more than 16 MiB/ });
    beSsh("echo 'HITLESS-CONNECT {}'; exec sleep 60");
    await assert.rejects(MachineConnection.open(machine), { code: "badMessage" });
  });
});
