import type { CatalogueEntry } from "../entry.ts";
import { entriesOf } from "./rows.ts";

export const networkEntries: readonly CatalogueEntry[] = [
  ...entriesOf(
    { module: "net", binding: "tcp_wrap", source: "tcp_wrap.cc", dependency: "uv", mechanism: "eventLoop" },
    [
      ["connect", null, "socket", "connect", "poll"],
      ["Server.prototype.listen", "#serverlisten", "socket"],
    ],
  ),
  ...entriesOf(
    { module: "dns", binding: "cares_wrap", source: "cares_wrap.cc", dependency: "uv", mechanism: "threadPool" },
    [["lookup", "hostname-options-callback", "open", "read", "close"]],
  ),
  ...entriesOf(
    { module: "dns", binding: "cares_wrap", source: "cares_wrap.cc", dependency: "ares", mechanism: "eventLoop" },
    [["resolve4", "hostname-options-callback", "socket", "send", "receive", "poll"]],
  ),
  ...entriesOf(
    { module: "globals", binding: "tcp_wrap", source: "tcp_wrap.cc", dependency: "undici", mechanism: "eventLoop" },
    [["fetch", "#fetch", "socket", "connect", "write", "read", "poll"]],
  ),
];
