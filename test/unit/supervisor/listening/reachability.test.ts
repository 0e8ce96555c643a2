import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createReachability, type ReachabilityOptions } from "../../../../src/supervisor/listening/reachability.ts";
import { freePort } from "../../../support/process/freePort.ts";

type Accepts = ReturnType<ReachabilityOptions["acceptor"]["acceptsAt"]>;

describe("createReachability", () => {
  let server: Server;
  let port = 0;
  let connections = 0;
  let own: Socket[] = [];

  beforeEach(async () => {
    connections = 0;
    own = [];
    server = createServer((socket) => {
      connections += 1;
      socket.resume();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    ({ port } = server.address() as AddressInfo);
  });

  afterEach(() => server.close());

  function open(accepts: Accepts, isInPlace?: boolean) {
    return createReachability({
      acceptor: { acceptsAt: () => accepts, own: { add: (socket) => own.push(socket) } },
      files: { isInPlace: () => isInPlace },
    });
  }

  const worker = (key: string, protocol = "http", generation = 1) => ({
    generation,
    servers: new Map([[key, { url: `where ${key}`, protocol }]]),
  });

  it("connects once a generation to where workers listen by themselves", async () => {
    const reachability = open(undefined);
    assert.equal(await reachability.check(worker(`127.0.0.1|${port}`)), undefined);
    assert.equal(await reachability.check(worker(`127.0.0.1|${port}`)), undefined);
    assert.equal(own.length, 0);
    assert.equal(await reachability.check(worker(`127.0.0.1|${port}`, "http", 2)), undefined);
    while (connections < 2) {
      await once(server, "connection");
    }
    assert.equal(connections, 2);
  });

  it("says which connections are its own where this process accepts", async () => {
    assert.equal(await open("supervisor").check(worker(`127.0.0.1|${port}`)), undefined);
    assert.equal(own.length, 1);
  });

  it("names an address that nobody answers", async () => {
    const free = await freePort();
    const told = await open("supervisor").check(worker(`0.0.0.0|${free}`));
    assert.equal(told, `where 0.0.0.0|${free} (ECONNREFUSED)`);
  });

  it("connects nowhere where it is known without, nor for datagrams", async () => {
    const free = await freePort();
    for (const [reachability, key, protocol] of [
      [open("workers"), `127.0.0.1|${free}`, "http"],
      [open("workers", true), "/no/such.sock", "http"],
      [open("supervisor", true), "/no/such.sock", "http"],
      [open("supervisor"), "\0abstract", "tcp"],
      [open(undefined), `udp|${free}`, "udp"],
    ] as const) {
      assert.equal(await reachability.check(worker(key, protocol)), undefined, key);
    }
  });

  it("tries a Unix socket whose file is not the one that is listened on", async () => {
    assert.match((await open("supervisor", false).check(worker("/no/such.sock"))) ?? "", /ENOENT/);
  });
});
