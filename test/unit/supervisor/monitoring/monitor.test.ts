import assert from "node:assert/strict";
import { createServer, type Server } from "node:net";
import { Monitor } from "../../../../src/supervisor/monitoring/monitor.ts";
import { freePort } from "../../../support/process/freePort.ts";

describe("monitor", () => {
  let said: string[] = [];
  let monitor: Monitor;
  let taken: Server | undefined;

  const status = async (url: string | undefined): Promise<number | string> => {
    try {
      return (await fetch(`${url}/ready`)).status;
    } catch {
      return "refused";
    }
  };
  const occupy = async (): Promise<number> => {
    const port = await freePort();
    taken = createServer();
    await new Promise<void>((resolve) => taken?.listen(port, "127.0.0.1", resolve));
    return port;
  };

  beforeEach(() => {
    said = [];
    monitor = new Monitor({
      events: { log: (level, code, message) => void said.push(`${level} ${code}: ${message}`) },
      answer: () => ({ status: 200, type: "application/json; charset=utf-8", body: "{}" }),
      moved: () => undefined,
    });
  });

  afterEach(() => {
    monitor.close();
    taken?.close();
    taken = undefined;
  });

  it("answers nowhere unless told to, and says nothing of it", async () => {
    await monitor.open(undefined);
    assert.equal(monitor.url, undefined);
    assert.deepEqual(said, []);
  });

  it("moves to another port, and answers on the old one no more", async () => {
    await monitor.open(0);
    const { url: old } = monitor;
    const port = await freePort();
    assert.equal(await monitor.follow(port), undefined);
    assert.equal(monitor.url, `http://127.0.0.1:${port}`);
    assert.deepEqual([await status(old), await status(monitor.url)], ["refused", 200]);
    assert.match(said.at(-1) ?? "", new RegExp(`^info health: .* at http://127\\.0\\.0\\.1:${port} `));
  });

  it("moves to other addresses of the same port", async () => {
    const port = await freePort();
    await monitor.open(port);
    assert.equal(await monitor.follow(`0.0.0.0:${port}`), undefined);
    assert.equal(monitor.url, `http://0.0.0.0:${port}`);
    assert.equal(await status(`http://127.0.0.1:${port}`), 200);
  });

  it("stays where it is, and says why, when the new port is in use", async () => {
    await monitor.open(0);
    const { url } = monitor;
    const port = await occupy();
    const told = await monitor.follow(port);
    assert.equal(
      told,
      `Health checks stay at ${url}: health: 127.0.0.1:${port} is in use. Choose another port, or stop what listens there.`,
    );
    assert.equal(await status(url), 200);
    // Another reload tries again.
    assert.notEqual(await monitor.follow(port), undefined);
  });

  it("goes back when the same port can't be had on other addresses", async () => {
    const port = await freePort();
    await monitor.open(port);
    const told = await monitor.follow(`192.0.2.1:${port}`);
    assert.match(told ?? "", /^Health checks stay at .*: health: 192\.0\.2\.1 is no address of this machine\./);
    assert.equal(await status(`http://127.0.0.1:${port}`), 200);
  });

  it("begins and ends with a reload", async () => {
    await monitor.open(undefined);
    assert.equal(await monitor.follow(0), undefined);
    const { url } = monitor;
    assert.equal(await status(url), 200);
    assert.equal(await monitor.follow(undefined), undefined);
    assert.deepEqual([monitor.url, await status(url)], [undefined, "refused"]);
    assert.equal(said.at(-1), "info health: health checks are answered nowhere any more");
  });

  it("says that it answers nowhere when it could not even begin", async () => {
    await monitor.open(undefined);
    const port = await occupy();
    assert.match((await monitor.follow(port)) ?? "", /^Health checks are answered nowhere: health: /);
  });
});
