import net from "node:net";
import { closed, event, listening, onHosts, visited } from "./support.mjs";

const server = await listening(net.createServer((socket) => socket.on("error", () => {}).pipe(socket)));
const { port } = server.address();

async function connected() {
  const socket = net.connect(port, "127.0.0.1");
  socket.on("error", () => {});
  await event(socket, "connect");
  return socket;
}

function onSocket(run) {
  return { before: connected, run, after: (socket) => socket.destroy() };
}

function onServer(run) {
  return { before: () => listening(net.createServer()), run, after: (own) => own.close() };
}

export const snippets = {
  net: {
    connect: onHosts((host) => event(net.connect(port, host), "connect")),
    createConnection: onHosts((host) => event(net.createConnection(port, host), "connect")),
    "Socket.prototype.connect": onHosts((host) => event(new net.Socket().connect(port, host), "connect")),
    "Socket.prototype.write": onSocket((socket) => {
      const answered = event(socket, "data");
      socket.write("text");
      return answered;
    }),
    "Socket.prototype.end": onSocket((socket) => event(socket.end("text").resume(), "close")),
    "Socket.prototype.destroy": onSocket((socket) => event(socket.destroy(), "close")),
    "Socket.prototype.resetAndDestroy": onSocket((socket) => event(socket.resetAndDestroy(), "close")),
    "Socket.prototype.setNoDelay": onSocket((socket) => void socket.setNoDelay(true)),
    "Socket.prototype.setKeepAlive": onSocket((socket) => void socket.setKeepAlive(true, 1000)),
    "Socket.prototype.address": onSocket((socket) => void socket.address()),
    "Server.prototype.listen": {
      before: () => net.createServer(),
      run: (own) => visited(own),
      after: (own) => own.close(),
    },
    "Server.prototype.address": onServer((own) => void own.address()),
    "Server.prototype.close": {
      before: () => visited(net.createServer()),
      run: (own) => closed(own),
    },
    BlockList: () => void new net.BlockList(),
    "BlockList.prototype.addAddress": {
      before: () => new net.BlockList(),
      run: (list) => void list.addAddress("127.0.0.1"),
    },
    "BlockList.prototype.check": { before: () => new net.BlockList(), run: (list) => void list.check("127.0.0.1") },
    SocketAddress: () => void new net.SocketAddress({ address: "127.0.0.1", port: 1 }),
  },
};
