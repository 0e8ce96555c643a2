import type { CatalogueEntry } from "../../entry.ts";
import { entriesOf } from "../rows.ts";

export const httpEntries: readonly CatalogueEntry[] = [
  ...entriesOf(
    ["http", "http_parser", "llhttp", "eventLoop"],
    [
      ["request", "options-callback", "socket", "connect", "exchange"],
      ["get", "options-callback", "socket", "connect", "exchange"],
    ],
    { besides: "hostName" },
  ),
  ...entriesOf(
    ["http", "http_parser", "llhttp", "eventLoop"],
    [
      ["createServer", "options-requestlistener", "accept", "receive"],
      ["ClientRequest#end", "#requestenddata-encoding-callback", "exchange"],
    ],
  ),
  ...entriesOf(
    ["http", "http_parser", "llhttp", "synchronous"],
    [
      ["Server#closeAllConnections", ""],
      ["Server#closeIdleConnections", ""],
    ],
  ),
  ...entriesOf(
    ["http", "tcp_wrap", "uv", "eventLoop"],
    [["Server#listen", "", "socket", "setsockopt", "bind", "listen"]],
    { besides: "hostName" },
  ),
  ...entriesOf(
    ["http", "tcp_wrap", "uv", "eventLoop"],
    [
      ["Server#close", "callback", "hangUp"],
      ["ClientRequest#destroy", "#requestdestroyerror", "hangUp"],
    ],
  ),
  ...entriesOf(
    ["http", "stream_wrap", "uv", "eventLoop"],
    [
      ["ClientRequest#write", "#requestwritechunk-encoding-callback", "sendMany"],
      ["ServerResponse#end", "#responseenddata-encoding-callback", "send"],
      ["ServerResponse#flushHeaders", "#responseflushheaders", "send"],
      ["ServerResponse#write", "#responsewritechunk-encoding-callback", "sendMany"],
      ["ServerResponse#writeContinue", "#responsewritecontinue", "send"],
      ["ServerResponse#writeEarlyHints", "#responsewriteearlyhintshints-callback", "send"],
      ["ServerResponse#writeProcessing", "#responsewriteprocessing", "send"],
    ],
  ),
  ...entriesOf(
    ["https", "tls_wrap", "openssl", "eventLoop"],
    [
      ["request", "options-callback", "socket", "connect", "exchange"],
      ["get", "options-callback", "socket", "connect", "exchange"],
    ],
    { besides: "hostName" },
  ),
  ...entriesOf(["https", "crypto", "openssl", "synchronous"], [["createServer", "options-requestlistener"]]),
  ...entriesOf(
    ["https", "tcp_wrap", "uv", "eventLoop"],
    [["Server#listen", "", "socket", "setsockopt", "bind", "listen"]],
    { besides: "hostName" },
  ),
  ...entriesOf(["https", "tcp_wrap", "uv", "eventLoop"], [["Server#close", "callback", "hangUp"]]),
  ...entriesOf(
    ["http2", "http2", "nghttp2", "eventLoop"],
    [["connect", "authority-options-listener", "socket", "connect", "exchange"]],
    { besides: "hostName" },
  ),
  ...entriesOf(
    ["http2", "http2", "nghttp2", "eventLoop"],
    [
      ["createServer", "options-onrequesthandler", "accept", "receive"],
      ["performServerHandshake", "socket-options", "setsockopt", "sendMany", "receive"],
      ["Http2ServerResponse#end", "#responseenddata-encoding-callback", "sendMany"],
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
      ["ClientRequest#setNoDelay", "#requestsetnodelaynodelay", "setsockopt"],
      ["ClientRequest#setSocketKeepAlive", "#requestsetsocketkeepaliveenable-initialdelay", "setsockopt"],
    ],
  ),
  ...entriesOf(["http", "stream_wrap", "uv", "eventLoop"], [["ServerResponse#writeInformation", null, "send"]], {
    since: 24,
  }),
  ...entriesOf(
    ["https", "http_parser", "llhttp", "synchronous"],
    [
      ["Server#closeAllConnections", ""],
      ["Server#closeIdleConnections", ""],
    ],
  ),
];
