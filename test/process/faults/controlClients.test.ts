import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { protocolVersion } from "../../../src/shared/protocol.ts";
import { usualNode } from "../../support/process/nodeMatrix.ts";
import { isAlive, residentBytes } from "../../support/process/processes.ts";
import { assertOutcome, describeOn } from "../../support/process/scene.ts";
import type { TestApp } from "../../support/process/testApp.ts";
import { poll, untilEvent, within } from "../../support/process/until.ts";

const mebibyte = 1_048_576;

function frame(method: string, params: unknown, id: number): string {
  const text = JSON.stringify({ jsonrpc: "2.0", id, method, params });
  return `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}

/** A client that was let in, and then says what no library would. */
async function letIn({ endpoint }: TestApp): Promise<Socket> {
  const socket = connect(endpoint.socket);
  socket.on("error", () => undefined);
  const { secret } = endpoint;
  const client = { name: "rude", version: "0" };
  socket.write(frame("initialize", { protocolVersion, secret, client }, 1));
  await within("being let in", new Promise((resolve) => socket.once("data", resolve)));
  return socket;
}

/** Writes as much as the other side takes until it hangs up. */
function flood(socket: Socket, bytes: (turn: number) => string | Buffer, mostBytes: number): Promise<void> {
  return new Promise((resolve) => {
    let turn = 0;
    let written = 0;
    const write = (): void => {
      for (;;) {
        if (socket.destroyed || written >= mostBytes) {
          socket.off("drain", write);
          resolve();
          return;
        }
        const piece = bytes(turn);
        turn += 1;
        written += piece.length;
        if (!socket.write(piece)) {
          return;
        }
      }
    };
    socket.once("close", () => resolve());
    socket.on("drain", write);
    write();
  });
}

async function assertServes(app: TestApp): Promise<void> {
  assert.equal((await within("an answer", app.client.request("app/snapshot", {}))).app.state, "running");
  assertOutcome(await app.client.request("app/renew", { kind: "reload" }), "completed");
}

/** Runs something and tells by how many bytes the supervisor grew at most. */
async function growthOf(app: TestApp, run: () => Promise<void>): Promise<number> {
  const before = residentBytes(app.endpoint.pid);
  let most = 0;
  const look = setInterval(() => {
    most = Math.max(most, (residentBytes(app.endpoint.pid) ?? 0) - (before ?? 0));
  }, 20);
  await run().finally(() => clearInterval(look));
  return most;
}

describeOn([usualNode()], "a client of the control channel that was let in and", (scene) => {
  const config = { workers: 1 };

  it("asks without end and reads no answer is cut off, and costs bounded memory", async () => {
    const app = await scene.run({ fixture: "plain", config });
    const rude = await letIn(app);
    rude.pause();
    const told = untilEvent(app.client, "control");
    const grown = await growthOf(app, () =>
      within(
        "being cut off",
        flood(rude, (turn) => frame("app/snapshot", {}, turn + 2).repeat(100), 1_000 * mebibyte),
        60_000,
      ),
    );
    assert.match((await told).message, /does not read/);
    assert.ok(grown < 96 * mebibyte, `${grown / mebibyte} MiB more`);
    await assertServes(app);
  });

  it("asks without end and reads is slowed down, while others are answered", async () => {
    const app = await scene.run({ fixture: "plain", config });
    const rude = await letIn(app);
    rude.resume();
    const grown = await growthOf(app, async () => {
      const flooding = flood(rude, (turn) => frame("app/drain", { worker: 0, action: "cut" }, turn + 2), 8 * mebibyte);
      await assertServes(app);
      await within("the flood", flooding, 60_000);
    });
    rude.destroy();
    assert.ok(grown < 96 * mebibyte, `${grown / mebibyte} MiB more`);
    await assertServes(app);
  });

  it("sends one message without end is cut off, and costs bounded memory", async () => {
    const app = await scene.run({ fixture: "plain", config });
    const rude = await letIn(app);
    rude.resume();
    const told = untilEvent(app.client, "control");
    rude.write("Content-Length: 4000000000\r\n\r\n");
    const piece = Buffer.alloc(65_536, "x");
    const grown = await growthOf(app, () =>
      within(
        "being cut off",
        flood(rude, () => piece, 1_000 * mebibyte),
        60_000,
      ),
    );
    assert.match((await told).message, /message of more than/);
    assert.ok(grown < 128 * mebibyte, `${grown / mebibyte} MiB more`);
    await assertServes(app);
  });

  it("hangs in the middle of a message holds up neither others nor the end", async () => {
    const app = await scene.run({ fixture: "plain", config });
    const rude = await letIn(app);
    rude.resume();
    rude.write(frame("app/stop", {}, 2).slice(0, -5));
    await assertServes(app);
    await within("the stop", app.client.request("app/stop", {}));
    app.client.dispose();
    await poll("the supervisor is gone", () => !isAlive(app.endpoint.pid));
    rude.destroy();
  });
});
