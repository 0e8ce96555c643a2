import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { socketPath } from "../../../src/client/launch/socketPath.ts";
import { closeListening } from "../../../src/supervisor/accept/closeListening.ts";
import { type ListeningProcess, listListening } from "../../../src/supervisor/listening/listenHolder.ts";
import { killTree } from "../../../src/supervisor/process/killTree.ts";
import {
  listFamily,
  listMarked,
  listSurvivors,
  ownGroup,
  type Relative,
} from "../../../src/supervisor/process/processTree.ts";
import { listenToSignals } from "../../../src/supervisor/signals.ts";
import { createGitIgnored } from "../../../src/supervisor/watch/gitIgnored.ts";
import { removeTempFolders, tempFolder } from "../client/tempFolder.ts";

const idle = "setInterval(() => {}, 1e6)";
/** Has a child and one that it has made independent, which share its standard output, and says their pids. */
const parent = `
const { spawn } = require("node:child_process");
const [child, own] = [false, true].map((detached) => spawn(process.execPath, ["-e", ${JSON.stringify(idle)}], { detached, stdio: ["ignore", "inherit", "inherit"] }));
process.stdin.on("end", () => process.exit(0)).resume();
process.stdout.write(JSON.stringify([child.pid, own.pid]));
`;
const signals = ["SIGTERM", "SIGINT", "SIGUSR2", "SIGHUP"] as const;

/** What docs/macos.md says of the branches that macOS takes, on another Unix that is told to be macOS. */
describe("on macOS", function () {
  this.timeout(20_000);
  const own = process.platform;
  let started: ChildProcess | undefined;
  let pids: number[] = [];

  before(function () {
    if (own === "win32") {
      this.skip();
    }
  });

  beforeEach(() => setPlatform("darwin"));

  afterEach(() => {
    setPlatform(own);
    removeTempFolders();
    started?.kill("SIGKILL");
    for (const pid of pids) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It is gone, as it should be.
      }
    }
    started = undefined;
    pids = [];
  });

  async function startParent(): Promise<{ readonly process: ChildProcess; readonly child: number }> {
    const child = spawn(process.execPath, ["-e", parent], { stdio: ["pipe", "pipe", "inherit"] });
    started = child;
    const [said] = (await once(child.stdout, "data")) as [Buffer];
    pids = JSON.parse(said.toString());
    return { process: child, child: pids[0] ?? assert.fail() };
  }

  it("the path of a socket may be 103 bytes long", () => {
    const folder = (length: number): string => `/${"x".repeat(length - "//abc.sock".length)}`;
    assert.equal(socketPath(folder(103), "abc").length, 103);
    assert.throws(() => socketPath(folder(104), "abc"), { code: "runtimeFolder", message: /104 bytes .* allows 103/ });
  });

  it("ps tells who is below a process, and who of these lives still", async () => {
    const { process: top, child } = await startParent();
    const family = await new Promise<readonly Relative[]>((resolve) => listFamily(top.pid ?? 0, resolve));
    assert.deepEqual(
      family.map(({ pid }) => pid),
      [child],
    );
    const survivors = (of: readonly Relative[]) =>
      new Promise<readonly Relative[]>((resolve) => listSurvivors(of, resolve));
    assert.deepEqual(await survivors(family), family);
    const [relative] = family;
    assert.ok(relative !== undefined);
    assert.deepEqual(await survivors([{ ...relative, started: "another time" }]), []);
  });

  it("a process is killed with all that it had started, made independent or not", async () => {
    const { process: top } = await startParent();
    // Its standard output is closed when the last of the three is gone.
    const gone = once(top, "close");
    killTree(top.pid ?? 0, () => top.kill("SIGKILL"));
    await gone;
  });

  it("nothing tells the environment of another process, nor a process group", () => {
    process.env.HITLESS_ID = "1-1";
    try {
      assert.deepEqual([listMarked("HITLESS_ID=1-1"), ownGroup()], [[], undefined]);
    } finally {
      delete process.env.HITLESS_ID;
    }
  });

  it("lsof tells at which ports a process and those below it listen", async () => {
    const { process: top } = await startParent();
    const folder = tempFolder();
    writeFileSync(join(folder, "lsof"), "#!/bin/sh\necho p$6 | cut -d , -f 1\necho 'n*:3000'\n");
    chmodSync(join(folder, "lsof"), 0o700);
    const { PATH } = process.env;
    process.env.PATH = `${folder}${delimiter}${PATH}`;
    try {
      const found = await new Promise<readonly ListeningProcess[]>((resolve) => listListening(top.pid ?? 0, resolve));
      assert.deepEqual(found, [{ pid: top.pid, port: 3_000 }]);
    } finally {
      process.env.PATH = PATH;
    }
  });

  it("SIGUSR2 reloads, SIGHUP reloads gracefully, and SIGTERM and SIGINT stop", () => {
    const before = signals.map((signal) => process.listeners(signal));
    const heard: string[] = [];
    listenToSignals({
      reload: () => heard.push("reload"),
      gracefulReload: () => heard.push("gracefulReload"),
      stop: (times) => heard.push(`stop ${times}`),
    });
    for (const [index, signal] of signals.entries()) {
      for (const added of process.listeners(signal).filter((each) => !before[index]?.includes(each))) {
        process.off(signal, added);
        added(signal);
      }
    }
    assert.deepEqual(heard, ["stop 1", "stop 2", "reload", "gracefulReload"]);
  });

  it("git ignores whatever the case of letters", () => {
    const folder = tempFolder();
    mkdirSync(join(folder, ".git"));
    writeFileSync(join(folder, ".gitignore"), "Build\n");
    assert.equal(createGitIgnored(folder)(join(folder, "build"), true), true);
    setPlatform("linux");
    assert.equal(createGitIgnored(folder)(join(folder, "build"), true), false);
  });

  it("a port is closed without its queue being filled, in the first turn that brings nobody", async () => {
    let listens = 0;
    const closed: string[] = [];
    const handle = { close: () => closed.push("closed"), listen: () => (listens += 1) };
    await new Promise<void>((resolve) => closeListening(handle as never, 10_000, resolve));
    assert.deepEqual([closed, listens], [["closed"], 0]);
  });
});

function setPlatform(value: NodeJS.Platform): void {
  Object.defineProperty(process, "platform", { value, configurable: true });
}
