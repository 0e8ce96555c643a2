import assert from "node:assert/strict";
import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type StopSignal, workerMessageCommand } from "../../../../src/shared/workerMessages.ts";
import { projectRoot } from "../../../support/paths.ts";
import { removeTempFolders, tempFolder } from "../../client/tempFolder.ts";

const source = (name: string): string => pathToFileURL(join(projectRoot, "src/worker", name)).href;

/** What a worker's preload does for this, without the rest of it. */
const preload = `
import { openChannel } from ${JSON.stringify(source("channel.ts"))};
import { trackServers } from ${JSON.stringify(source("connections/servers.ts"))};
import { createGuard } from ${JSON.stringify(source("guard.ts"))};
import { createProcessHold } from ${JSON.stringify(source("process/processHold.ts"))};
const channel = openChannel();
const guard = createGuard(channel);
const hold = createProcessHold(channel, guard);
trackServers(guard, { listening: ({ server }) => hold.serverListens(server), failed: () => undefined, closed: () => undefined });
channel.listen((message) => message.type === "leave" && hold.leave(message.signal));
`;

/** Holds nothing, and comes only if the process still lives when it could have ended long ago. */
const signOfLife = 'setTimeout(() => process.send("alive"), 1000).unref();';

describe("createProcessHold", () => {
  let worker: Worker | undefined;

  afterEach(() => {
    worker?.process.kill("SIGKILL");
    removeTempFolders();
  });

  /** Runs a script as a cluster worker; `said` holds what the preload tells the supervisor. */
  function start(script: string): { readonly worker: Worker; readonly said: string[] } {
    const folder = tempFolder({ "preload.mjs": preload, "script.mjs": script });
    cluster.setupPrimary({
      exec: join(folder, "script.mjs"),
      args: [],
      execArgv: ["--import", pathToFileURL(join(folder, "preload.mjs")).href],
      silent: true,
    });
    const forked = cluster.fork();
    worker = forked;
    const said: string[] = [];
    forked.process.on("internalMessage" as "message", (message: unknown) => {
      const { cmd, type } = message as { readonly cmd?: string; readonly type?: string };
      if (cmd === workerMessageCommand && type !== undefined) {
        said.push(type);
      }
    });
    return { worker: forked, said };
  }

  function leave(to: Worker, signal?: StopSignal): void {
    to.process.send({ cmd: workerMessageCommand, type: "leave", signal });
  }

  async function outputOf({ process: { stdout } }: Worker): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of stdout ?? []) {
      chunks.push(chunk as Buffer);
    }
    return Buffer.concat(chunks).toString();
  }

  it("lets a script end that has nothing left to do", async () => {
    assert.deepEqual(await once(start("").worker, "exit"), [0, null]);
  });

  it("lets it end only after its timers, and whatever it does then", async () => {
    const { worker: own } = start("setTimeout(() => setTimeout(() => process.exitCode = 7, 100), 200);");
    assert.deepEqual(await once(own, "exit"), [7, null]);
  });

  it("lets the app's own beforeExit come when it would without a supervisor", async () => {
    const { worker: own } = start(`
      let more = 2;
      process.on("beforeExit", () => {
        console.log("before", more);
        more > 0 && setTimeout(() => undefined, 10);
        more -= 1;
      });
    `);
    assert.equal(await outputOf(own), "before 2\nbefore 1\nbefore 0\n");
  });

  it("holds a script as long as it listens to messages", async () => {
    const { worker: own } = start(
      `${signOfLife} process.once("message", (text) => process.on("exit", () => process.exitCode = text.length));`,
    );
    assert.deepEqual(await Promise.race([once(own, "message"), once(own, "exit")]), ["alive", undefined]);
    own.send("four");
    assert.deepEqual(await once(own, "exit"), [4, null]);
  });

  it("does not hold an app that has closed its server, though it listens to messages, when it was told to go", async () => {
    const { worker: own } = start(`
      import { createServer } from "node:http";
      const server = createServer().listen(0);
      process.on("message", () => server.close());
    `);
    await once(own, "listening");
    own.send("shutdown");
    leave(own);
    assert.deepEqual(await once(own, "exit"), [0, null]);
  });

  it("tells of an app that has nothing to do any more, but has not closed its server", async () => {
    const { worker: own, said } = start(`
      import { createServer } from "node:http";
      const server = createServer().listen(0).unref();
      process.on("message", () => undefined);
    `);
    await once(own, "listening");
    own.send("shutdown");
    leave(own);
    while (!said.includes("alone")) {
      await once(own.process, "internalMessage");
    }
    leave(own, "SIGTERM");
    assert.deepEqual(await once(own, "exit"), [0, null]);
  });

  it("waits for the primary's answer to a listen and to a bind, for which Node waits by nothing else", async () => {
    const { worker: own } = start(`
      import { createSocket } from "node:dgram";
      import { createServer } from "node:net";
      createServer().listen(0, function () {
        console.log("listens");
        this.close();
        createSocket("udp4").bind(0, function () {
          console.log("bound");
          this.close();
        });
      });
    `);
    assert.equal(await outputOf(own), "listens\nbound\n");
  });

  it("ends after a listen that failed", async () => {
    const { worker: own } = start(`
      import { createServer } from "node:net";
      createServer().on("error", ({ code }) => console.log(code)).listen({ host: "192.0.2.1", port: 1 });
    `);
    assert.equal(await outputOf(own), "EADDRNOTAVAIL\n");
  });

  it("ends after a listen that threw, and waits for one that names no port", async () => {
    const { worker: own } = start(`
      import { createServer } from "node:net";
      const bad = [[{}], [{}, () => undefined], [{ port: -1 }], [{ path: "" }], [{ host: "localhost" }], [-1, () => undefined]];
      const server = createServer().on("listening", () => console.log("listens") ?? server.close());
      const threw = bad.filter((options) => {
        try {
          server.listen(...options);
        } catch {
          return true;
        }
      });
      console.log(threw.length);
      process.once("beforeExit", () => {
        console.log("nothing is left");
        server.listen();
      });
    `);
    assert.equal(await outputOf(own), "6\nnothing is left\nlistens\n");
  });

  it("lets a worker that disconnects itself be told of it", async () => {
    const { worker: own } = start(`
      import cluster from "node:cluster";
      process.on("exit", () => console.log(process.connected));
      cluster.worker.on("disconnect", () => console.log("disconnected"));
      cluster.worker.disconnect();
    `);
    assert.equal(await outputOf(own), "disconnected\nfalse\n");
  });
});
