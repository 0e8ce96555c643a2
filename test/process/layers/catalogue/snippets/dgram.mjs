import dgram from "node:dgram";
import { event, internalBinding, tolerating, trying } from "./support.mjs";

const { UDP } = internalBinding("udp_wrap");

async function bound() {
  const socket = dgram.createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await event(socket, "listening");
  return socket;
}

function onBound(run) {
  return { before: bound, run, after: (socket) => tolerating(() => socket.close()) };
}

function onHostsOf(before, run) {
  const after = (socket) => socket.close();
  return {
    before,
    run: (socket) => run(socket, "127.0.0.1"),
    after,
    pooled: { before, run: (socket) => run(socket, "localhost"), after },
  };
}

function onUnbound(run) {
  return { before: () => dgram.createSocket("udp4"), run, after: (socket) => tolerating(() => socket.close()) };
}

const boundOrNot = (run) => ({ ...onBound(run), forms: { unbound: onUnbound(run) } });

/** Sends from a socket that is not bound to one that is. */
function onPair(run) {
  return {
    before: async () => ({ socket: dgram.createSocket("udp4"), receiver: await bound() }),
    run: ({ socket, receiver }) => run(socket, receiver.address().port),
    after: ({ socket, receiver }) => {
      socket.close();
      receiver.close();
    },
  };
}

async function connected() {
  const socket = await bound();
  socket.connect(socket.address().port, "127.0.0.1");
  await event(socket, "connect");
  return socket;
}

function bind(socket, host) {
  socket.bind(0, host);
  return event(socket, "listening");
}

const sentTo = (socket, port, host) => new Promise((sent) => socket.sendto("text", 0, 4, port, host, sent));

const group = "224.0.0.114";

export const snippets = {
  dgram: {
    createSocket: () => void dgram.createSocket("udp4").unref(),
    "Socket.prototype.bind": {
      ...onHostsOf(() => dgram.createSocket("udp4"), bind),
      forms: {
        options: {
          before: () => dgram.createSocket({ type: "udp4", reuseAddr: true }),
          run: (socket) => bind(socket, "127.0.0.1"),
        },
        givenSocket: {
          before: () => {
            const given = new UDP();
            given.bind("127.0.0.1", 0, 0);
            return { socket: dgram.createSocket("udp4"), given };
          },
          run: ({ socket, given }) => void socket.bind({ fd: given.fd }),
        },
        clustered: {
          worker: `require("node:dgram").createSocket("udp4").bind(0, "127.0.0.1", () => process.exit())`,
        },
      },
    },
    "Socket.prototype.send": {
      ...onHostsOf(
        bound,
        (socket, host) => new Promise((sent) => socket.send("text", socket.address().port, host, sent)),
      ),
      forms: {
        unbound: onPair((socket, port) => new Promise((sent) => socket.send("text", port, "127.0.0.1", sent))),
      },
    },
    "Socket.prototype.connect": {
      ...onHostsOf(bound, (socket, host) => {
        socket.connect(socket.address().port, host);
        return event(socket, "connect");
      }),
      forms: {
        unbound: onUnbound((socket) => {
          socket.connect(9, "127.0.0.1");
          return event(socket, "connect");
        }),
      },
    },
    "Socket.prototype.disconnect": { before: connected, run: (socket) => socket.disconnect() },
    "Socket.prototype.address": onBound((socket) => void socket.address()),
    "Socket.prototype.remoteAddress": { before: connected, run: (socket) => void socket.remoteAddress() },
    "Socket.prototype.close": {
      before: bound,
      run: (socket) => void socket.close(),
      forms: {
        neverBound: { before: () => dgram.createSocket("udp4"), run: (socket) => void socket.close() },
        clustered: {
          worker: `const socket = require("node:dgram").createSocket("udp4").bind(0, "127.0.0.1", () => {
            calls.mark("begin", "Socket.prototype.close (clustered)");
            calls.begin();
            socket.close(() => process.exit());
          })`,
        },
      },
    },
    "Socket.prototype.sendto": {
      ...onHostsOf(bound, (socket, host) => sentTo(socket, socket.address().port, host)),
      forms: { unbound: onPair((socket, port) => sentTo(socket, port, "127.0.0.1")) },
    },
    "Socket.prototype.bindSync": {
      before: () => dgram.createSocket("udp4"),
      run: (socket) => void socket.bindSync({ address: "127.0.0.1" }),
      after: (socket) => socket.close(),
      forms: {
        options: {
          before: () => dgram.createSocket({ type: "udp4", reuseAddr: true }),
          run: (socket) => void socket.bindSync({ address: "127.0.0.1" }),
          after: (socket) => socket.close(),
        },
      },
    },
    "Socket.prototype.connectSync": {
      ...onBound((socket) => void socket.connectSync(socket.address().port, "127.0.0.1")),
      forms: { unbound: onUnbound((socket) => void socket.connectSync(9, "127.0.0.1")) },
    },
    "Socket.prototype.addSourceSpecificMembership": boundOrNot((socket) =>
      trying(() => socket.addSourceSpecificMembership("127.0.0.1", "232.0.0.114", "127.0.0.1")),
    ),
    "Socket.prototype.dropSourceSpecificMembership": boundOrNot((socket) =>
      trying(() => socket.dropSourceSpecificMembership("127.0.0.1", "232.0.0.114", "127.0.0.1")),
    ),
    "Socket.prototype.getSendQueueCount": onBound((socket) => void socket.getSendQueueCount()),
    "Socket.prototype.getSendQueueSize": onBound((socket) => void socket.getSendQueueSize()),
    "Socket.prototype.ref": onBound((socket) => void socket.ref()),
    "Socket.prototype.unref": onBound((socket) => void socket.unref()),
    "Socket.prototype.setBroadcast": onBound((socket) => socket.setBroadcast(true)),
    "Socket.prototype.setTTL": onBound((socket) => void socket.setTTL(8)),
    "Socket.prototype.setMulticastTTL": onBound((socket) => void socket.setMulticastTTL(8)),
    "Socket.prototype.setMulticastLoopback": onBound((socket) => void socket.setMulticastLoopback(true)),
    "Socket.prototype.setMulticastInterface": onBound((socket) => socket.setMulticastInterface("127.0.0.1")),
    "Socket.prototype.addMembership": boundOrNot((socket) => trying(() => socket.addMembership(group, "127.0.0.1"))),
    "Socket.prototype.dropMembership": boundOrNot((socket) => trying(() => socket.dropMembership(group, "127.0.0.1"))),
    "Socket.prototype.setRecvBufferSize": onBound((socket) => socket.setRecvBufferSize(8192)),
    "Socket.prototype.setSendBufferSize": onBound((socket) => socket.setSendBufferSize(8192)),
    "Socket.prototype.getRecvBufferSize": onBound((socket) => void socket.getRecvBufferSize()),
    "Socket.prototype.getSendBufferSize": onBound((socket) => void socket.getSendBufferSize()),
  },
};
