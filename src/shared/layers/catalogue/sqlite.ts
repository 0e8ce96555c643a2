import type { CatalogueEntry } from "../entry.ts";
import { entriesOf } from "./rows.ts";

export const sqliteEntries: readonly CatalogueEntry[] = [
  ...entriesOf(
    ["sqlite", "sqlite", "sqlite", "synchronous"],
    [
      ["DatabaseSync", null, "open", "pread"],
      ["DatabaseSync.prototype.aggregate", null],
      ["DatabaseSync.prototype.close", "#databaseclose", "close"],
      ["DatabaseSync.prototype.createSession", null],
      ["DatabaseSync.prototype.enableLoadExtension", null],
      ["DatabaseSync.prototype.exec", "#databaseexecsql", "lock", "pwrite", "syncDatabase"],
      ["DatabaseSync.prototype.function", null],
      ["DatabaseSync.prototype.open", "#databaseopen", "open", "pread"],
      ["DatabaseSync.prototype.prepare", null],
      ["StatementSync.prototype.all", null, "lock", "pread"],
      ["StatementSync.prototype.get", null, "lock", "pread"],
      ["StatementSync.prototype.iterate", null, "lock", "pread"],
      ["StatementSync.prototype.run", null, "lock", "pwrite", "syncDatabase"],
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
      ["DatabaseSync.prototype.applyChangeset", null, "lock", "pwrite", "syncDatabase"],
      ["DatabaseSync.prototype.loadExtension", null, "load"],
      ["DatabaseSync.prototype.location", null],
      ["StatementSync.prototype.columns", null],
      ["StatementSync.prototype.setAllowBareNamedParameters", null],
      ["StatementSync.prototype.setAllowUnknownNamedParameters", null],
      ["StatementSync.prototype.setReadBigInts", null],
      ["StatementSync.prototype.setReturnArrays", null],
    ],
    { since: 22 },
  ),
  ...entriesOf(
    ["sqlite", "sqlite", "sqlite", "synchronous"],
    [
      ["DatabaseSync.prototype.createTagStore", null],
      ["DatabaseSync.prototype.deserialize", null],
      ["DatabaseSync.prototype.enableDefensive", null],
      ["DatabaseSync.prototype.serialize", null, "lock", "pread"],
      ["DatabaseSync.prototype.setAuthorizer", null],
      ["Session.prototype.changeset", null],
      ["Session.prototype.close", null],
      ["Session.prototype.patchset", null],
    ],
    { since: 24 },
  ),
];
