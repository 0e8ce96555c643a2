import type { CatalogueEntry } from "../../entry.ts";
import { entriesOf } from "../rows.ts";

export const tlsEntries: readonly CatalogueEntry[] = [
  ...entriesOf(
    ["tls", "tls_wrap", "openssl", "eventLoop"],
    [["connect", "options-callback", "socket", "connect", "exchange"]],
    { besides: "hostName" },
  ),
  ...entriesOf(
    ["tls", "tls_wrap", "openssl", "eventLoop"],
    [
      ["TLSSocket#write", null, "send"],
      ["TLSSocket#renegotiate", "options-callback", "exchange"],
    ],
  ),
  ...entriesOf(
    ["tls", "tls_wrap", "openssl", "synchronous"],
    [
      ["TLSSocket", "#new-tlstlssocketsocket-options"],
      ["TLSSocket#exportKeyingMaterial", "length-label-context"],
      ["TLSSocket#getCipher", ""],
      ["TLSSocket#getEphemeralKeyInfo", ""],
      ["TLSSocket#getFinished", ""],
      ["TLSSocket#getPeerCertificate", "detailed"],
      ["TLSSocket#getPeerX509Certificate", ""],
      ["TLSSocket#getProtocol", ""],
      ["TLSSocket#getSession", ""],
      ["TLSSocket#getSharedSigalgs", ""],
      ["TLSSocket#getTLSTicket", ""],
      ["TLSSocket#isSessionReused", ""],
      ["TLSSocket#setMaxSendFragment", "size"],
    ],
  ),
  ...entriesOf(
    ["tls", "crypto", "openssl", "synchronous"],
    [
      ["createSecureContext", "options"],
      ["createServer", "options-secureconnectionlistener"],
      ["Server#addContext", "hostname-context"],
      ["Server#setSecureContext", "options"],
    ],
  ),
  ...entriesOf(
    ["tls", "crypto", "openssl", "synchronous"],
    [["getCACertificates", "type"], "setDefaultCACertificates"],
    { since: 22 },
  ),
  ...entriesOf(["tls", "crypto", "openssl", "synchronous"], [["getCiphers", ""]], {
    source: "crypto/crypto_cipher.cc",
  }),
  ...entriesOf(
    ["tls", "tls_wrap", "openssl", "synchronous"],
    [
      ["TLSSocket#enableTrace", ""],
      ["TLSSocket#getCertificate", ""],
      ["TLSSocket#getPeerFinished", ""],
      ["TLSSocket#getX509Certificate", ""],
      "TLSSocket#setKeyCert",
      "TLSSocket#setServername",
      "TLSSocket#setSession",
    ],
  ),
  ...entriesOf(
    ["tls", "crypto", "openssl", "synchronous"],
    ["SecureContext", ["Server#getTicketKeys", ""], ["Server#setTicketKeys", "keys"]],
  ),
  ...entriesOf(["tls", "crypto", "openssl", "synchronous"], ["getCertificateCompressionAlgorithms"], {
    since: 24,
  }),
];
