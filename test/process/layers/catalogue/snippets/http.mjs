import http from "node:http";
import https from "node:https";
import { connect } from "node:net";
import tls from "node:tls";
import { event, fresh, identity, listening, onClosing, onHosts, onListening, severalAddresses } from "./support.mjs";

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

/** From the beginning there is none. */
const withUnchanged = ({ forms, ...snippet }) => ({
  ...snippet,
  forms: { ...forms, unchanged: onConnected((request) => request.setNoDelay(true)) },
});

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

/** Runs a request on a connection that it is given. */
function onGiven(kind, run) {
  return {
    before: async () => {
      const place = { host: "127.0.0.1", rejectUnauthorized: false };
      const socket = kind === http ? connect({ ...place, port: plain }) : tls.connect({ ...place, port: secure });
      await event(socket, kind === http ? "connect" : "secureConnect");
      return socket;
    },
    run: (socket) => run({ rejectUnauthorized: false, createConnection: () => socket }),
  };
}

/** What a response is sent with after its first part, once that has come. */
const goingOn = (run) => ({
  ...servedBy(http, run),
  before: async () => {
    const served = await servedBy(http).before();
    served.response.write("text");
    const incoming = (await event(served.client, "response")).resume();
    return { ...served, incoming };
  },
});

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
        attempts: { run: () => whole(http.request({ port: plain, ...severalAddresses, ...trusting }).end()) },
        onSocket: onGiven(http, (options) => whole(http.request(options).end())),
        keptAlive: onKept(http, { port: plain }, (options) => whole(http.request(options).end())),
      },
    },
    get: {
      ...onHosts((host) => whole(http.get({ port: plain, host, agent: false }))),
      forms: {
        path: { run: () => whole(http.get({ socketPath, agent: false })) },
        localAddress: { run: () => whole(http.get({ port: plain, ...local })) },
        attempts: { run: () => whole(http.get({ port: plain, ...severalAddresses, ...trusting })) },
        onSocket: onGiven(http, (options) => whole(http.get(options))),
        keptAlive: onKept(http, { port: plain }, (options) => whole(http.get(options))),
      },
    },
    createServer: {
      before: () => listening(http.createServer(answer)),
      // A server needs its binding when a client comes.
      run: (server) => whole(http.get({ port: server.address().port, host: "127.0.0.1", agent: false })),
      after: (server) => server.close(),
      forms: { untilUsed: { run: () => void http.createServer(answer) } },
    },
    "Server.prototype.listen": onListening(() => http.createServer(), "http"),
    "Server.prototype.close": onClosing(
      () => http.createServer(),
      "GET / HTTP/1.1\r\nHost: hitless.example\r\n\r\n",
      "http",
    ),
    "Server.prototype.closeAllConnections": {
      ...withServer((server) => server.closeAllConnections()),
      forms: { connections: onIdle(http, (server) => server.closeAllConnections()) },
    },
    "Server.prototype.closeIdleConnections": {
      ...withServer((server) => server.closeIdleConnections()),
      forms: { connections: onIdle(http, (server) => server.closeIdleConnections()) },
    },
    "ServerResponse.prototype.write": whileServing(
      ({ response, client }) => {
        response.write("text");
        response.write("more");
        return event(client, "response");
      },
      {
        lengthKnown: servedBy(http, ({ response, client }) => {
          response.writeHead(200, { "content-length": 8 }).write("text");
          return event(client, "response");
        }),
      },
    ),
    "ServerResponse.prototype.end": whileServing(answered, {
      together: servedBy(http, answered),
      bytes: servedBy(http, ({ response, client }) => {
        response.end(Buffer.from("text"));
        return event(client, "response");
      }),
      chunked: goingOn(({ response, incoming }) => {
        response.end("more");
        return event(incoming, "end");
      }),
    }),
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
    "ClientRequest.prototype.setNoDelay": withUnchanged(onRequests((request) => request.setNoDelay(false))),
    "ClientRequest.prototype.setSocketKeepAlive": onRequests((request) => request.setSocketKeepAlive(true)),
    "ServerResponse.prototype.writeInformation": whileServing(({ response, client }) => {
      response.writeInformation(103, { link: "</a.css>; rel=preload" });
      return event(client, "information");
    }),
    "ClientRequest.prototype.write": whileAsking(
      (request) => {
        request.write("text");
        return event(request, "response");
      },
      {
        lengthKnown: askedOf(http, (request) => {
          request.setHeader("content-length", 4);
          request.write("text");
          return event(request, "response");
        }),
      },
    ),
    "ClientRequest.prototype.end": whileAsking(ended, {
      together: askedOf(http, ended),
      bytes: askedOf(http, (request) => whole(request.end(Buffer.from("text")))),
      chunked: onConnected(ended),
    }),
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
        attempts: { run: () => whole(https.request({ port: secure, ...severalAddresses, ...trusting }).end()) },
        onSocket: onGiven(https, (options) => whole(https.request(options).end())),
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
        attempts: { run: () => whole(https.get({ port: secure, ...severalAddresses, ...trusting })) },
        onSocket: onGiven(https, (options) => whole(https.get(options))),
        keptAlive: onKept(https, { port: secure, rejectUnauthorized: false }, (options) => whole(https.get(options))),
      },
    },
    createServer: () => void https.createServer(identity),
    "Server.prototype.listen": onListening(() => https.createServer(identity), "https"),
    "Server.prototype.close": onClosing(() => https.createServer(identity), undefined, "https"),
  },
};
