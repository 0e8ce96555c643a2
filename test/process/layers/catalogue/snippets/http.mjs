import http from "node:http";
import http2 from "node:http2";
import https from "node:https";
import net from "node:net";
import { event, identity, listening } from "./support.mjs";

const answer = (_request, response) => response.end("text");
const plain = (await listening(http.createServer(answer))).address().port;
const secure = (await listening(https.createServer(identity, answer))).address().port;
const second = (await listening(http2.createServer(answer))).address().port;
const trusting = { rejectUnauthorized: false, agent: false };

async function whole(request) {
  const response = await event(request, "response");
  response.resume();
  await event(response, "close");
}

/** Runs what a server does with a request, while a client waits for its answer. */
function whileServing(run) {
  return {
    before: async () => {
      const server = await listening(http.createServer());
      const client = http.get({ port: server.address().port, host: "127.0.0.1", agent: false });
      client.on("error", () => {});
      const response = await new Promise((resolve) => server.once("request", (_request, made) => resolve(made)));
      return { server, client, response };
    },
    run,
    after: ({ server, client }) => {
      client.destroy();
      server.close();
    },
  };
}

/** Runs what a client does with a request that it has not sent yet. */
function whileAsking(run) {
  return {
    before: () => http.request({ port: plain, host: "127.0.0.1", method: "POST", agent: false }).on("error", () => {}),
    run,
    after: (request) => request.destroy(),
  };
}

const withServer = (run) => ({ before: () => listening(http.createServer()), run, after: (server) => server.close() });

async function exchange(session) {
  const stream = session.request({ ":path": "/" });
  stream.resume().end();
  await event(stream, "close");
  session.close();
}

export const snippets = {
  http: {
    request: () => whole(http.request({ port: plain, host: "127.0.0.1", agent: false }).end()),
    get: () => whole(http.get({ port: plain, host: "127.0.0.1", agent: false })),
    createServer: () => void http.createServer(),
    "Server.prototype.listen": {
      before: () => http.createServer(),
      run: (server) => listening(server),
      after: (server) => server.close(),
    },
    "Server.prototype.close": {
      before: () => listening(http.createServer()),
      run: (server) => event(server.close(), "close"),
    },
    "Server.prototype.closeAllConnections": withServer((server) => server.closeAllConnections()),
    "Server.prototype.closeIdleConnections": withServer((server) => server.closeIdleConnections()),
    "ServerResponse.prototype.write": whileServing(({ response }) => {
      response.write("text");
      return new Promise((resolve) => response.write("more", resolve));
    }),
    "ServerResponse.prototype.end": whileServing(
      ({ response }) => new Promise((resolve) => response.end("text", resolve)),
    ),
    "ServerResponse.prototype.flushHeaders": whileServing(({ response }) => response.flushHeaders()),
    "ServerResponse.prototype.writeContinue": whileServing(({ response }) => response.writeContinue()),
    "ServerResponse.prototype.writeProcessing": whileServing(({ response }) => response.writeProcessing()),
    "ServerResponse.prototype.writeEarlyHints": whileServing(({ response }) =>
      response.writeEarlyHints({ link: "</a.css>; rel=preload" }),
    ),
    "ClientRequest.prototype.write": whileAsking((request) => new Promise((resolve) => request.write("text", resolve))),
    "ClientRequest.prototype.end": whileAsking((request) => whole(request.end("text"))),
    "ClientRequest.prototype.destroy": {
      before: async () => {
        const request = http.request({ port: plain, host: "127.0.0.1", method: "POST", agent: false });
        request.on("error", () => {});
        request.flushHeaders();
        const socket = await event(request, "socket");
        if (socket.connecting) {
          await event(socket, "connect");
        }
        return { request, socket };
      },
      run: ({ request, socket }) => {
        const closed = event(socket, "close");
        request.destroy();
        return closed;
      },
    },
  },
  https: {
    request: () => whole(https.request({ port: secure, host: "127.0.0.1", ...trusting }).end()),
    get: () => whole(https.get({ port: secure, host: "127.0.0.1", ...trusting })),
    createServer: () => void https.createServer(identity),
    "Server.prototype.listen": {
      before: () => https.createServer(identity),
      run: (server) => listening(server),
      after: (server) => server.close(),
    },
    "Server.prototype.close": {
      before: () => listening(https.createServer(identity)),
      run: (server) => event(server.close(), "close"),
    },
  },
  http2: {
    connect: () => exchange(http2.connect(`http://127.0.0.1:${second}`)),
    createServer: {
      before: () => listening(http2.createServer(answer)),
      // A server needs its binding when a client comes.
      run: (server) => exchange(http2.connect(`http://127.0.0.1:${server.address().port}`)),
      after: (server) => server.close(),
    },
    createSecureServer: () => void http2.createSecureServer(identity),
    performServerHandshake: {
      before: async () => {
        const server = await listening(net.createServer());
        const client = net.connect(server.address().port, "127.0.0.1");
        client.on("error", () => {});
        const socket = await event(server, "connection");
        server.close();
        return { client, socket };
      },
      run: ({ socket }) => void http2.performServerHandshake(socket).on("error", () => {}),
      after: ({ client }) => client.destroy(),
    },
    getDefaultSettings: () => void http2.getDefaultSettings(),
    getPackedSettings: () => void http2.getPackedSettings({ enablePush: false }),
    "Http2ServerResponse.prototype.end": {
      before: async () => {
        const server = await listening(http2.createServer());
        const session = http2.connect(`http://127.0.0.1:${server.address().port}`);
        const stream = session.request({ ":path": "/" });
        stream.resume().end();
        const response = await new Promise((resolve) => server.once("request", (_request, made) => resolve(made)));
        return { server, session, stream, response };
      },
      run: ({ response, stream }) => {
        const closed = event(stream, "close");
        response.end("text");
        return closed;
      },
      after: ({ session, server }) => {
        session.close();
        server.close();
      },
    },
  },
};
