import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HandlePipeline, type IpcSend } from "../../../../src/shared/basics/handlePipeline.ts";

const sockets = 40;

/**
 * Tells the names of all that it has got, in order, when it gets `tell`; writes into each socket what it is called. From `fill` to
 * `empty` it has as many files open as it may.
 */
const receiver = `
  const { closeSync, openSync } = require("node:fs");
  const names = [];
  const files = [];
  process.on("message", ({ name }, socket) => {
    if (name === "tell") {
      process.send(names.splice(0));
    } else if (name === "fill") {
      try { for (;;) { files.push(openSync("/dev/null")); } } catch { process.send("full"); }
    } else if (name === "empty") {
      files.forEach(closeSync);
      process.send("empty");
    } else {
      names.push(socket === undefined ? name : name + " with a socket");
      socket?.end(name);
    }
  });
`;

describe("sockets that are sent one behind the other", function () {
  if (process.platform !== "linux") {
    // They wait for each other elsewhere.
    return;
  }
  this.timeout(60_000);
  let folder: string;
  let child: ChildProcess;
  let server: Server;
  let clients: Socket[] = [];
  let accepted: Socket[] = [];
  let pipeline: HandlePipeline;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "hitless-pipeline-"));
    writeFileSync(join(folder, "receiver.cjs"), receiver);
    child = fork(join(folder, "receiver.cjs"));
    pipeline = new HandlePipeline(child, child.send.bind(child) as IpcSend);
    server = createServer({ pauseOnConnect: true }).listen(0, "127.0.0.1");
    await once(server, "listening");
    [clients, accepted] = [[], []];
    for (let count = 0; count < sockets; count += 1) {
      clients.push(connect((server.address() as AddressInfo).port, "127.0.0.1"));
      const [socket] = (await once(server, "connection")) as [Socket];
      Reflect.set(socket, "server", null);
      accepted.push(socket);
    }
  });

  afterEach(async () => {
    const exited = child.exitCode === null && child.signalCode === null ? once(child, "exit") : undefined;
    child.kill("SIGKILL");
    await exited;
    for (const socket of [...clients, ...accepted]) {
      socket.destroy();
    }
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const tell = async (): Promise<unknown> => {
    const told = once(child, "message");
    pipeline.send({ name: "tell" });
    const [names] = await told;
    return names;
  };
  const read = async (client: Socket): Promise<string> => {
    let text = "";
    for await (const bytes of client) {
      text += String(bytes);
    }
    return text;
  };

  for (const keepOpen of [false, true]) {
    it(`arrive whole and in order, as do messages between them${keepOpen ? ", and stay open here" : ""}`, async () => {
      const expected: string[] = [];
      const send = (name: string, socket?: Socket): void => {
        expected.push(socket === undefined ? name : `${name} with a socket`);
        pipeline.send({ name }, socket, { keepOpen });
      };
      for (const [index, socket] of accepted.entries()) {
        send(`socket ${index}`, socket);
        if (index % 3 === 0) {
          send(`message ${index}`);
        }
      }
      assert.equal(pipeline.unanswered, sockets, "none waits for the answer to another");
      assert.deepEqual(await tell(), expected);
      assert.equal(pipeline.unanswered, 0);
      if (keepOpen) {
        for (const socket of accepted) {
          assert.equal(socket.destroyed, false);
          socket.destroy();
        }
      }
      assert.deepEqual(
        await Promise.all(clients.map(read)),
        accepted.map((_, index) => `socket ${index}`),
      );
    });
  }

  it("arrive whole behind messages that fill what the receiver reads at once", async () => {
    // So long that the first socket's message is cut by the end of the first read.
    const long = "x".repeat(65_536 - '{"name":""}\n'.length - 20);
    child.kill("SIGSTOP");
    pipeline.send({ name: long });
    for (const [index, socket] of accepted.entries()) {
      pipeline.send({ name: `socket ${index}` }, socket);
    }
    assert.equal(pipeline.isCrowded, true, "the second one waits until the first one has come");
    child.kill("SIGCONT");
    assert.deepEqual(await tell(), [long, ...accepted.map((_, index) => `socket ${index} with a socket`)]);
    assert.deepEqual(
      await Promise.all(clients.map(read)),
      accepted.map((_, index) => `socket ${index}`),
    );
    assert.equal(pipeline.isCrowded, false);
  });

  it("keep their place among those that Node itself sends", async () => {
    const expected: string[] = [];
    for (const [index, socket] of accepted.entries()) {
      expected.push(`${index} with a socket`, `after ${index}`);
      // Every fourth is not ours, and all that follows it waits, as ever.
      const send = index % 4 === 3 ? child.send.bind(child) : pipeline.send;
      (send as IpcSend)({ name: String(index) }, socket, {});
      child.send({ name: `after ${index}` });
    }
    assert.deepEqual(await tell(), expected);
    assert.deepEqual(
      await Promise.all(clients.map(read)),
      accepted.map((_, index) => String(index)),
    );
    const closed = once(child, "disconnect");
    child.disconnect();
    await closed;
  });

  it("are told of when the receiver gets none, since it may open no more files", async () => {
    await tell();
    execFileSync("prlimit", ["--nofile=256:256", "--pid", String(child.pid)]);
    const filling = once(child, "message");
    child.send({ name: "fill" });
    await filling;
    const lost: number[] = [];
    const untilLost = new Promise<void>((resolve) => {
      for (const [index, socket] of accepted.entries()) {
        pipeline.send({ name: String(index) }, socket, {}, undefined, () => {
          lost.push(index);
          if (lost.length === sockets) {
            resolve();
          }
        });
      }
    });
    await untilLost;
    assert.equal(pipeline.unanswered, 0);
    assert.deepEqual(
      await Promise.all(clients.map(read)),
      clients.map(() => ""),
    );
    // Those that Node sends are sent again, and confirmed twice: that must be no failure here.
    const emptied = once(child, "message");
    child.send({ name: "empty" });
    await emptied;
    child.emit("internalMessage", { cmd: "NODE_HANDLE_ACK" });
    assert.deepEqual(await tell(), []);
  });

  it("are closed here when the channel has ended before they were answered for", async () => {
    // Node does not tell `disconnect` while an answer is owed.
    const gone = once(child, "exit");
    child.kill("SIGSTOP");
    for (const socket of accepted) {
      pipeline.send({ name: "lost" }, socket, { swallowErrors: true });
    }
    child.kill("SIGKILL");
    await gone;
    pipeline.closeAll();
    assert.equal(pipeline.unanswered, 0);
    assert.deepEqual(
      await Promise.all(clients.map((client) => read(client).catch(() => ""))),
      clients.map(() => ""),
    );
  });
});
