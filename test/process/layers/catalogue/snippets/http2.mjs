import fs from "node:fs";
import http2 from "node:http2";
import net from "node:net";
import tls from "node:tls";
import { event, file, fresh, identity, listening, onHosts, throughDuplex, tolerating } from "./support.mjs";

const answer = (_request, response) => response.end("text");
const second = (await listening(http2.createServer(answer))).address().port;

const secure = (await listening(http2.createSecureServer(identity, answer))).address().port;

const socketPath = fresh(".sock");
await event(http2.createServer(answer).listen(socketPath), "listening");

async function exchange(session) {
  const stream = session.request({ ":path": "/" });
  stream.resume().end();
  await event(stream, "close");
  session.close();
}

/** A client and a server with a session between them, and a stream that the server has not answered. */
async function joined(isSecure) {
  const server = await listening(isSecure ? http2.createSecureServer(identity) : http2.createServer());
  const client = http2.connect(`http${isSecure ? "s" : ""}://127.0.0.1:${server.address().port}`, trustful);
  client.on("error", () => {});
  const clientStream = client.request({ ":path": "/" }, { endStream: false, waitForTrailers: true });
  clientStream.on("error", () => {});
  const response = new Promise((resolve) => server.once("request", (_request, made) => resolve(made)));
  const serverStream = await event(server, "stream");
  serverStream.on("error", () => {});
  return { server, client, clientStream, serverStream, session: serverStream.session, response: await response };
}

const trustful = { rejectUnauthorized: false };

const joinedBy = (run, isSecure) => ({
  before: () => joined(isSecure),
  run,
  after: ({ client, session, server }) => {
    client.destroy();
    session.destroy();
    server.close();
  },
});
const whileJoined = (run) => joinedBy(run, false);
/** What sends something, without TLS and with it. */
const sending = (run) => ({ ...joinedBy(run, false), forms: { encrypted: joinedBy(run, true) } });

const shakingHands = (isSecure) => ({
  before: async () => {
    const server = await listening(
      isSecure ? tls.createServer({ ...identity, ALPNProtocols: ["h2"] }) : net.createServer(),
    );
    const client = http2.connect(`http${isSecure ? "s" : ""}://127.0.0.1:${server.address().port}`, trustful);
    client.on("error", () => {});
    const socket = await event(server, isSecure ? "secureConnection" : "connection");
    server.close();
    return { client, socket };
  },
  // The client's settings may be there before its own are sent; the answer to these is not.
  run: ({ socket }) => event(http2.performServerHandshake(socket), "localSettings"),
  after: ({ client }) => client.destroy(),
});

/** The same on a path. */
const onPath = (run) => ({
  before: async () => {
    const client = http2.connect("http://localhost", { path: socketPath });
    await event(client, "connect");
    return { client };
  },
  run,
  after: ({ client }) => client.destroy(),
});

/** Whether the process has a descriptor of that file. */
const isHeld = (path) =>
  fs.readdirSync("/proc/self/fd").some((name) => {
    try {
      return fs.readlinkSync(`/proc/self/fd/${name}`) === path;
    } catch {
      return false;
    }
  });

/** A server's last words to a client. */
const ending = (text, isSecure = false) => ({
  before: async () => {
    const server = await listening(isSecure ? http2.createSecureServer(identity) : http2.createServer());
    const session = http2.connect(`http${isSecure ? "s" : ""}://127.0.0.1:${server.address().port}`, trustful);
    const stream = session.request({ ":path": "/" });
    stream.resume().end();
    const response = await new Promise((resolve) => server.once("request", (_request, made) => resolve(made)));
    return { server, session, stream, response };
  },
  run: ({ response, stream }) => {
    const closed = event(stream, "close");
    response.end(text);
    return closed;
  },
  after: ({ session, server }) => {
    session.close();
    server.close();
  },
});

const withForms = ({ forms, ...snippet }, others) => ({ ...snippet, forms: { ...forms, ...others } });

export const snippets = {
  http2: {
    connect: {
      ...onHosts((host) => exchange(http2.connect(`http://${host}:${second}`))),
      forms: {
        secure: { run: () => exchange(http2.connect(`https://127.0.0.1:${secure}`, trustful)) },
        onSocket: {
          before: async () => {
            const socket = net.connect(second, "127.0.0.1");
            await event(socket, "connect");
            return socket;
          },
          run: (socket) => exchange(http2.connect("http://127.0.0.1", { createConnection: () => socket })),
        },
        path: { run: () => exchange(http2.connect("http://localhost", { path: socketPath })) },
        localAddress: {
          run: () => exchange(http2.connect(`http://127.0.0.1:${second}`, { localAddress: "127.0.0.1" })),
        },
        onDuplex: {
          before: () => throughDuplex(second),
          run: (duplex) => exchange(http2.connect("http://127.0.0.1", { createConnection: () => duplex })),
        },
      },
    },
    createServer: {
      before: () => listening(http2.createServer(answer)),
      // A server needs its binding when a client comes.
      run: (server) => exchange(http2.connect(`http://127.0.0.1:${server.address().port}`)),
      after: (server) => server.close(),
      forms: { untilUsed: { run: () => void http2.createServer(answer) } },
    },
    createSecureServer: () => void http2.createSecureServer(identity),
    performServerHandshake: { ...shakingHands(false), forms: { encrypted: shakingHands(true) } },
    getDefaultSettings: () => void http2.getDefaultSettings(),
    getPackedSettings: () => void http2.getPackedSettings({ enablePush: false }),
    "Http2ServerResponse.prototype.end": {
      ...ending("text"),
      forms: { noBody: ending(), encrypted: ending("text", true) },
    },
    "Http2Session.prototype.close": {
      ...whileJoined(({ client }) => void client.close()),
      forms: {
        noStreams: {
          before: async () => {
            const client = http2.connect(`http://127.0.0.1:${second}`);
            await event(client, "remoteSettings");
            return client;
          },
          run: (client) => new Promise((resolve) => client.close(resolve)),
        },
      },
    },
    "Http2Session.prototype.destroy": sending(({ client }) => {
      client.destroy();
      return event(client, "close");
    }),
    "Http2Session.prototype.goaway": sending(({ client, session }) => {
      const told = event(session, "goaway");
      client.goaway();
      return told;
    }),
    "Http2Session.prototype.ping": sending(({ client }) => new Promise((resolve) => client.ping(resolve))),
    "Http2Session.prototype.ref": {
      ...whileJoined(({ client }) => void client.ref()),
      forms: { path: onPath(({ client }) => void client.ref()) },
    },
    "Http2Session.prototype.setLocalWindowSize": whileJoined(({ client }) => void client.setLocalWindowSize(1 << 20)),
    "Http2Session.prototype.settings": sending(
      ({ client }) => new Promise((resolve) => client.settings({ enablePush: false }, resolve)),
    ),
    "Http2Session.prototype.unref": {
      ...whileJoined(({ client }) => void client.unref()),
      forms: { path: onPath(({ client }) => void client.unref()) },
    },
    "ClientHttp2Session.prototype.request": withForms(
      sending(({ client, server }) => {
        client.request({ ":path": "/more" });
        return event(server, "stream");
      }),
      {
        aborted: whileJoined(({ client }) =>
          tolerating(() => event(client.request({ ":path": "/" }, { signal: AbortSignal.abort() }), "close")),
        ),
      },
    ),
    "ServerHttp2Session.prototype.altsvc": sending(({ client, session }) => {
      session.altsvc('h2=":8000"', "http://hitless.example");
      return event(client, "altsvc");
    }),
    "ServerHttp2Session.prototype.origin": sending(({ client, session }) => {
      session.origin("https://hitless.example");
      return Promise.race([event(client, "origin"), new Promise((resolve) => client.ping(resolve))]);
    }),
    "Http2Stream.prototype.close": sending(({ clientStream, serverStream }) => {
      const aborted = event(serverStream, "close");
      clientStream.close(http2.constants.NGHTTP2_CANCEL);
      return aborted;
    }),
    "Http2Stream.prototype.sendTrailers": sending(({ clientStream, serverStream }) => {
      const told = event(serverStream.resume(), "trailers");
      clientStream.once("wantTrailers", () => clientStream.sendTrailers({ a: "b" })).end();
      return told;
    }),
    "ServerHttp2Stream.prototype.additionalHeaders": sending(({ clientStream, serverStream }) => {
      serverStream.additionalHeaders({ ":status": 102 });
      return event(clientStream, "headers");
    }),
    "ServerHttp2Stream.prototype.pushStream": sending(({ client, serverStream }) => {
      serverStream.pushStream({ ":path": "/pushed" }, () => {});
      return event(client, "stream");
    }),
    "ServerHttp2Stream.prototype.respond": sending(({ clientStream, serverStream }) => {
      serverStream.respond();
      return event(clientStream, "response");
    }),
    "ServerHttp2Stream.prototype.respondWithFD": withForms(
      sending(({ clientStream, serverStream }) => {
        serverStream.respondWithFD(fs.openSync(file()));
        return event(clientStream.resume(), "end");
      }),
      {
        statCheck: whileJoined(({ clientStream, serverStream }) => {
          serverStream.respondWithFD(fs.openSync(file()), {}, { statCheck() {} });
          return event(clientStream.resume(), "end");
        }),
      },
    ),
    "ServerHttp2Stream.prototype.respondWithFile": sending(async ({ clientStream, serverStream }) => {
      const path = file();
      serverStream.respondWithFile(path);
      await event(clientStream.resume(), "end");
      while (isHeld(path)) {
        await new Promise(setImmediate);
      }
    }),
    "Http2ServerResponse.prototype.createPushResponse": sending(({ client, response }) => {
      response.createPushResponse({ ":path": "/pushed" }, () => {});
      return event(client, "stream");
    }),
    "Http2ServerResponse.prototype.flushHeaders": sending(({ clientStream, response }) => {
      response.flushHeaders();
      return event(clientStream, "response");
    }),
    "Http2ServerResponse.prototype.write": sending(({ clientStream, response }) => {
      response.write("text");
      return event(clientStream, "response");
    }),
    "Http2ServerResponse.prototype.writeContinue": sending(({ clientStream, response }) => {
      response.writeContinue();
      return event(clientStream, "headers");
    }),
    "Http2ServerResponse.prototype.writeEarlyHints": sending(({ clientStream, response }) => {
      response.writeEarlyHints({ link: "</a.css>; rel=preload" });
      return event(clientStream, "headers");
    }),
    "Http2ServerResponse.prototype.writeInformation": sending(({ clientStream, response }) => {
      response.writeInformation(103, { link: "</a.css>; rel=preload" });
      return event(clientStream, "headers");
    }),
  },
};
