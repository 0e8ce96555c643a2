import type { CatalogueEntry } from "../../entry.ts";
import { entriesOf } from "../rows.ts";

export const httpEntries: readonly CatalogueEntry[] = [
  ...entriesOf(
    ["http", "http_parser", "llhttp", "eventLoop"],
    [
      ["request", "options-callback", "socket", "connect", "send", "poll", "receive"],
      ["get", "options-callback", "socket", "connect", "send", "poll", "receive"],
    ],
    { besides: "hostName" },
  ),
  ...entriesOf(
    ["http", "http_parser", "llhttp", "eventLoop"],
    [
      ["createServer", "options-requestlistener", "accept", "receive"],
      ["ClientRequest.prototype.end", "#requestenddata-encoding-callback", "send", "poll", "receive"],
    ],
  ),
  ...entriesOf(
    ["http", "http_parser", "llhttp", "synchronous"],
    [
      ["Server.prototype.closeAllConnections", ""],
      ["Server.prototype.closeIdleConnections", ""],
    ],
  ),
  ...entriesOf(
    ["http", "tcp_wrap", "uv", "eventLoop"],
    [["Server.prototype.listen", "", "socket", "setsockopt", "bind", "listen"]],
    { besides: "hostName" },
  ),
  ...entriesOf(
    ["http", "tcp_wrap", "uv", "eventLoop"],
    [
      ["Server.prototype.close", "callback", "hangUp"],
      ["ClientRequest.prototype.destroy", "#requestdestroyerror", "hangUp"],
    ],
  ),
  ...entriesOf(
    ["http", "stream_wrap", "uv", "eventLoop"],
    [
      ["ClientRequest.prototype.write", "#requestwritechunk-encoding-callback", "sendMany"],
      ["ServerResponse.prototype.end", "#responseenddata-encoding-callback", "send"],
      ["ServerResponse.prototype.flushHeaders", "#responseflushheaders", "send"],
      ["ServerResponse.prototype.write", "#responsewritechunk-encoding-callback", "sendMany"],
      ["ServerResponse.prototype.writeContinue", "#responsewritecontinue", "send"],
      ["ServerResponse.prototype.writeEarlyHints", "#responsewriteearlyhintshints-callback", "send"],
      ["ServerResponse.prototype.writeProcessing", "#responsewriteprocessing", "send"],
    ],
  ),
  ...entriesOf(
    ["https", "tls_wrap", "openssl", "eventLoop"],
    [
      ["request", "options-callback", "socket", "connect", "send", "poll", "receive"],
      ["get", "options-callback", "socket", "connect", "send", "poll", "receive"],
    ],
    { besides: "hostName" },
  ),
  ...entriesOf(["https", "crypto", "openssl", "synchronous"], [["createServer", "options-requestlistener"]]),
  ...entriesOf(
    ["https", "tcp_wrap", "uv", "eventLoop"],
    [["Server.prototype.listen", "", "socket", "setsockopt", "bind", "listen"]],
    { besides: "hostName" },
  ),
  ...entriesOf(["https", "tcp_wrap", "uv", "eventLoop"], [["Server.prototype.close", "callback", "hangUp"]]),
  ...entriesOf(
    ["http2", "http2", "nghttp2", "eventLoop"],
    [["connect", "authority-options-listener", "socket", "connect", "send", "poll", "receive"]],
    { besides: "hostName" },
  ),
  ...entriesOf(
    ["http2", "http2", "nghttp2", "eventLoop"],
    [
      ["createServer", "options-onrequesthandler", "accept", "receive"],
      ["performServerHandshake", "socket-options", "setsockopt", "sendMany", "receive"],
      ["Http2ServerResponse.prototype.end", "#responseenddata-encoding-callback", "sendMany"],
    ],
  ),
  ...entriesOf(
    ["http2", "http2", "nghttp2", "synchronous"],
    [
      ["getDefaultSettings", ""],
      ["getPackedSettings", "settings"],
    ],
  ),
  ...entriesOf(["http2", "crypto", "openssl", "synchronous"], [["createSecureServer", "options-onrequesthandler"]]),
  ...entriesOf(
    ["http", "tcp_wrap", "uv", "synchronous"],
    [
      ["ClientRequest.prototype.setNoDelay", "#requestsetnodelaynodelay", "setsockopt"],
      ["ClientRequest.prototype.setSocketKeepAlive", "#requestsetsocketkeepaliveenable-initialdelay", "setsockopt"],
    ],
  ),
  ...entriesOf(
    ["http", "stream_wrap", "uv", "eventLoop"],
    [["ServerResponse.prototype.writeInformation", null, "send"]],
    { since: 24 },
  ),
  ...entriesOf(
    ["https", "http_parser", "llhttp", "synchronous"],
    [
      ["Server.prototype.closeAllConnections", ""],
      ["Server.prototype.closeIdleConnections", ""],
    ],
  ),
];
