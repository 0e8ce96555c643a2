import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { endOrphans } from "../../../../src/supervisor/process/orphans.ts";
import { listFamily, listSurvivors, type Relative } from "../../../../src/supervisor/process/processTree.ts";
import { poll } from "../../../support/process/until.ts";

/** Starts what it is told to and says on stdout who they are; ends by itself if the test does. */
const parent = `
const { spawn } = require("node:child_process");
const say = (pids) => process.stdout.write(JSON.stringify(pids) + "\\n");
process.stdin.on("end", () => process.exit(0)).resume();
`;
const idle = `setInterval(() => {}, 1e6)`;
const stubborn = `process.on("SIGTERM", () => {}); process.send("up"); setInterval(() => {}, 1e6)`;

describe("family and orphans", () => {
  let started: ChildProcess[] = [];
  let pids: number[] = [];

  before(function () {
    if (process.platform === "win32") {
      this.skip();
    }
  });

  afterEach(() => {
    for (const pid of pids) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It is gone, as it should be.
      }
    }
    for (const child of started) {
      child.kill("SIGKILL");
    }
    started = [];
    pids = [];
  });

  /** Runs a parent with the given body; resolves with it and what it said first. */
  async function run(body: string): Promise<{ child: ChildProcess; said: number[] }> {
    const child = spawn(process.execPath, ["-e", parent + body], { stdio: ["pipe", "pipe", "inherit"] });
    started.push(child);
    assert(child.stdout !== null);
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const said: number[] = JSON.parse(line.toString());
    pids.push(...said);
    return { child, said };
  }

  const familyOf = (pid: number | undefined) =>
    new Promise<readonly Relative[]>((resolve) => listFamily(pid ?? 0, resolve));
  const survivorsOf = (family: readonly Relative[]) =>
    new Promise<readonly Relative[]>((resolve) => listSurvivors(family, resolve));
  const sorted = (family: readonly Relative[]) => family.map(({ pid }) => pid).sort((a, b) => a - b);
  async function kill(child: ChildProcess): Promise<void> {
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }
  const end = (family: readonly Relative[], killTimeout: number) =>
    new Promise<readonly number[]>((resolve) => {
      let found: readonly number[] = [];
      endOrphans(family, {
        killTimeout,
        found: (list) => {
          found = list;
        },
        done: () => resolve(found),
      });
    });

  it("finds children and grandchildren, but not those that were made independent", async () => {
    const { child, said } = await run(`
      const middle = spawn(process.execPath, ["-e", ${JSON.stringify(`
        const { spawn } = require("node:child_process");
        const child = spawn(process.execPath, ["-e", ${JSON.stringify(idle)}]);
        process.send(child.pid);
        setInterval(() => {}, 1e6);
      `)}], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
      const own = spawn(process.execPath, ["-e", ${JSON.stringify(idle)}], { detached: true });
      middle.on("message", (grandchild) => say([middle.pid, grandchild, own.pid]));
    `);
    const [middle = 0, grandchild = 0, detached = 0] = said;
    assert.deepEqual(
      sorted(await familyOf(child.pid)),
      [middle, grandchild].sort((a, b) => a - b),
    );
    assert.deepEqual(await familyOf(detached), []);
  });

  it("finds what a thread of the process has started", async () => {
    const { child, said } = await run(`
      const { Worker } = require("node:worker_threads");
      const thread = new Worker(${JSON.stringify(`
        const { parentPort } = require("node:worker_threads");
        const child = require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(idle)}]);
        parentPort.postMessage(child.pid);
      `)}, { eval: true });
      thread.on("message", (pid) => say([pid]));
    `);
    assert.deepEqual(sorted(await familyOf(child.pid)), said);
  });

  it("tells none of a process that is not there", async () => {
    assert.deepEqual(await familyOf(2 ** 22 - 1), []);
  });

  it("takes neither the dead nor a later process with the same number for a survivor", async () => {
    const { child, said } = await run(`say([spawn(process.execPath, ["-e", ${JSON.stringify(idle)}]).pid]);`);
    const family = await familyOf(child.pid);
    assert.deepEqual(sorted(await survivorsOf(family)), said);
    const [relative] = family;
    assert(relative !== undefined);
    assert.deepEqual(await survivorsOf([{ ...relative, started: "another time" }]), []);
    await end(family, 10_000);
    assert.deepEqual(await survivorsOf(family), []);
  });

  it("ends what outlived its parent with SIGTERM", async () => {
    const { child, said } = await run(`say([spawn(process.execPath, ["-e", ${JSON.stringify(idle)}]).pid]);`);
    const family = await familyOf(child.pid);
    await kill(child);
    assert.deepEqual(sorted(await survivorsOf(family)), said);
    assert.deepEqual(await end(family, 10_000), said);
    assert.deepEqual(await survivorsOf(family), []);
  });

  it("kills what ignores SIGTERM when the time is over", async () => {
    const { child, said } = await run(`
      const stubborn = spawn(process.execPath, ["-e", ${JSON.stringify(stubborn)}], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
      stubborn.on("message", () => { stubborn.disconnect(); say([stubborn.pid]); });
    `);
    const family = await familyOf(child.pid);
    await kill(child);
    assert.deepEqual(await end(family, 200), said);
    await poll("it is gone", async () => (await survivorsOf(family)).length === 0);
  });

  it("is done at once when there is nobody", async () => {
    assert.deepEqual(await end([], 60_000), []);
  });
});
