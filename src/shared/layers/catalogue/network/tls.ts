import type { CatalogueEntry } from "../../entry.ts";
import { entriesOf } from "../rows.ts";

export const tlsEntries: readonly CatalogueEntry[] = [
  ...entriesOf(
    ["tls", "tls_wrap", "openssl", "eventLoop"],
    [["connect", "options-callback", "socket", "connect", "send", "poll", "receive"]],
    { besides: "hostName" },
  ),
  ...entriesOf(
    ["tls", "tls_wrap", "openssl", "eventLoop"],
    [
      ["TLSSocket.prototype.write", null, "send"],
      ["TLSSocket.prototype.renegotiate", "options-callback", "send", "poll", "receive"],
    ],
  ),
  ...entriesOf(
    ["tls", "tls_wrap", "openssl", "synchronous"],
    [
      ["TLSSocket", "#new-tlstlssocketsocket-options"],
      ["TLSSocket.prototype.exportKeyingMaterial", "length-label-context"],
      ["TLSSocket.prototype.getCipher", ""],
      ["TLSSocket.prototype.getEphemeralKeyInfo", ""],
      ["TLSSocket.prototype.getFinished", ""],
      ["TLSSocket.prototype.getPeerCertificate", "detailed"],
      ["TLSSocket.prototype.getPeerX509Certificate", ""],
      ["TLSSocket.prototype.getProtocol", ""],
      ["TLSSocket.prototype.getSession", ""],
      ["TLSSocket.prototype.getSharedSigalgs", ""],
      ["TLSSocket.prototype.getTLSTicket", ""],
      ["TLSSocket.prototype.isSessionReused", ""],
      ["TLSSocket.prototype.setMaxSendFragment", "size"],
    ],
  ),
  ...entriesOf(
    ["tls", "crypto", "openssl", "synchronous"],
    [
      ["createSecureContext", "options"],
      ["createServer", "options-secureconnectionlistener"],
      ["Server.prototype.addContext", "hostname-context"],
      ["Server.prototype.setSecureContext", "options"],
    ],
  ),
  ...entriesOf(
    ["tls", "crypto", "openssl", "synchronous"],
    [
      ["getCACertificates", "type"],
      ["setDefaultCACertificates", null],
    ],
    { since: 22 },
  ),
  ...entriesOf(["tls", "crypto", "openssl", "synchronous"], [["getCiphers", ""]], {
    source: "crypto/crypto_cipher.cc",
  }),
  ...entriesOf(
    ["tls", "tls_wrap", "openssl", "synchronous"],
    [
      ["TLSSocket.prototype.enableTrace", ""],
      ["TLSSocket.prototype.getCertificate", ""],
      ["TLSSocket.prototype.getPeerFinished", ""],
      ["TLSSocket.prototype.getX509Certificate", ""],
      ["TLSSocket.prototype.setKeyCert", null],
      ["TLSSocket.prototype.setServername", null],
      ["TLSSocket.prototype.setSession", null],
    ],
  ),
  ...entriesOf(
    ["tls", "crypto", "openssl", "synchronous"],
    [
      ["SecureContext", null],
      ["Server.prototype.getTicketKeys", ""],
      ["Server.prototype.setTicketKeys", "keys"],
    ],
  ),
  ...entriesOf(["tls", "crypto", "openssl", "synchronous"], [["getCertificateCompressionAlgorithms", null]], {
    since: 24,
  }),
];
