import type { CatalogueEntry } from "../entry.ts";
import { entriesOf } from "./rows.ts";

export const globalsEntries: readonly CatalogueEntry[] = [
  ...entriesOf(["globals", "tcp_wrap", "undici", "eventLoop"], [["fetch", "", "socket", "connect", "exchange"]], {
    besides: "hostName",
  }),
  ...entriesOf(["globals", "tcp_wrap", "undici", "eventLoop"], [["WebSocket", "", "socket", "connect", "exchange"]], {
    since: 22,
    besides: "hostName",
  }),
  ...entriesOf(
    ["globals", "timers", "uv", "timer"],
    [
      ["setInterval", "callback-delay-args", "poll"],
      ["setTimeout", "callback-delay-args", "poll"],
    ],
    { page: "timers" },
  ),
  ...entriesOf(["globals", "timers", "uv", "eventLoop"], [["setImmediate", "callback-args"]], { page: "timers" }),
  ...entriesOf(["globals", "task_queue", "v8", "microtask"], [["queueMicrotask", "callback"]]),
  ...entriesOf(
    ["globals", "messaging", "v8", "synchronous"],
    [
      ["BroadcastChannel", ""],
      ["MessageChannel", ""],
      ["structuredClone", "value-options"],
    ],
  ),
  ...entriesOf(
    ["globals", "encoding_binding", "simdutf", "synchronous"],
    ["TextDecoder#decode", "TextEncoder#encode", "TextEncoder#encodeInto"],
  ),
  ...entriesOf(["globals", "icu", "icu", "synchronous"], [["TextDecoder", ""]]),
  ...entriesOf(["globals", "zlib", "zlib", "threadPool"], ["CompressionStream", "DecompressionStream"]),
  ...entriesOf(
    ["globals", "timers", "uv", "synchronous"],
    [
      ["clearInterval", "timeout"],
      ["clearTimeout", "timeout"],
    ],
    { page: "timers" },
  ),
  ...entriesOf(
    ["globals", "stream_wrap", "undici", "eventLoop"],
    [
      ["WebSocket#close", null, "send"],
      ["WebSocket#send", null, "sendMany"],
    ],
    { since: 22 },
  ),
];
