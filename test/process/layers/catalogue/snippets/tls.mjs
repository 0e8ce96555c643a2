import tls from "node:tls";
import { event, identity, listening, onHosts } from "./support.mjs";

const server = await listening(tls.createServer(identity, (socket) => socket.on("error", () => {}).pipe(socket)));

async function connected(options = {}) {
  const socket = tls.connect({ port: server.address().port, host: "127.0.0.1", rejectUnauthorized: false, ...options });
  socket.on("error", () => {});
  await event(socket, "secureConnect");
  return socket;
}

function onSocket(run, options) {
  return { before: () => connected(options), run, after: (socket) => socket.destroy() };
}

export const snippets = {
  tls: {
    connect: onHosts((host) => connected({ host })),
    createServer: () => void tls.createServer(identity),
    createSecureContext: () => void tls.createSecureContext(identity),
    getCiphers: () => void tls.getCiphers(),
    getCACertificates: () => void tls.getCACertificates("extra"),
    setDefaultCACertificates: () => tls.setDefaultCACertificates([identity.cert.toString()]),
    "Server.prototype.setSecureContext": {
      before: () => tls.createServer(identity),
      run: (own) => own.setSecureContext(identity),
    },
    "Server.prototype.addContext": {
      before: () => tls.createServer(identity),
      run: (own) => own.addContext("hitless.example", identity),
    },
    TLSSocket: () => void new tls.TLSSocket(undefined, { isServer: true, ...identity }),
    "TLSSocket.prototype.write": onSocket((socket) => {
      const answered = event(socket, "data");
      socket.write("text");
      return answered;
    }),
    "TLSSocket.prototype.getCipher": onSocket((socket) => void socket.getCipher()),
    "TLSSocket.prototype.getEphemeralKeyInfo": onSocket((socket) => void socket.getEphemeralKeyInfo()),
    "TLSSocket.prototype.getFinished": onSocket((socket) => void socket.getFinished()),
    "TLSSocket.prototype.getPeerCertificate": onSocket((socket) => void socket.getPeerCertificate()),
    "TLSSocket.prototype.getPeerX509Certificate": onSocket((socket) => void socket.getPeerX509Certificate()),
    "TLSSocket.prototype.getProtocol": onSocket((socket) => void socket.getProtocol()),
    "TLSSocket.prototype.getSession": onSocket((socket) => void socket.getSession()),
    "TLSSocket.prototype.getSharedSigalgs": onSocket((socket) => void socket.getSharedSigalgs()),
    "TLSSocket.prototype.getTLSTicket": onSocket((socket) => void socket.getTLSTicket()),
    "TLSSocket.prototype.exportKeyingMaterial": onSocket((socket) => void socket.exportKeyingMaterial(16, "label")),
    "TLSSocket.prototype.isSessionReused": onSocket((socket) => void socket.isSessionReused()),
    "TLSSocket.prototype.setMaxSendFragment": onSocket((socket) => void socket.setMaxSendFragment(1024)),
    "TLSSocket.prototype.renegotiate": onSocket(
      (socket) => new Promise((resolve) => socket.renegotiate({ rejectUnauthorized: false }, resolve)),
      { maxVersion: "TLSv1.2" },
    ),
  },
};
