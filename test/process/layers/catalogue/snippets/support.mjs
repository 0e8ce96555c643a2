// What the snippets need: files to work on, and callbacks as promises.
import fs from "node:fs";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { Duplex } from "node:stream";
import tty from "node:tty";

const require = createRequire(import.meta.url);
const SyncWriteStream = require("internal/fs/sync_write_stream");
export const { internalBinding } = require("internal/test/binding");
const { TCP, TCPConnectWrap, constants } = internalBinding("tcp_wrap");

/** Everything that the snippets make on disk is in here; deleted when the process exits. */
export const folder = fs.mkdtempSync(join(tmpdir(), "hitless-catalogue-"));
process.on("exit", () => fs.rmSync(folder, { recursive: true, force: true }));

let number = 0;

/** A path that nothing has. */
export function fresh(suffix = "") {
  number += 1;
  return join(folder, `${number}${suffix}`);
}

export function file(text = "some text\n") {
  const path = fresh(".txt");
  fs.writeFileSync(path, text);
  return path;
}

export function directory() {
  const path = fresh();
  fs.mkdirSync(path);
  fs.writeFileSync(join(path, "one.txt"), "1");
  return path;
}

/** A folder with one in it. */
export function tree() {
  const path = directory();
  fs.mkdirSync(join(path, "below"));
  fs.writeFileSync(join(path, "below", "two.txt"), "2");
  return path;
}

export function link() {
  const path = fresh(".link");
  fs.symlinkSync(file(), path);
  return path;
}

/** Calls a function whose last parameter is a callback with an error and a value. */
export function call(run, ...args) {
  return new Promise((resolve, reject) => {
    run(...args, (error, value) => (error ? reject(error) : resolve(value)));
  });
}

/** The first event of that name; rejects on `error`. */
export function event(emitter, name) {
  return new Promise((resolve, reject) => {
    emitter.once(name, resolve);
    if (name !== "error") {
      emitter.once("error", reject);
    }
  });
}

/** For what is done as well when the system refuses it. */
export async function tolerating(run) {
  try {
    return await run();
  } catch {
    return undefined;
  }
}

/** The same for what is done before it returns. */
export function trying(run) {
  try {
    run();
  } catch {
    // The system was asked, and said no.
  }
}

/** Runs a function in a turn of the event loop of its own. */
export function inOwnTurn(run) {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port2.once("message", () => {
      port1.close();
      resolve(run());
    });
    port1.postMessage("");
  });
}

/** Runs the same for an address and for a name, which has to be looked up. */
export function onHosts(run) {
  return { run: () => run("127.0.0.1"), pooled: () => run("localhost") };
}

/** Begins to listen on a free port of this machine; resolves with the server. */
export async function listening(server, host = "127.0.0.1") {
  server.listen(0, host);
  await event(server, "listening");
  return server;
}

/** The same, until a client has come, which stays. */
export async function visited(server, host = "127.0.0.1") {
  const { port, address } = (await listening(server, host)).address();
  const client = connect({ port, host: address });
  client.on("error", () => {});
  visitors.set(server, client);
  await event(server, "connection");
  return server;
}

/** A server listens in a worker of a cluster, on an address. */
function clustered(module) {
  return { worker: `${created(module)}.listen(0, "127.0.0.1", () => process.exit())` };
}

/** And is closed there, once it listens. */
function closedInWorker(module) {
  return {
    worker: `const server = ${created(module)}.listen(0, "127.0.0.1", () => {
      calls.mark("begin", "Server.prototype.close (clustered)");
      calls.begin();
      server.close(() => process.exit());
    })`,
  };
}

function created(module) {
  return `require("node:${module}").${module === "net" ? "createServer()" : "createServer({})"}`;
}

/** A host that has a second address, at which something listens; nothing does at its first one. */
export const severalAddresses = {
  host: "hitless.example",
  autoSelectFamily: true,
  lookup: (_host, _options, then) =>
    then(undefined, [
      { address: "127.0.0.2", family: 4 },
      { address: "127.0.0.1", family: 4 },
    ]),
};

/** Has a server listen on an address, on a name that is looked up, and on a path. */
export function onListening(create, module) {
  const on = (run) => ({ before: create, run, after: (server) => server.close() });
  return {
    ...on((server) => visited(server)),
    pooled: on((server) => visited(server, "localhost")),
    forms: {
      path: on((server) => visitedByPath(server)),
      clustered: clustered(module),
      givenSocket: {
        before: () => ({ server: create(), given: boundSocket("SERVER"), client: boundSocket("SOCKET") }),
        run: async ({ server, given, client }) => {
          server.listen({ fd: given.fd });
          await event(server, "listening");
          client.connect(new TCPConnectWrap(), "127.0.0.1", server.address().port);
          return event(server, "connection");
        },
        after: ({ server, client }) => {
          client.close();
          server.close();
        },
      },
    },
  };
}

/** As a program gets it from who starts it. */
export function boundSocket(kind) {
  const handle = new TCP(constants[kind]);
  handle.bind("127.0.0.1", 0);
  return handle;
}

/** The same on a path. */
export async function visitedByPath(server) {
  const path = fresh(".sock");
  server.listen(path);
  await event(server, "listening");
  const client = connect(path);
  client.on("error", () => {});
  visitors.set(server, client);
  await event(server, "connection");
  client.destroy();
  return server;
}

/** With a request that is not answered, a connection is not idle. */
async function greeted(server, greeting) {
  if (greeting !== undefined) {
    visitors
      .get(server)
      .on("error", () => {})
      .write(greeting);
    await event(server, "request");
  }
  return server;
}

/** Closes a server that has a client, one that has none, and one on a path. */
export function onClosing(create, greeting, module) {
  const alone = { run: (server) => new Promise((resolve) => server.close(resolve)) };
  return {
    before: async () => greeted(await visited(create()), greeting),
    run: (server) => closed(server),
    forms: {
      noClients: { before: () => listening(create()), ...alone },
      notListening: { before: create, ...alone },
      clustered: closedInWorker(module),
      path: {
        before: async () => {
          const server = create();
          const path = fresh(".sock");
          server.listen(path);
          await event(server, "listening");
          visitors.set(server, connect(path));
          await event(server, "connection");
          return greeted(server, greeting);
        },
        run: (server) => closed(server),
      },
    },
  };
}

/** A server that somebody visits is closed when he has gone. */
export function closed(server) {
  server.close();
  visitors.get(server).destroy();
  return event(server, "close");
}

const visitors = new Map();

const certificates = new URL("../../../../fixtures/protocols/", import.meta.url);

/** While nobody asks whether a certificate is to be trusted. */
export function trusting(snippet) {
  return {
    ...snippet,
    before: async () => {
      process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
      return snippet.before?.();
    },
    after: async (given) => {
      await snippet.after?.(given);
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    },
  };
}

/** What stdout and stderr are when they are no pipe, by the form of what writes to them. */
export const outputs = {
  outputFile: () => new SyncWriteStream(fs.openSync(file(), "r+")),
  outputTerminal: () => new tty.WriteStream(fs.openSync("/dev/ptmx", "r+")),
};

/** A stream that is no socket, and leads to a port. */
export async function throughDuplex(port) {
  const socket = connect({ port, host: "127.0.0.1" });
  await event(socket, "connect");
  const near = new Duplex({
    read: () => socket.resume(),
    write: (chunk, encoding, done) => socket.write(chunk, encoding, done),
    final: (done) => socket.end(done),
  });
  socket.on("data", (chunk) => near.push(chunk)).on("end", () => near.push(null));
  return near;
}

/** Key and certificate of a server that nobody trusts. */
export const identity = {
  key: fs.readFileSync(new URL("key.pem", certificates)),
  cert: fs.readFileSync(new URL("cert.pem", certificates)),
};
