import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { SupervisorClient } from "../../../src/client/connection/supervisorClient.ts";
import { protocolVersion } from "../../../src/shared/protocol.ts";
import { usualNode } from "../../support/process/nodeMatrix.ts";
import { describeOn } from "../../support/process/scene.ts";
import { askFixture } from "../../support/process/strictClient.ts";
import { within } from "../../support/process/until.ts";

function frame(message: unknown): string {
  const text = JSON.stringify(message);
  return `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}

function initialize(version: number, secret: string): unknown {
  return {
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: { protocolVersion: version, secret, client: { name: "test", version: "0" } },
  };
}

/** Sends bytes as they are; resolves with everything the supervisor said once it hangs up. */
function sayUntilClosed(path: string, bytes: string | Buffer): Promise<string> {
  const socket: Socket = connect(path);
  let said = "";
  socket.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  socket.on("error", () => undefined);
  socket.write(bytes);
  return within(
    "being cut off",
    new Promise<string>((resolve) => socket.once("close", () => resolve(said))),
    10_000,
  ).finally(() => socket.destroy());
}

/** Sends bytes as they are; resolves with the first message that comes back. */
function sayOnce(path: string, bytes: string): Promise<{ error?: { message: string; data?: { code: string } } }> {
  const socket: Socket = connect(path);
  let said = "";
  const answered = new Promise<string>((resolve, reject) => {
    socket.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      const start = said.indexOf("{");
      if (start !== -1 && said.endsWith("}")) {
        resolve(said.slice(start));
      }
    });
    socket.once("close", () => reject(new Error(`closed after ${JSON.stringify(said)}`)));
  });
  socket.on("error", () => undefined);
  socket.write(bytes);
  return within("an answer", answered, 10_000)
    .then((text) => JSON.parse(text))
    .finally(() => socket.destroy());
}

describeOn([usualNode()], "the control channel", (scene) => {
  it("refuses strangers and nonsense, and goes on serving", async () => {
    const { client, endpoint, port } = await scene.run({ fixture: "plain", config: { workers: 1 } });
    const { socket, secret } = endpoint;

    const other = await sayOnce(socket, frame(initialize(protocolVersion + 1, secret)));
    assert.equal(other.error?.data?.code, "protocolMismatch");
    assert.match(other.error?.message ?? "", new RegExp(`version ${protocolVersion}.*${protocolVersion + 1}`));

    const wrong = await sayUntilClosed(socket, frame(initialize(protocolVersion, `${secret}x`)));
    assert.match(wrong, /"code":"badSecret"/);
    assert.doesNotMatch(wrong, /snapshot/);

    const early = await sayOnce(socket, frame({ jsonrpc: "2.0", id: 1, method: "app/snapshot", params: {} }));
    assert.equal(early.error?.data?.code, "notInitialized");

    const halfInitialize = await sayOnce(
      socket,
      frame({ jsonrpc: "2.0", id: 1, method: "initialize", params: { protocolVersion } }),
    );
    assert.equal(halfInitialize.error?.data?.code, "badMessage");
    assert.match(halfInitialize.error?.message ?? "", /secret/);

    assert.doesNotMatch(await sayUntilClosed(socket, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"), /snapshot/);
    assert.equal(await sayUntilClosed(socket, "Content-Length: many\r\n\r\n{}"), "");
    assert.equal(await sayUntilClosed(socket, "Content-Length: 5\r\n\r\n{{{{{"), "");
    assert.equal(await sayUntilClosed(socket, Buffer.alloc(200_000, 0)), "");
    assert.equal(await sayUntilClosed(socket, `Content-Length: 99999999\r\n\r\n${"x".repeat(200_000)}`), "");
    // Says nothing at all, or stops half-way: cut off after its deadline, at the latest.
    await Promise.all([
      sayUntilClosed(socket, ""),
      sayUntilClosed(socket, frame(initialize(protocolVersion, secret)).slice(0, 40)),
    ]);

    assert.equal(client.closed, false);
    assert.equal((await client.request("app/snapshot", {})).app.state, "running");
    assert.equal((await askFixture({ port })).version, "1");
    const { events } = await client.request("app/events", {});
    assert.ok(events.some(({ code, message }) => code === "control" && /wrong secret/.test(message)));
  });

  it("serves two clients alike, and a client of another secret not at all", async () => {
    const { client, connect: connectAgain, endpoint } = await scene.run({ fixture: "plain", config: { workers: 1 } });
    const other = await connectAgain();
    const [a, b] = await Promise.all([client.request("app/snapshot", {}), other.request("app/snapshot", {})]);
    assert.deepEqual(a.workers, b.workers);
    const stranger = { ...endpoint, secret: "guessed" };
    await assert.rejects(SupervisorClient.connect(stranger, { name: "stranger", version: "0" }), { code: "badSecret" });
  });

  it("refuses wrong parameters by the name of the field", async () => {
    const { client } = await scene.run({ fixture: "plain", config: { workers: 1 } });
    await assert.rejects(client.request("app/scale", { workers: 0 }), (error: { code: string; message: string }) => {
      assert.equal(error.code, "badMessage");
      assert.match(error.message, /workers/);
      return true;
    });
  });
});
