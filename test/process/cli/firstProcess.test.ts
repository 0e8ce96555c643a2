import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { freePort } from "../../support/process/freePort.ts";
import { poll } from "../../support/process/until.ts";
import { findProgram } from "../../support/programs.ts";
import { ensureSystem, programNeed } from "../../support/systemPackages.ts";
import { type CliWorld, cliFile, get, node, openCliWorld } from "./hitless.ts";

/** On `/orphan` it lets a child start another process and end: that one's parent becomes process 1, for its short life. */
const server = `
const { spawn } = require("node:child_process");
require("node:http").createServer((request, response) => {
  if (request.url !== "/orphan") {
    response.end(process.env.HITLESS_GENERATION);
    return;
  }
  const child = spawn("sh", ["-c", "sleep 0.1 & exit 0"], { detached: true, stdio: "ignore" });
  child.once("exit", () => response.end("orphaned"));
}).listen(Number(process.env.PORT));
`;

/** A namespace of process ids, in which the first process is what we start: as in a container. */
const unshare = findProgram(["unshare"]);
const canUnshare = process.platform === "linux" && process.getuid?.() === 0 && unshare !== null;

interface Contained {
  readonly child: ChildProcess;
  /** The first process of the namespace, as it is called outside of it. */
  readonly first: number;
  readonly url: string;
  readonly output: () => string;
}

(canUnshare ? describe : describe.skip)(
  "hitless in a container (a namespace of process ids; needs root on Linux)",
  () => {
    let world: CliWorld;
    let contained: Contained | undefined;

    before(async function () {
      this.timeout(300_000);
      await ensureSystem([programNeed("tini", () => findProgram(["tini"]) !== null)], "Hitless under an init");
    });

    beforeEach(() => {
      world = openCliWorld();
      world.write({ "server.js": server });
    });

    afterEach(async () => {
      if (contained !== undefined && contained.child.exitCode === null) {
        // The namespace ends with its first process.
        process.kill(contained.first, "SIGKILL");
        await once(contained.child, "exit");
      }
      contained = undefined;
      await world.end();
    });

    async function contain(init: readonly string[]): Promise<Contained> {
      const port = await freePort();
      const words = [...init, node, cliFile, "start", "server.js", "--workers", "1", `--node=${node}`];
      const child = spawn(unshare ?? "unshare", ["--pid", "--fork", "--mount-proc", ...words], {
        cwd: world.folder,
        env: { ...process.env, HITLESS_RUNTIME_DIR: world.runtime, PORT: String(port) },
        stdio: ["ignore", "pipe", "pipe"],
      });
      let said = "";
      for (const stream of [child.stdout, child.stderr]) {
        stream?.setEncoding("utf8").on("data", (text: string) => {
          said += text;
        });
      }
      await poll(
        () => `it is ready (it said ${said})`,
        () => /^ready 1\/1/m.test(said),
      );
      const first = childrenOf(child.pid ?? 0)[0]?.pid ?? 0;
      contained = { child, first, url: `http://127.0.0.1:${port}`, output: () => said };
      return contained;
    }

    for (const init of [[], ["tini", "--"]]) {
      const how = init.length === 0 ? "as process 1" : "under tini";

      it(`${how}: SIGUSR2 reloads, SIGTERM stops with exit code 0`, async () => {
        const { child, first, url } = await contain(init);
        assert.equal(await get(url), "1");
        process.kill(first, "SIGUSR2");
        await poll("the next generation answers", async () => (await get(url)) === "2");
        const ended = once(child, "exit");
        process.kill(first, "SIGTERM");
        assert.deepEqual(await ended, [0, null]);
      });

      it(`${how}: SIGINT stops likewise, and an app that can't start ends the container with 1`, async () => {
        const { child, first } = await contain(init);
        const ended = once(child, "exit");
        process.kill(first, "SIGINT");
        assert.deepEqual(await ended, [0, null]);
        world.write({ "server.js": "throw new Error('no start');" });
        const failing = spawn(
          unshare ?? "unshare",
          ["--pid", "--fork", "--mount-proc", ...init, node, cliFile, "start", "server.js", "--max-restarts", "0"],
          {
            cwd: world.folder,
            env: { ...process.env, HITLESS_RUNTIME_DIR: world.runtime },
            stdio: "ignore",
          },
        );
        assert.deepEqual(await once(failing, "exit"), [1, null]);
      });
    }

    it("leaves what lost its parent and ended as a zombie when it is process 1: Node.js asks only for its own children", async () => {
      const { first, url } = await contain([]);
      await get(`${url}/orphan`);
      await poll("a zombie stays", () => childrenOf(first).some(({ state }) => state === "Z"));
    });

    it("has it taken away under tini", async () => {
      const { first, url } = await contain(["tini", "--"]);
      await get(`${url}/orphan`);
      await poll(
        "it has come and gone",
        () => !childrenOf(first).some(({ name }) => name === "sleep" || name === "sh"),
      );
      assert.deepEqual(
        childrenOf(first).filter(({ state }) => state === "Z"),
        [],
      );
    });
  },
);

interface Child {
  readonly pid: number;
  readonly name: string;
  /** Of proc_pid_stat(5). */
  readonly state: string;
}

function childrenOf(parent: number): Child[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      try {
        const stat = readFileSync(`/proc/${entry}/stat`, "utf8");
        const [, name = "", state = "", ppid] = /^\d+ \((.*)\) (\S) (\d+)/s.exec(stat) ?? [];
        return Number(ppid) === parent ? [{ pid: Number(entry), name, state }] : [];
      } catch {
        return [];
      }
    });
}
