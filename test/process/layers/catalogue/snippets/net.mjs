import net from "node:net";
import { event, fresh, listening, onClosing, onHosts, onListening } from "./support.mjs";

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

function onServer(run, form) {
  const snippet = { run, after: (own) => own.close() };
  const byPath = async () => {
    const own = net.createServer().listen(fresh(".sock"));
    await event(own, "listening");
    return own;
  };
  return { ...snippet, before: () => listening(net.createServer()), forms: { [form]: { ...snippet, before: byPath } } };
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
  },
});

export const snippets = {
  net: {
    connect: onPlaces((...place) => net.connect(...place)),
    createConnection: onPlaces((...place) => net.createConnection(...place)),
    "Socket.prototype.connect": onPlaces((...place) => new net.Socket().connect(...place)),
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
      },
    },
    "Socket.prototype.end": onSocket((socket) => event(socket.end("text").resume(), "close")),
    "Socket.prototype.destroy": withPath(
      onSocket((socket) => event(socket.destroy(), "close")),
      "path",
    ),
    "Socket.prototype.resetAndDestroy": onSocket((socket) => event(socket.resetAndDestroy(), "close")),
    "Socket.prototype.setNoDelay": withPath(
      onSockets((socket) => void socket.setNoDelay(true)),
      "onPath",
    ),
    "Socket.prototype.setKeepAlive": withPath(
      onSockets((socket) => void socket.setKeepAlive(true, 1000)),
      "onPath",
    ),
    "Socket.prototype.address": withPath(
      onSocket((socket) => void socket.address()),
      "onPath",
    ),
    "Server.prototype.listen": onListening(() => net.createServer(), "net"),
    "Server.prototype.address": onServer((own) => void own.address(), "onPath"),
    "Server.prototype.close": onClosing(() => net.createServer()),
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
    BoundSocket: () => new net.BoundSocket({ host: "127.0.0.1" }).close(),
    "BoundSocket.prototype.close": {
      before: () => new net.BoundSocket({ host: "127.0.0.1" }),
      run: (own) => void own.close(),
    },
    "Server.prototype.ref": onServer((own) => void own.ref(), "path"),
    "Server.prototype.unref": onServer((own) => void own.unref(), "path"),
    "Socket.prototype.getTypeOfService": withPath(
      onSockets((socket) => void socket.getTypeOfService()),
      "onPath",
    ),
    "Socket.prototype.ref": withPath(
      onSocket((socket) => void socket.ref()),
      "path",
    ),
    "Socket.prototype.setTypeOfService": withPath(
      onSockets((socket) => void socket.setTypeOfService(8)),
      "onPath",
    ),
    "Socket.prototype.unref": withPath(
      onSocket((socket) => void socket.unref()),
      "path",
    ),
    "SocketAddress.parse": () => void net.SocketAddress.parse("127.0.0.1:80"),
    SocketAddress: () => void new net.SocketAddress({ address: "127.0.0.1", port: 1 }),
  },
};
