import net from "node:net";
import {
  boundSocket,
  event,
  fresh,
  internalBinding,
  listening,
  onClosing,
  onHosts,
  onListening,
  severalAddresses,
  tolerating,
} from "./support.mjs";

const { Pipe, constants } = internalBinding("pipe_wrap");
const { TCPConnectWrap } = internalBinding("tcp_wrap");

const server = await listening(net.createServer((socket) => socket.on("error", () => {}).pipe(socket)));
const { port } = server.address();

async function connected(...place) {
  const socket = net.connect(...(place.length > 0 ? place : [port, "127.0.0.1"]));
  socket.on("error", () => {});
  await event(socket, "connect");
  return socket;
}

function onSocket(run) {
  return { before: () => connected(), run, after: (socket) => socket.destroy() };
}

/** Runs the same for a socket that is connected and for one that is not yet. */
function onSockets(run) {
  return { ...onSocket(run), forms: { unconnected: { before: () => new net.Socket(), run } } };
}

/** And, by the form of that, for one that is connected to a path. */
function withPath({ forms, ...snippet }, form) {
  return { ...snippet, forms: { ...forms, [form]: { ...snippet, before: () => connected(path) } } };
}

/** And again. */
function twice({ forms, ...snippet }, form) {
  const before = async () => {
    const socket = await connected();
    snippet.run(socket);
    return socket;
  };
  return { ...snippet, forms: { ...forms, [form]: { ...snippet, before } } };
}

/** And, by the form of that, for one that is never connected. */
function orNever({ forms, ...snippet }, form) {
  return { ...snippet, forms: { ...forms, [form]: { before: () => new net.Socket(), run: snippet.run } } };
}

/** A socket that is made already has got its options then. */
function withoutOptions({ forms: { socketOptions: _ofSocket, ...forms }, ...snippet }) {
  return { ...snippet, forms };
}

/** And with a socket that is bound already. */
function withBound(run) {
  const { forms, ...snippet } = onPlaces(run);
  const boundSocket = {
    before: () => new net.BoundSocket({ host: "127.0.0.1" }),
    run: (handle) => event(run({ port, host: "127.0.0.1", handle }), "connect"),
  };
  return { ...snippet, forms: { ...forms, boundSocket } };
}

/** As a program gets it from who starts it. */
function boundPipe() {
  const handle = new Pipe(constants.SOCKET);
  handle.bind(fresh(".sock"));
  return handle;
}

function onServer(run, form) {
  const snippet = { run, after: (own) => own.close() };
  const byPath = async () => {
    const own = net.createServer().listen(fresh(".sock"));
    await event(own, "listening");
    return own;
  };
  const forms = { [form]: { ...snippet, before: byPath }, notListening: { before: () => net.createServer(), run } };
  return { ...snippet, before: () => listening(net.createServer()), forms };
}

function onList(methods) {
  return Object.fromEntries(
    Object.entries(methods).map(([name, args]) => [
      `BlockList.prototype.${name}`,
      { before: () => new net.BlockList(), run: (list) => void list[name](...args) },
    ]),
  );
}

const path = fresh(".sock");
const local = net.createServer((socket) => socket.on("error", () => {}).pipe(socket)).listen(path);
await event(local, "listening");

/** Runs the same for a port, whose host may have a name, and for a path. */
const onPlaces = (run) => ({
  ...onHosts((host) => event(run(port, host), "connect")),
  forms: {
    path: { run: () => event(run(path), "connect") },
    localAddress: { run: () => event(run({ port, host: "127.0.0.1", localAddress: "127.0.0.1" }), "connect") },
    attempts: { run: () => event(run({ ...severalAddresses, port }), "connect") },
    socketOptions: { run: () => event(run({ port, host: "127.0.0.1", noDelay: true }), "connect") },
  },
});

/** And with a socket that is bound already, and for a file that everyone may use. */
function withListening({ forms, ...snippet }) {
  const visitedBy = (place, visit) => ({
    before: () => ({ own: net.createServer(), given: place(), client: boundSocket("SOCKET") }),
    run: async ({ own, given, client }) => {
      own.listen(given);
      await event(own, "listening");
      visit(own.address(), client);
      return event(own, "connection");
    },
    after: ({ own, client }) => {
      client.close();
      own.close();
    },
  });
  return {
    ...snippet,
    forms: {
      ...forms,
      boundSocket: visitedBy(
        () => new net.BoundSocket({ host: "127.0.0.1" }),
        ({ port: there }, client) => client.connect(new TCPConnectWrap(), "127.0.0.1", there),
      ),
      everyone: visitedBy(
        () => ({ path: fresh(".sock"), readableAll: true, writableAll: true }),
        (there) =>
          net
            .connect(there)
            .on("error", () => {})
            .end(),
      ),
    },
  };
}

export const snippets = {
  net: {
    connect: withBound((...place) => net.connect(...place)),
    createConnection: withBound((...place) => net.createConnection(...place)),
    "Socket.prototype.connect": withoutOptions(onPlaces((...place) => new net.Socket().connect(...place))),
    "Socket.prototype.write": {
      ...onSocket((socket) => {
        const answered = event(socket, "data");
        socket.write("text");
        return answered;
      }),
      forms: {
        corked: onSocket((socket) => {
          const answered = event(socket, "data");
          socket.cork();
          socket.write("text");
          socket.write("more");
          socket.uncork();
          return answered;
        }),
        gathered: {
          before: () => net.connect(port, "127.0.0.1").on("error", () => {}),
          run: (socket) => {
            for (const text of ["some", "more", "text"]) {
              socket.write(text);
            }
            return new Promise((resolve) => socket.write("end", resolve));
          },
          after: (socket) => socket.destroy(),
        },
      },
    },
    Socket: {
      before: () => boundSocket("SOCKET"),
      run: (given) => void new net.Socket({ fd: given.fd, readable: false, writable: false }),
      forms: {
        noDescriptor: { run: () => void new net.Socket() },
        path: {
          before: boundPipe,
          run: (given) => void new net.Socket({ fd: given.fd, readable: false, writable: false }),
        },
      },
    },
    "Socket.prototype.end": {
      ...onSocket((socket) => event(socket.end("text").resume(), "close")),
      forms: { noData: onSocket((socket) => event(socket.end().resume(), "close")) },
    },
    "Socket.prototype.destroy": orNever(
      withPath(
        onSocket((socket) => event(socket.destroy(), "close")),
        "path",
      ),
      "neverConnected",
    ),
    "Socket.prototype.resetAndDestroy": orNever(
      onSocket((socket) => tolerating(() => event(socket.resetAndDestroy(), "close"))),
      "neverConnected",
    ),
    "Socket.prototype.setNoDelay": twice(
      withPath(
        onSockets((socket) => void socket.setNoDelay(true)),
        "onPath",
      ),
      "unchanged",
    ),
    "Socket.prototype.setKeepAlive": twice(
      withPath(
        onSockets((socket) => void socket.setKeepAlive(true, 1000)),
        "onPath",
      ),
      "unchanged",
    ),
    "Socket.prototype.address": orNever(
      twice(
        withPath(
          onSocket((socket) => void socket.address()),
          "onPath",
        ),
        "known",
      ),
      "neverConnected",
    ),
    "Server.prototype.listen": withListening(onListening(() => net.createServer(), "net")),
    "Server.prototype.address": onServer((own) => void own.address(), "onPath"),
    "Server.prototype.close": onClosing(() => net.createServer(), undefined, "net"),
    BlockList: () => void new net.BlockList(),
    "BlockList.prototype.addAddress": {
      before: () => new net.BlockList(),
      run: (list) => void list.addAddress("127.0.0.1"),
    },
    "BlockList.prototype.check": { before: () => new net.BlockList(), run: (list) => void list.check("127.0.0.1") },
    ...onList({
      addAddresses: [["127.0.0.1", "127.0.0.2"]],
      addCIDR: ["127.0.0.0/8"],
      addCIDRs: [["127.0.0.0/8"]],
      addRange: ["127.0.0.1", "127.0.0.9"],
      addSubnet: ["127.0.0.0", 8],
      clear: [],
      fromJSON: [["Subnet: IPv4 127.0.0.0/8"]],
      removeAddress: ["127.0.0.1"],
      removeCIDR: ["127.0.0.0/8"],
      removeRange: ["127.0.0.1", "127.0.0.9"],
      removeSubnet: ["127.0.0.0", 8],
      toJSON: [],
    }),
    BoundSocket: {
      run: () => new net.BoundSocket({ host: "127.0.0.1" }).close(),
      forms: { path: { run: () => new net.BoundSocket({ path: fresh(".sock") }).close() } },
    },
    "BoundSocket.prototype.close": {
      before: () => new net.BoundSocket({ host: "127.0.0.1" }),
      run: (own) => void own.close(),
      forms: {
        path: { before: () => new net.BoundSocket({ path: fresh(".sock") }), run: (own) => void own.close() },
      },
    },
    "Server.prototype.ref": onServer((own) => void own.ref(), "path"),
    "Server.prototype.unref": onServer((own) => void own.unref(), "path"),
    "Socket.prototype.getTypeOfService": withPath(
      onSockets((socket) => void socket.getTypeOfService()),
      "onPath",
    ),
    "Socket.prototype.ref": withPath(
      onSockets((socket) => void socket.ref()),
      "path",
    ),
    "Socket.prototype.setTypeOfService": twice(
      withPath(
        onSockets((socket) => void socket.setTypeOfService(8)),
        "onPath",
      ),
      "unchanged",
    ),
    "Socket.prototype.unref": withPath(
      onSockets((socket) => void socket.unref()),
      "path",
    ),
    "SocketAddress.parse": () => void net.SocketAddress.parse("127.0.0.1:80"),
    SocketAddress: () => void new net.SocketAddress({ address: "127.0.0.1", port: 1 }),
  },
};
