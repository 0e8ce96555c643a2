import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import {
  type ListeningProcess,
  listListening,
  parseLsof,
  parseNetstat,
} from "../../../../src/supervisor/listening/listenHolder.ts";

describe("who listens", () => {
  it("is found among the descriptors of this very process", async function () {
    if (process.platform === "win32") {
      this.skip();
    }
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const found = await new Promise<readonly ListeningProcess[]>((resolve) => listListening(process.pid, resolve));
    server.close();
    assert.ok(found.some((listening) => listening.pid === process.pid && listening.port === port));
  });

  it("is read from what lsof prints", () => {
    assert.deepEqual(parseLsof("p4711\nf22\nn*:3000\nf23\nn[::1]:3001\np4712\nf9\nn127.0.0.1:9229\n"), [
      { pid: 4711, port: 3000 },
      { pid: 4711, port: 3001 },
      { pid: 4712, port: 9229 },
    ]);
  });

  it("is read from what netstat prints, in whatever language", () => {
    const output = [
      "Aktive Verbindungen",
      "  Proto  Lokale Adresse         Remoteadresse          Status           PID",
      "  TCP    0.0.0.0:3000           0.0.0.0:0              ABHÖREN         4711",
      "  TCP    [::]:3000              [::]:0                 ABHÖREN         4711",
      "  TCP    127.0.0.1:3000         127.0.0.1:50123        HERGESTELLT     4711",
      "  TCP    0.0.0.0:135            0.0.0.0:0              ABHÖREN         900",
    ].join("\r\n");
    assert.deepEqual(parseNetstat(output, new Set([4711])), [
      { pid: 4711, port: 3000 },
      { pid: 4711, port: 3000 },
    ]);
  });
});
