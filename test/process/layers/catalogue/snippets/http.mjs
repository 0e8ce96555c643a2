import http from "node:http";
import https from "node:https";
import { event, fresh, identity, listening, onClosing, onHosts, onListening } from "./support.mjs";

const answer = (_request, response) => response.end("text");
const plain = (await listening(http.createServer(answer))).address().port;
const secure = (await listening(https.createServer(identity, answer))).address().port;
const socketPath = fresh(".sock");
await event(http.createServer(answer).listen(socketPath), "listening");
const securePath = fresh(".sock");
await event(https.createServer(identity, answer).listen(securePath), "listening");
const trusting = { rejectUnauthorized: false, agent: false };
const local = { host: "127.0.0.1", localAddress: "127.0.0.1", ...trusting };

async function whole(request) {
  const response = await event(request, "response");
  response.resume();
  await event(response, "close");
}

/** Runs what a server does with a request, while a client waits for its answer: without TLS, and with it. */
function whileServing(run, others = {}) {
  return { ...servedBy(http, run), forms: { secure: servedBy(https, run), ...others } };
}

function servedBy(kind, run) {
  return {
    before: async () => {
      const server = await listening(kind === https ? https.createServer(identity) : http.createServer());
      const client = kind.get({ port: server.address().port, host: "127.0.0.1", ...trusting });
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
function whileAsking(run, others = {}) {
  return { ...askedOf(http, run), forms: { secure: askedOf(https, run), ...others } };
}

function askedOf(kind, run) {
  const port = kind === https ? secure : plain;
  return {
    before: () => kind.request({ port, host: "127.0.0.1", method: "POST", ...trusting }).on("error", () => {}),
    run,
    after: (request) => request.destroy(),
  };
}

const onConnected = (run, place = { port: plain, host: "127.0.0.1" }) => ({
  before: async () => {
    const request = http.request({ ...place, method: "POST", agent: false });
    request.on("error", () => {}).flushHeaders();
    const socket = await event(request, "socket");
    if (socket.connecting) {
      await event(socket, "connect");
    }
    return request;
  },
  run,
  after: (request) => request.destroy(),
});

function answered({ response, client }) {
  response.end("text");
  return event(client, "response");
}

function destroyed(request) {
  const closed = event(request.socket, "close");
  request.destroy();
  return closed;
}

const ended = (request) => whole(request.end("text"));

const withServer = (run) => ({ before: () => listening(http.createServer()), run, after: (server) => server.close() });

const withSecureServer = (run) => ({
  before: () => listening(https.createServer(identity)),
  run,
  after: (server) => server.close(),
});

/** The same, and for a request that has no connection yet. */
const onRequests = (run) => {
  const agent = { addRequest: () => {}, protocol: "http:" };
  const before = () => http.request({ port: plain, host: "127.0.0.1", agent });
  return { ...onConnected(run), forms: { unconnected: { before, run }, onPath: onConnected(run, { socketPath }) } };
};

/** Runs a request on a connection that an agent has kept from the one before. */
function onKept(kind, options, run) {
  const keeping = (agent) => run({ host: "127.0.0.1", ...options, agent });
  return {
    before: async () => {
      const agent = new kind.Agent({ keepAlive: true });
      await keeping(agent);
      await new Promise((resolve) => setImmediate(resolve));
      return agent;
    },
    run: (agent) => keeping(agent),
    after: (agent) => agent.destroy(),
  };
}

/** Closes the connections of a server on which a client has been answered and stays. */
function onIdle(kind, close) {
  return {
    before: async () => {
      const server = await listening(kind.createServer(identity, answer));
      const agent = new kind.Agent({ keepAlive: true });
      const place = { port: server.address().port, host: "127.0.0.1", agent, rejectUnauthorized: false };
      await whole(kind.get(place));
      await new Promise((resolve) => setImmediate(resolve));
      return { server, agent };
    },
    run: ({ server }) => close(server),
    after: ({ server, agent }) => {
      agent.destroy();
      server.close();
    },
  };
}

export const snippets = {
  http: {
    request: {
      ...onHosts((host) => whole(http.request({ port: plain, host, agent: false }).end())),
      forms: {
        path: { run: () => whole(http.request({ socketPath, agent: false }).end()) },
        localAddress: { run: () => whole(http.request({ port: plain, ...local }).end()) },
        keptAlive: onKept(http, { port: plain }, (options) => whole(http.request(options).end())),
      },
    },
    get: {
      ...onHosts((host) => whole(http.get({ port: plain, host, agent: false }))),
      forms: {
        path: { run: () => whole(http.get({ socketPath, agent: false })) },
        localAddress: { run: () => whole(http.get({ port: plain, ...local })) },
        keptAlive: onKept(http, { port: plain }, (options) => whole(http.get(options))),
      },
    },
    createServer: {
      before: () => listening(http.createServer(answer)),
      // A server needs its binding when a client comes.
      run: (server) => whole(http.get({ port: server.address().port, host: "127.0.0.1", agent: false })),
      after: (server) => server.close(),
    },
    "Server.prototype.listen": onListening(() => http.createServer(), "http"),
    "Server.prototype.close": onClosing(() => http.createServer(), "GET / HTTP/1.1\r\nHost: hitless.example\r\n\r\n"),
    "Server.prototype.closeAllConnections": {
      ...withServer((server) => server.closeAllConnections()),
      forms: { connections: onIdle(http, (server) => server.closeAllConnections()) },
    },
    "Server.prototype.closeIdleConnections": {
      ...withServer((server) => server.closeIdleConnections()),
      forms: { connections: onIdle(http, (server) => server.closeIdleConnections()) },
    },
    "ServerResponse.prototype.write": whileServing(({ response, client }) => {
      response.write("text");
      response.write("more");
      return event(client, "response");
    }),
    "ServerResponse.prototype.end": whileServing(answered, { together: servedBy(http, answered) }),
    "ServerResponse.prototype.flushHeaders": whileServing(({ response, client }) => {
      response.flushHeaders();
      return event(client, "response");
    }),
    "ServerResponse.prototype.writeContinue": whileServing(({ response, client }) => {
      response.writeContinue();
      return event(client, "continue");
    }),
    "ServerResponse.prototype.writeProcessing": whileServing(({ response, client }) => {
      response.writeProcessing();
      return event(client, "information");
    }),
    "ServerResponse.prototype.writeEarlyHints": whileServing(({ response, client }) => {
      response.writeEarlyHints({ link: "</a.css>; rel=preload" });
      return event(client, "information");
    }),
    "ClientRequest.prototype.setNoDelay": onRequests((request) => request.setNoDelay(false)),
    "ClientRequest.prototype.setSocketKeepAlive": onRequests((request) => request.setSocketKeepAlive(true)),
    "ServerResponse.prototype.writeInformation": whileServing(({ response, client }) => {
      response.writeInformation(103, { link: "</a.css>; rel=preload" });
      return event(client, "information");
    }),
    "ClientRequest.prototype.write": whileAsking((request) => {
      request.write("text");
      return event(request, "response");
    }),
    "ClientRequest.prototype.end": whileAsking(ended, { together: askedOf(http, ended) }),
    "ClientRequest.prototype.destroy": {
      ...onConnected(destroyed),
      forms: { path: onConnected(destroyed, { socketPath }) },
    },
  },
  https: {
    "Server.prototype.closeAllConnections": {
      ...withSecureServer((server) => server.closeAllConnections()),
      forms: { connections: onIdle(https, (server) => server.closeAllConnections()) },
    },
    "Server.prototype.closeIdleConnections": {
      ...withSecureServer((server) => server.closeIdleConnections()),
      forms: { connections: onIdle(https, (server) => server.closeIdleConnections()) },
    },
    request: {
      ...onHosts((host) => whole(https.request({ port: secure, host, ...trusting }).end())),
      forms: {
        path: { run: () => whole(https.request({ socketPath: securePath, ...trusting }).end()) },
        localAddress: { run: () => whole(https.request({ port: secure, ...local }).end()) },
        keptAlive: onKept(https, { port: secure, rejectUnauthorized: false }, (options) =>
          whole(https.request(options).end()),
        ),
      },
    },
    get: {
      ...onHosts((host) => whole(https.get({ port: secure, host, ...trusting }))),
      forms: {
        path: { run: () => whole(https.get({ socketPath: securePath, ...trusting })) },
        localAddress: { run: () => whole(https.get({ port: secure, ...local })) },
        keptAlive: onKept(https, { port: secure, rejectUnauthorized: false }, (options) => whole(https.get(options))),
      },
    },
    createServer: () => void https.createServer(identity),
    "Server.prototype.listen": onListening(() => https.createServer(identity), "https"),
    "Server.prototype.close": onClosing(() => https.createServer(identity)),
  },
};
