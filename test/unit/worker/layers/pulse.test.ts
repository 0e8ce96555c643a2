import assert from "node:assert/strict";
import { channel, hasSubscribers } from "node:diagnostics_channel";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { join } from "node:path";
import { mock } from "node:test";
import { connect, createServer as createTlsServer, type TLSSocket } from "node:tls";
import type { Guard } from "../../../../src/worker/guard.ts";
import { takeTimers } from "../../../../src/worker/layers/givenTimers.ts";
import { createPulse, type Pulse, type PulseParts } from "../../../../src/worker/layers/pulse.ts";
import * as ownTimers from "../../../../src/worker/ownTimers.ts";
import { projectRoot } from "../../../support/paths.ts";

const lookingMs = 5_000;
const requestsChannel = "http.server.response.finish";
/** What else runs in this process, such as the tests of other files before, may listen to the others. */
const startChannel = "http2.server.stream.start";

function createTestPulse(changes: Partial<PulseParts> = {}): Pulse {
  const guard: Guard = (_what, run) => run;
  return createPulse({
    modules: {
      list: async () => ({ modules: [], unlisted: 0 }),
      addons: () => [],
      packages: () => [],
      count: () => ({ modules: 0, packages: 0 }),
    },
    natives: { builtins: () => [], bindings: () => [] },
    warnings: { count: () => 0 },
    servers: () => [{ server: createHttpServer(), protocol: "http" }],
    guard,
    lookingMs,
    ...changes,
  });
}

/** A sample that is over when it is told. */
function createTestSample() {
  let end = (): void => undefined;
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { take: () => over, end: () => end() };
}

describe("the pulse", () => {
  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout"] });
    takeTimers({ ...ownTimers, setTimeout, clearTimeout });
  });

  afterEach(() => {
    // Whoever still watches looks away.
    mock.timers.tick(lookingMs);
    mock.timers.reset();
    takeTimers(ownTimers);
    assert.equal(hasSubscribers(startChannel), false);
  });

  it("watches while somebody looks, and no longer", () => {
    const pulse = createTestPulse();
    assert.equal(hasSubscribers(startChannel), false);
    assert.equal(pulse.take().api.requestsPerSecond, undefined);
    assert.equal(hasSubscribers(startChannel), true);
    mock.timers.tick(lookingMs - 1);
    assert.equal(pulse.take().api.requestsPerSecond, 0);
    mock.timers.tick(lookingMs);
    assert.equal(hasSubscribers(startChannel), false);
    assert.equal(pulse.take().api.requestsPerSecond, undefined);
  });

  it("tells how many requests were answered, and how long that took", () => {
    const pulse = createTestPulse();
    pulse.take();
    const [answered, aborted] = [{}, { aborted: true }];
    for (const stream of [answered, aborted]) {
      channel("http2.server.stream.start").publish({ stream });
      channel("http2.server.stream.close").publish({ stream });
    }
    const response = {};
    channel("http.server.request.start").publish({ response });
    channel(requestsChannel).publish({ response });
    channel(requestsChannel).publish({ response: {} });
    const { requestsPerSecond = 0, latencyP50 = 0, latencyP99 = 0 } = pulse.take().api;
    assert.ok(requestsPerSecond > 0);
    assert.ok(latencyP50 > 0 && latencyP99 >= latencyP50);
    assert.deepEqual(Object.keys(pulse.take().api), ["builtins", "requestsPerSecond", "warnings"]);
  });

  it("watches through a sample, however long it takes", async () => {
    const pulse = createTestPulse();
    const sample = createTestSample();
    pulse.take();
    const taken = pulse.during(sample.take);
    mock.timers.tick(12 * lookingMs);
    // Another client's look begins no new time.
    pulse.take();
    mock.timers.tick(12 * lookingMs);
    sample.end();
    await taken;
    assert.equal(pulse.take().api.requestsPerSecond, 0);
    mock.timers.tick(lookingMs);
    assert.equal(hasSubscribers(startChannel), false);
  });

  it("does not begin to watch because of a sample, and looks away after one that fails", async () => {
    const pulse = createTestPulse();
    const fail = () => pulse.during(() => Promise.reject(new Error("a sample is being taken already")));
    await assert.rejects(fail);
    assert.equal(hasSubscribers(startChannel), false);
    pulse.take();
    await assert.rejects(fail);
    mock.timers.tick(lookingMs);
    assert.equal(hasSubscribers(startChannel), false);
  });

  it("tells nothing of the event loop that a sample has disturbed", async () => {
    const pulse = createTestPulse();
    const measured = () => pulse.take().uv.utilisation !== undefined;
    assert.deepEqual([measured(), measured()], [true, true]);
    const sample = createTestSample();
    const taken = pulse.during(sample.take);
    assert.deepEqual([measured(), measured()], [false, false]);
    sample.end();
    await taken;
    assert.deepEqual([measured(), measured()], [false, true]);
    mock.timers.tick(lookingMs);
    // The first time is over the life of the process.
    assert.deepEqual([measured(), measured()], [false, true]);
  });
});

describe("the pulse of a server that speaks TLS", () => {
  const certificates = join(projectRoot, "test", "fixtures", "protocols");
  const read = (name: string) => readFileSync(join(certificates, name));
  let server: Server;
  let clients: TLSSocket[];

  beforeEach(async () => {
    clients = [];
    server = createTlsServer({ key: read("key.pem"), cert: read("cert.pem") }, (socket) => {
      // What follows the handshake, with it the ticket of the session, is there when this is.
      socket.on("error", () => undefined).write("hello");
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
  });

  afterEach(async () => {
    for (const client of clients) {
      client.destroy();
    }
    server.close();
    await once(server, "close");
  });

  async function visit(options: { readonly session?: Buffer; readonly maxVersion?: "TLSv1.2" } = {}): Promise<Buffer> {
    const { port } = server.address() as AddressInfo;
    const client = connect({ port, host: "127.0.0.1", rejectUnauthorized: false, ...options });
    clients.push(client);
    const session = new Promise<Buffer>((resolve) => client.once("session", resolve));
    await once(client, "data");
    return options.session ?? session;
  }

  it("counts the connections that are open, and the sessions that are agreed on while somebody looks", async () => {
    const listening: { server: Server; protocol: "tls" }[] = [];
    const pulse = createTestPulse({ servers: () => listening });
    assert.deepEqual(pulse.take().openssl, {});
    listening.push({ server, protocol: "tls" });
    await visit();
    assert.deepEqual(pulse.take().openssl, { tlsSockets: 1, sessions: { full: 0, resumed: 0, protocols: [] } });
    const session = await visit();
    await visit({ session });
    await visit({ maxVersion: "TLSv1.2" });
    assert.deepEqual(pulse.take().openssl, {
      tlsSockets: 4,
      sessions: {
        full: 2,
        resumed: 1,
        protocols: [
          { name: "TLSv1.3", count: 2 },
          { name: "TLSv1.2", count: 1 },
        ],
      },
    });
    listening.pop();
    assert.deepEqual(pulse.take().openssl, {});
    assert.equal(server.listenerCount("secureConnection"), 1);
  });
});
