import dgram from "node:dgram";
import { event, tolerating } from "./support.mjs";

async function bound() {
  const socket = dgram.createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await event(socket, "listening");
  return socket;
}

function onBound(run) {
  return { before: bound, run, after: (socket) => tolerating(() => socket.close()) };
}

async function connected() {
  const socket = await bound();
  socket.connect(socket.address().port, "127.0.0.1");
  await event(socket, "connect");
  return socket;
}

const group = "224.0.0.114";

export const snippets = {
  dgram: {
    createSocket: () => void dgram.createSocket("udp4").unref(),
    "Socket.prototype.bind": {
      before: () => dgram.createSocket("udp4"),
      run: async (socket) => {
        socket.bind(0, "127.0.0.1");
        await event(socket, "listening");
      },
      after: (socket) => socket.close(),
    },
    "Socket.prototype.send": onBound((socket) => {
      const received = event(socket, "message");
      socket.send("text", socket.address().port, "127.0.0.1");
      return received;
    }),
    "Socket.prototype.connect": onBound(async (socket) => {
      socket.connect(socket.address().port, "127.0.0.1");
      await event(socket, "connect");
    }),
    "Socket.prototype.disconnect": { before: connected, run: (socket) => socket.disconnect() },
    "Socket.prototype.address": onBound((socket) => void socket.address()),
    "Socket.prototype.remoteAddress": { before: connected, run: (socket) => void socket.remoteAddress() },
    "Socket.prototype.close": { before: bound, run: (socket) => event(socket.close(), "close") },
    "Socket.prototype.setBroadcast": onBound((socket) => socket.setBroadcast(true)),
    "Socket.prototype.setTTL": onBound((socket) => void socket.setTTL(8)),
    "Socket.prototype.setMulticastTTL": onBound((socket) => void socket.setMulticastTTL(8)),
    "Socket.prototype.setMulticastLoopback": onBound((socket) => void socket.setMulticastLoopback(true)),
    "Socket.prototype.setMulticastInterface": onBound((socket) => socket.setMulticastInterface("127.0.0.1")),
    "Socket.prototype.addMembership": onBound((socket) => tolerating(() => socket.addMembership(group, "127.0.0.1"))),
    "Socket.prototype.dropMembership": onBound((socket) => tolerating(() => socket.dropMembership(group, "127.0.0.1"))),
    "Socket.prototype.setRecvBufferSize": onBound((socket) => socket.setRecvBufferSize(8192)),
    "Socket.prototype.setSendBufferSize": onBound((socket) => socket.setSendBufferSize(8192)),
    "Socket.prototype.getRecvBufferSize": onBound((socket) => void socket.getRecvBufferSize()),
    "Socket.prototype.getSendBufferSize": onBound((socket) => void socket.getSendBufferSize()),
  },
};
