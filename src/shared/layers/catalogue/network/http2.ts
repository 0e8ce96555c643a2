import type { CatalogueEntry } from "../../entry.ts";
import { entriesOf } from "../rows.ts";

export const http2Entries: readonly CatalogueEntry[] = [
  ...entriesOf(
    ["http2", "http2", "nghttp2", "synchronous"],
    [
      ["Http2Session.prototype.close", "callback"],
      ["Http2Session.prototype.setLocalWindowSize", "windowsize"],
    ],
  ),
  ...entriesOf(
    ["http2", "tcp_wrap", "uv", "synchronous"],
    [
      ["Http2Session.prototype.ref", ""],
      ["Http2Session.prototype.unref", ""],
    ],
  ),
  ...entriesOf(
    ["http2", "http2", "nghttp2", "eventLoop"],
    [
      ["Http2Session.prototype.goaway", "code-laststreamid-opaquedata"],
      ["Http2Session.prototype.ping", "payload-callback"],
      ["Http2Session.prototype.settings", "settings-callback"],
      ["ClientHttp2Session.prototype.request", "headers-options"],
      ["ServerHttp2Session.prototype.altsvc", "alt-originorstream"],
      ["ServerHttp2Session.prototype.origin", "origins"],
      ["Http2Stream.prototype.close", "code-callback"],
      ["Http2Stream.prototype.sendTrailers", "headers"],
      ["ServerHttp2Stream.prototype.additionalHeaders", "#http2streamadditionalheadersheaders"],
      ["ServerHttp2Stream.prototype.pushStream", "#http2streampushstreamheaders-options-callback"],
      ["ServerHttp2Stream.prototype.respond", "#http2streamrespondheaders-options"],
      ["Http2ServerResponse.prototype.createPushResponse", "#responsecreatepushresponseheaders-callback"],
      ["Http2ServerResponse.prototype.flushHeaders", null],
      ["Http2ServerResponse.prototype.writeContinue", "#responsewritecontinue"],
      ["Http2ServerResponse.prototype.writeEarlyHints", "#responsewriteearlyhintshints"],
    ],
    { operations: ["send", "poll", "receive"] },
  ),
  ...entriesOf(
    ["http2", "http2", "nghttp2", "eventLoop"],
    [
      ["Http2Session.prototype.destroy", "error-code", "send", "shutdown"],
      ["Http2ServerResponse.prototype.write", "#responsewritechunk-encoding-callback", "sendMany"],
    ],
  ),
  ...entriesOf(["http2", "http2", "nghttp2", "eventLoop"], [["Http2ServerResponse.prototype.writeInformation", null]], {
    since: 24,
    operations: ["send", "poll", "receive"],
  }),
  ...entriesOf(
    ["http2", "http2", "uv", "threadPool"],
    [
      ["ServerHttp2Stream.prototype.respondWithFD", "#http2streamrespondwithfdfd-headers-options", "pread"],
      [
        "ServerHttp2Stream.prototype.respondWithFile",
        "#http2streamrespondwithfilepath-headers-options",
        "open",
        "pread",
      ],
    ],
  ),
];
