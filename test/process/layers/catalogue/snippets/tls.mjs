import net from "node:net";
import { Duplex } from "node:stream";
import tls from "node:tls";
import { event, fresh, identity, listening, onHosts, severalAddresses, throughDuplex, trying } from "./support.mjs";

const server = await listening(tls.createServer(identity, (socket) => socket.on("error", () => {}).pipe(socket)));

const path = fresh(".sock");
await event(
  tls.createServer(identity, (socket) => socket.on("error", () => {}).pipe(socket)).listen(path),
  "listening",
);

async function connected(options = {}) {
  const socket = tls.connect({ port: server.address().port, host: "127.0.0.1", rejectUnauthorized: false, ...options });
  socket.on("error", () => {});
  await event(socket, "secureConnect");
  return socket;
}

async function reached(socket) {
  await event(socket, "connect");
  return socket;
}

function onSocket(run, options) {
  return { before: () => connected(options), run, after: (socket) => socket.destroy() };
}

function echoed(socket) {
  const answered = event(socket, "data");
  socket.write("text");
  return answered;
}

/** Runs the same on one that is closed. */
const orClosed = (run) => ({
  ...onSocket(run),
  forms: {
    closed: {
      before: async () => {
        const socket = await connected();
        await event(socket.destroy(), "close");
        return socket;
      },
      run: (socket) => trying(() => run(socket)),
    },
  },
});

export const snippets = {
  tls: {
    connect: {
      ...onHosts((host) => connected({ host })),
      forms: {
        path: { run: () => connected({ path }) },
        localAddress: { run: () => connected({ localAddress: "127.0.0.1" }) },
        onSocket: {
          before: () => reached(net.connect(server.address().port, "127.0.0.1")),
          run: (socket) => connected({ socket }),
        },
        attempts: { run: () => connected(severalAddresses) },
        onDuplex: {
          before: () => throughDuplex(server.address().port),
          run: (socket) => connected({ socket }),
        },
      },
    },
    createServer: () => void tls.createServer(identity),
    createSecureContext: () => void tls.createSecureContext(identity),
    getCiphers: { run: () => void tls.getCiphers(), forms: { known: { run: () => void tls.getCiphers() } } },
    getCACertificates: {
      run: () => void tls.getCACertificates("extra"),
      forms: {
        systemStore: { run: () => void tls.getCACertificates("system") },
        known: { run: () => void tls.getCACertificates("system") },
      },
    },
    setDefaultCACertificates: () => tls.setDefaultCACertificates([identity.cert.toString()]),
    "Server.prototype.setSecureContext": {
      before: () => tls.createServer(identity),
      run: (own) => own.setSecureContext(identity),
    },
    "Server.prototype.addContext": {
      before: () => tls.createServer(identity),
      run: (own) => own.addContext("hitless.example", identity),
      forms: {
        givenContext: {
          before: () => ({ own: tls.createServer(identity), made: tls.createSecureContext(identity) }),
          run: ({ own, made }) => own.addContext("hitless.example", made),
        },
      },
    },
    TLSSocket: {
      run: () => void new tls.TLSSocket(undefined, { isServer: true, ...identity }),
      forms: {
        onDuplex: {
          before: () => new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() }),
          run: (duplex) => void new tls.TLSSocket(duplex).on("error", () => {}),
        },
      },
    },
    "TLSSocket.prototype.write": {
      ...onSocket(echoed),
      forms: {
        onDuplex: {
          before: async () => connected({ socket: await throughDuplex(server.address().port) }),
          run: echoed,
          after: (socket) => socket.destroy(),
        },
      },
    },
    "TLSSocket.prototype.getCipher": orClosed((socket) => void socket.getCipher()),
    "TLSSocket.prototype.getEphemeralKeyInfo": orClosed((socket) => void socket.getEphemeralKeyInfo()),
    "TLSSocket.prototype.getFinished": orClosed((socket) => void socket.getFinished()),
    "TLSSocket.prototype.getPeerCertificate": orClosed((socket) => void socket.getPeerCertificate()),
    "TLSSocket.prototype.getPeerX509Certificate": orClosed((socket) => void socket.getPeerX509Certificate()),
    "TLSSocket.prototype.enableTrace": orClosed((socket) => socket.enableTrace()),
    "TLSSocket.prototype.getCertificate": orClosed((socket) => void socket.getCertificate()),
    "TLSSocket.prototype.getPeerFinished": orClosed((socket) => void socket.getPeerFinished()),
    "TLSSocket.prototype.getX509Certificate": orClosed((socket) => void socket.getX509Certificate()),
    "TLSSocket.prototype.setKeyCert": {
      before: () => new tls.TLSSocket(undefined, { isServer: true, ...identity }),
      run: (socket) => socket.setKeyCert(tls.createSecureContext(identity)),
    },
    "TLSSocket.prototype.setServername": {
      before: () => new tls.TLSSocket(new net.Socket()),
      run: (socket) => socket.setServername("hitless.example"),
      forms: orClosed((socket) => socket.setServername("hitless.example")).forms,
    },
    "TLSSocket.prototype.setSession": {
      before: async () => {
        const socket = await connected({ maxVersion: "TLSv1.2" });
        return { socket, session: socket.getSession() };
      },
      run: ({ socket, session }) => socket.setSession(session),
      after: ({ socket }) => socket.destroy(),
    },
    "Server.prototype.getTicketKeys": {
      before: () => tls.createServer(identity),
      run: (own) => void own.getTicketKeys(),
    },
    "Server.prototype.setTicketKeys": {
      before: () => tls.createServer(identity),
      run: (own) => own.setTicketKeys(Buffer.alloc(48, 1)),
    },
    SecureContext: () => void new tls.SecureContext(),
    getCertificateCompressionAlgorithms: () => void tls.getCertificateCompressionAlgorithms(),
    "TLSSocket.prototype.getProtocol": orClosed((socket) => void socket.getProtocol()),
    "TLSSocket.prototype.getSession": orClosed((socket) => void socket.getSession()),
    "TLSSocket.prototype.getSharedSigalgs": orClosed((socket) => void socket.getSharedSigalgs()),
    "TLSSocket.prototype.getTLSTicket": orClosed((socket) => void socket.getTLSTicket()),
    "TLSSocket.prototype.exportKeyingMaterial": onSocket((socket) => void socket.exportKeyingMaterial(16, "label")),
    "TLSSocket.prototype.isSessionReused": orClosed((socket) => void socket.isSessionReused()),
    "TLSSocket.prototype.setMaxSendFragment": onSocket((socket) => void socket.setMaxSendFragment(1024)),
    "TLSSocket.prototype.renegotiate": onSocket(
      (socket) => new Promise((resolve) => socket.renegotiate({ rejectUnauthorized: false }, resolve)),
      { maxVersion: "TLSv1.2" },
    ),
  },
};
