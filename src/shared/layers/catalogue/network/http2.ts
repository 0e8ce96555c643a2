import type { CatalogueEntry } from "../../entry.ts";
import { entriesOf } from "../rows.ts";

export const http2Entries: readonly CatalogueEntry[] = [
  ...entriesOf(
    ["http2", "http2", "nghttp2", "synchronous"],
    [
      ["Http2Session#close", "callback"],
      ["Http2Session#setLocalWindowSize", "windowsize"],
    ],
  ),
  ...entriesOf(
    ["http2", "tcp_wrap", "uv", "synchronous"],
    [
      ["Http2Session#ref", ""],
      ["Http2Session#unref", ""],
    ],
  ),
  ...entriesOf(
    ["http2", "http2", "nghttp2", "eventLoop"],
    [
      ["Http2Session#goaway", "code-laststreamid-opaquedata"],
      ["Http2Session#ping", "payload-callback"],
      ["Http2Session#settings", "settings-callback"],
      ["ClientHttp2Session#request", "headers-options"],
      ["ServerHttp2Session#altsvc", "alt-originorstream"],
      ["ServerHttp2Session#origin", "origins"],
      ["Http2Stream#close", "code-callback"],
      ["Http2Stream#sendTrailers", "headers"],
      ["ServerHttp2Stream#additionalHeaders", "#http2streamadditionalheadersheaders"],
      ["ServerHttp2Stream#pushStream", "#http2streampushstreamheaders-options-callback"],
      ["ServerHttp2Stream#respond", "#http2streamrespondheaders-options"],
      ["Http2ServerResponse#createPushResponse", "#responsecreatepushresponseheaders-callback"],
      "Http2ServerResponse#flushHeaders",
      ["Http2ServerResponse#writeContinue", "#responsewritecontinue"],
      ["Http2ServerResponse#writeEarlyHints", "#responsewriteearlyhintshints"],
    ],
    { operations: ["exchange"] },
  ),
  ...entriesOf(
    ["http2", "http2", "nghttp2", "eventLoop"],
    [
      ["Http2Session#destroy", "error-code", "send", "shutdown"],
      ["Http2ServerResponse#write", "#responsewritechunk-encoding-callback", "sendMany"],
    ],
  ),
  ...entriesOf(["http2", "http2", "nghttp2", "eventLoop"], ["Http2ServerResponse#writeInformation"], {
    since: 24,
    operations: ["exchange"],
  }),
  ...entriesOf(
    ["http2", "http2", "uv", "threadPool"],
    [
      ["ServerHttp2Stream#respondWithFD", "#http2streamrespondwithfdfd-headers-options", "pread"],
      [
        "ServerHttp2Stream#respondWithFile",
        "#http2streamrespondwithfilepath-headers-options",
        "open",
        "fstat",
        "pread",
        "close",
      ],
    ],
  ),
];
