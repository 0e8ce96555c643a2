import type { CatalogueEntry } from "../entry.ts";
import { entriesOf } from "./rows.ts";

export const computingEntries: readonly CatalogueEntry[] = [
  ...entriesOf(
    {
      module: "crypto",
      binding: "crypto",
      source: "crypto/crypto_pbkdf2.cc",
      dependency: "openssl",
      mechanism: "threadPool",
    },
    [["pbkdf2", "password-salt-iterations-keylen-digest-callback"]],
  ),
  ...entriesOf(
    {
      module: "crypto",
      binding: "crypto",
      source: "crypto/crypto_pbkdf2.cc",
      dependency: "openssl",
      mechanism: "synchronous",
    },
    [["pbkdf2Sync", "password-salt-iterations-keylen-digest"]],
  ),
  ...entriesOf(
    { module: "zlib", binding: "zlib", source: "node_zlib.cc", dependency: "zlib", mechanism: "threadPool" },
    [["gzip", "buffer-options-callback"]],
  ),
  ...entriesOf({ module: "globals", binding: "timers", source: "timers.cc", dependency: "uv", mechanism: "timer" }, [
    ["setTimeout", null, "poll"],
  ]),
];
