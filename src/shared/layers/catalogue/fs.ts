import type { CatalogueEntry } from "../entry.ts";
import { entriesOf, type Row } from "./rows.ts";

const shared = { module: "fs", binding: "fs", source: "node_file.cc", dependency: "uv" } as const;

const pool: readonly Row[] = [
  ["access", "path-mode-callback", "access"],
  ["close", "fd-callback", "close"],
  ["open", "path-flags-mode-callback", "open"],
  ["readFile", "path-options-callback", "open", "fstat", "read", "close"],
  ["writeFile", "file-data-options-callback", "open", "write", "close"],
];

const synchronous: readonly Row[] = [
  ["accessSync", "path-mode", "access"],
  ["closeSync", "fd", "close"],
  ["openSync", "path-flags-mode", "open"],
  ["readFileSync", "path-options", "open", "fstat", "read", "close"],
  ["writeFileSync", "file-data-options", "open", "write", "close"],
];

const promises: readonly Row[] = [
  ["access", "path-mode", "access"],
  ["open", "path-flags-mode", "open"],
  ["readFile", "path-options", "open", "fstat", "read", "close"],
  ["writeFile", "file-data-options", "open", "write", "close"],
];

export const fsEntries: readonly CatalogueEntry[] = [
  ...entriesOf({ ...shared, mechanism: "threadPool" }, pool),
  ...entriesOf({ ...shared, mechanism: "synchronous" }, synchronous),
  ...entriesOf({ ...shared, module: "fs/promises", mechanism: "threadPool" }, promises),
];
