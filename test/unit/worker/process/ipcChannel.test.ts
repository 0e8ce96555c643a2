import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { hasAllLeft } from "../../../../src/worker/internals/ipcChannel.ts";

(process.platform === "win32" ? describe.skip : describe)("what was sent over an IPC channel", () => {
  it("has left, or waits for more turns of the event loop: a long message, and all that comes behind a socket", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { readonly port: number };
    const socket = connect(port, "127.0.0.1");
    const [[accepted]] = await Promise.all([once(server, "connection"), once(socket, "connect")]);
    // Says that it runs, and confirms what it is sent.
    const code = "process.on('message', (_, socket) => { socket?.destroy(); process.send(''); }); process.send('')";
    const child = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    try {
      await once(child, "message");
      assert.equal(hasAllLeft(child), true);
      child.send("short");
      assert.equal(hasAllLeft(child), true);
      await once(child, "message");
      child.send("x".repeat(8 * 1_024 * 1_024));
      assert.equal(hasAllLeft(child), false);
      await once(child, "message");
      assert.equal(hasAllLeft(child), true);
      child.send("with a socket", accepted);
      assert.equal(hasAllLeft(child), false);
      await once(child, "message");
      assert.equal(hasAllLeft(child), true);
    } finally {
      child.kill();
      socket.destroy();
      server.close();
    }
  });
});
