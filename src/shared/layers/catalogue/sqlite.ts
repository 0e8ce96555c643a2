import type { CatalogueEntry } from "../entry.ts";
import { entriesOf } from "./rows.ts";

export const sqliteEntries: readonly CatalogueEntry[] = [
  ...entriesOf(
    ["sqlite", "sqlite", "sqlite", "synchronous"],
    [
      ["DatabaseSync", null, "open", "pread"],
      "DatabaseSync#aggregate",
      ["DatabaseSync#close", "#databaseclose", "close"],
      "DatabaseSync#createSession",
      "DatabaseSync#enableLoadExtension",
      ["DatabaseSync#exec", "#databaseexecsql", "lock", "pwrite", "syncDatabase"],
      "DatabaseSync#function",
      ["DatabaseSync#open", "#databaseopen", "open", "pread"],
      "DatabaseSync#prepare",
      ["StatementSync#all", null, "lock", "pread"],
      ["StatementSync#get", null, "lock", "pread"],
      ["StatementSync#iterate", null, "lock", "pread"],
      ["StatementSync#run", null, "lock", "pwrite", "syncDatabase"],
    ],
    { since: 22 },
  ),
  ...entriesOf(
    ["sqlite", "sqlite", "sqlite", "threadPool"],
    [["backup", null, "open", "pread", "pwrite", "syncDatabase"]],
    {
      since: 22,
    },
  ),
  ...entriesOf(
    ["sqlite", "sqlite", "sqlite", "synchronous"],
    [
      ["DatabaseSync#applyChangeset", null, "lock", "pwrite", "syncDatabase"],
      ["DatabaseSync#loadExtension", null, "load"],
      "DatabaseSync#location",
      "StatementSync#columns",
      "StatementSync#setAllowBareNamedParameters",
      "StatementSync#setAllowUnknownNamedParameters",
      "StatementSync#setReadBigInts",
      "StatementSync#setReturnArrays",
    ],
    { since: 22 },
  ),
  ...entriesOf(
    ["sqlite", "sqlite", "sqlite", "synchronous"],
    [
      "DatabaseSync#createTagStore",
      "DatabaseSync#deserialize",
      "DatabaseSync#enableDefensive",
      ["DatabaseSync#serialize", null, "lock", "pread"],
      "DatabaseSync#setAuthorizer",
      "Session#changeset",
      "Session#close",
      "Session#patchset",
    ],
    { since: 24 },
  ),
];
