import assert from "node:assert/strict";
import { once } from "node:events";
import { type ClientHttp2Session, connect as connectHttp2, constants } from "node:http2";
import { Agent, get as httpsGet } from "node:https";
import { connect as connectTls } from "node:tls";
import { WebSocket } from "ws";
import { assertExact } from "../../support/process/honesty.ts";
import { testedNodes } from "../../support/process/nodeMatrix.ts";
import { get, openRawClient } from "../../support/process/rawClient.ts";
import { describeOn } from "../../support/process/scene.ts";
import type { TestApp } from "../../support/process/testApp.ts";
import { poll, until, within } from "../../support/process/until.ts";

/** Certificates of the fixture are self-signed. */
const trusting = { rejectUnauthorized: false };

/** The code of a WebSocket's close frame, or why there was none. */
function endOf(socket: WebSocket): Promise<unknown> {
  return new Promise((resolve) => {
    socket.on("error", resolve);
    socket.on("close", resolve);
  });
}

/** Asks once over TLS; resolves with the session that the client may resume, and whether it has resumed one. */
function askTls(
  port: number,
  version: "TLSv1.2" | "TLSv1.3",
  session?: Buffer,
): Promise<{ readonly session: Buffer | undefined; readonly resumed: boolean }> {
  const versions = { minVersion: version, maxVersion: version };
  const socket = connectTls({ port, host: "127.0.0.1", ...versions, ...trusting, ...(session && { session }) });
  let given: Buffer | undefined;
  socket.on("session", (fresh: Buffer) => {
    given = fresh;
  });
  socket.resume().write("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.on("end", () => resolve({ session: given, resumed: socket.isSessionReused() }));
  });
}

describeOn(testedNodes(), "TLS sessions", (scene) => {
  it("are resumed after a reload, unless the app has other ticket keys of its own", async () => {
    const { client, port, recipe } = await scene.run({ fixture: "protocols", config: { workers: 1 } });
    const versions = ["TLSv1.2", "TLSv1.3"] as const;
    const cases = versions.flatMap((version) => [
      { version, at: port + 2 },
      { version, at: port + 6 },
    ]);
    const before = await Promise.all(cases.map(({ version, at }) => askTls(at, version)));
    // Of the command line Node makes the context of sessions: in it are the folder of a release and the path of Node.js.
    const other = { ...recipe, args: [...recipe.args, "--another-release"] };
    assert.equal((await client.request("app/renew", { kind: "reload", recipe: other })).outcome, "completed");
    const after = await Promise.all(cases.map(({ version, at }, index) => askTls(at, version, before[index]?.session)));
    assert.deepEqual(
      after.map(({ resumed }) => resumed),
      [true, false, true, false],
    );
    const again = await askTls(port + 6, "TLSv1.3", after[3]?.session);
    assert.equal(again.resumed, true);
  });
});

describeOn(testedNodes(), "the drain of connections that can't be handed over", (scene) => {
  let app: TestApp;

  before(async () => {
    app = await scene.runForAll({
      fixture: "protocols",
      config: { workers: 2, drainTimeout: 15_000, streamGrace: 100 },
    });
  });

  /** @param failed Requests that clients have lost, looked at when it is done. */
  const reload = async (failed = (): number => 0): Promise<void> => {
    const report = await within("the reload", app.client.request("app/renew", { kind: "reload" }), 30_000);
    assert.equal(report.outcome, "completed");
    assertExact(report, failed());
    assert.equal(report.traffic?.cut, 0);
    assert.equal(report.killed, 0);
  };

  /** Lets clients ask again and again while the app is reloaded twice; each throws when a request fails. */
  const underLoad = async (ask: () => Promise<void>): Promise<number> => {
    let over = false;
    let answers = 0;
    let failed = 0;
    const clients = Array.from({ length: 8 }, async () => {
      while (!over) {
        try {
          await ask();
          answers += 1;
        } catch (error) {
          failed += 1;
          throw error;
        }
      }
    });
    await reload(() => failed);
    await reload(() => failed);
    over = true;
    await within("the clients end", Promise.all(clients));
    return answers;
  };

  it("loses no request of HTTPS clients with keep-alive", async () => {
    const agent = new Agent({ keepAlive: true, ...trusting });
    const answers = await underLoad(
      () =>
        new Promise((resolve, reject) => {
          const request = httpsGet({ host: "127.0.0.1", port: app.port + 2, agent }, (response) => {
            response.resume();
            response.on("end", resolve);
            response.on("error", reject);
          });
          request.on("error", reject);
        }),
    );
    agent.destroy();
    assert.ok(answers > 0);
  });

  it("answers all that a client of HTTPS has asked at once", async () => {
    const socket = connectTls({ host: "127.0.0.1", port: app.port + 2, ...trusting });
    await once(socket, "secureConnect");
    let text = "";
    socket.setEncoding("latin1").on("data", (piece: string) => {
      text += piece;
    });
    socket.write("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n12345");
    const done = reload();
    await until(app.client, "old workers drain", ({ workers }) => workers.some(({ state }) => state === "draining"));
    socket.write(`67890${get("/slow")}${get("/")}`);
    await poll(
      "all three are answered",
      () => text.match(/received \d+ /g)?.join("") === "received 10 received 0 received 0 ",
    );
    socket.destroy();
    await done;
  });

  for (const [scheme, offset] of [
    ["http", 3],
    ["https", 4],
  ] as const) {
    it(`loses no request of HTTP/2 clients over ${scheme}`, async () => {
      const sessions = new Set<ClientHttp2Session>();
      const idle: ClientHttp2Session[] = [];
      const connect = async (): Promise<ClientHttp2Session> => {
        const session = connectHttp2(`${scheme}://127.0.0.1:${app.port + offset}`, trusting);
        session.on("error", () => undefined);
        sessions.add(session);
        await once(session, "connect");
        return session;
      };
      const usable = (session: ClientHttp2Session | undefined): session is ClientHttp2Session =>
        session !== undefined && !session.closed && !session.destroyed;
      /** One request; says whether it was answered or refused, which allows the client to send it again. */
      const ask = async (session: ClientHttp2Session): Promise<"answered" | "refused"> => {
        const stream = session.request({ ":path": "/" });
        let status: unknown;
        stream.on("response", (headers) => {
          status = headers[":status"];
        });
        stream.resume();
        return new Promise((resolve, reject) => {
          stream.on("error", (error: NodeJS.ErrnoException) => {
            const mayRepeat =
              stream.rstCode === constants.NGHTTP2_REFUSED_STREAM || error.code === "ERR_HTTP2_GOAWAY_SESSION";
            (mayRepeat && status === undefined ? () => resolve("refused") : () => reject(error))();
          });
          stream.on("end", () => {
            (status === 200 ? () => resolve("answered") : () => reject(new Error(`status ${status}`)))();
          });
        });
      };
      const answers = await underLoad(async () => {
        for (;;) {
          const kept = idle.pop();
          const session = usable(kept) ? kept : await connect();
          if ((await ask(session)) === "answered") {
            idle.push(session);
            return;
          }
        }
      });
      for (const session of sessions) {
        session.destroy();
      }
      assert.ok(answers > 0);
    });
  }

  it("closes a WebSocket with 1012 after what is under way", async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${app.port}`);
    await once(socket, "open");
    socket.send("hello");
    const [message] = await once(socket, "message");
    assert.match(String(message), /^\d+:hello$/);
    const closed = once(socket, "close");
    await reload();
    const [code] = await within("the WebSocket closes", closed);
    assert.equal(code, 1012);
  });

  it("closes a WebSocket with 1012 whose handshake is answered when its worker drains already", async () => {
    const { generation } = app.client.snapshot.app;
    const upgrades = (): number => app.read("upgrades.txt").split(`${generation} `).length - 1;
    app.write("upgrades.txt", "");
    const early = new WebSocket(`wss://127.0.0.1:${app.port + 2}`, trusting);
    const earlyEnd = endOf(early);
    await poll("the request is with the app", () => upgrades() === 1);
    const connection = connectTls({ port: app.port + 2, host: "127.0.0.1", ...trusting });
    await once(connection, "secureConnect");
    const done = reload();
    await until(app.client, "old workers drain", ({ workers }) => workers.some(({ state }) => state === "draining"));
    const late = new WebSocket(`wss://127.0.0.1:${app.port + 2}`, { createConnection: () => connection });
    const lateEnd = endOf(late);
    assert.equal(await within("the first ends", earlyEnd), 1012);
    assert.equal(await within("the second ends", lateEnd), 1012);
    assert.equal(upgrades(), 2);
    await done;
  });

  it("answers HTTP/1.1 clients of a server for HTTP/2 with `Connection: close`", async () => {
    const agent = new Agent({ keepAlive: true, ...trusting });
    const answers = await underLoad(
      () =>
        new Promise((resolve, reject) => {
          const request = httpsGet({ host: "127.0.0.1", port: app.port + 6, agent }, (response) => {
            response.resume();
            response.on("end", resolve);
            response.on("error", reject);
          });
          request.on("error", reject);
        }),
    );
    agent.destroy();
    assert.ok(answers > 0);
  });

  it("ends an event stream over HTTP/2 whole, though the app goes on writing", async () => {
    const session = connectHttp2(`http://127.0.0.1:${app.port + 3}`);
    const stream = session.request({ ":path": "/chatter" });
    let text = "";
    stream.setEncoding("utf8");
    stream.on("data", (data: string) => {
      text += data;
    });
    await within("the stream begins", once(stream, "data"));
    const ended = once(stream, "end");
    await reload();
    await within("the stream ends", ended);
    assert.equal(stream.rstCode, 0);
    assert.match(text, /(data: \d+\n\n)+$/);
    session.destroy();
  });

  it("names requests over HTTP/2 that a drain waits for, and counts them when they are answered", async () => {
    const sessions = [app.port + 3, app.port + 7].map((port) => connectHttp2(`http://127.0.0.1:${port}`));
    // Answered when they have been sent whole, however long the new workers take to start.
    const asked = sessions.map((session) => session.request({ ":method": "POST", ":path": "/slow?secret" }));
    for (const stream of asked) {
      stream.write("a");
      stream.resume();
    }
    const answered = asked.map((stream) => once(stream, "end"));
    await Promise.all(sessions.map((session) => once(session, "remoteSettings")));
    const renewed = app.client.request("app/renew", { kind: "reload" });
    const seen = await until(app.client, "both are in flight", ({ workers }) => {
      const requests = workers.flatMap(({ drain }) => drain?.inFlight ?? []);
      return requests.length === 2;
    });
    const urls = seen.workers.flatMap(
      ({ drain }) => drain?.inFlight?.map(({ method, url }) => `${method} ${url}`) ?? [],
    );
    assert.ok(urls.includes("POST /slow"), urls.join());
    for (const stream of asked) {
      stream.end();
    }
    await within("the answers", Promise.all(answered));
    const report = await renewed;
    assert.deepEqual([report.traffic?.served, report.traffic?.failed], [2, 0]);
    for (const session of sessions) {
      session.destroy();
    }
  });

  it("ends an event stream whole, so that its client reconnects", async () => {
    const client = await openRawClient(app.port);
    client.send(get("/events"));
    await client.received(/data: \d+/);
    await reload();
    await client.closes();
    assert.match(client.text, /\r\n0\r\n\r\n$/);
  });

  it("leaves a plain TCP connection to the app until its client goes", async () => {
    const client = await openRawClient(app.port + 5);
    client.send("a");
    await client.received(/\d+:a/);
    const done = reload();
    await until(app.client, "old workers drain", ({ workers }) => workers.some(({ state }) => state === "draining"));
    client.send("b");
    await client.received(/\d+:b/);
    client.end();
    await done;
  });
});
