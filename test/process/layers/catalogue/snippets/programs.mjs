import sea from "node:sea";
import traceEvents from "node:trace_events";
import { WASI } from "node:wasi";
import { folder, fresh, tolerating, trying } from "./support.mjs";

/** Since Node.js 22. */
const { backup, DatabaseSync } = (await tolerating(() => import("node:sqlite"))) ?? {};

function database(path = fresh(".db")) {
  const own = new DatabaseSync(path);
  own.exec("CREATE TABLE numbers (number INTEGER); INSERT INTO numbers VALUES (1)");
  return own;
}

const onDatabase = (run) => ({ before: database, run, after: (own) => tolerating(() => own.close()) });
const onStatement = (sql, run) => onDatabaseWith((own) => own.prepare(sql), run);
/** The same on a file, and in memory. */
const onStatements = (sql, run) => ({
  ...onStatement(sql, run),
  forms: {
    memory: { before: () => database(":memory:").prepare(sql), run },
    transaction: { before: () => begun(database()).prepare(sql), run },
  },
});

/** Has read and written in a transaction. */
function begun(own) {
  own.exec("BEGIN; INSERT INTO numbers VALUES (4)");
  return own;
}
const withReading = ({ forms, ...writing }, reading) => ({ ...writing, forms: { ...forms, reading } });
const onDatabaseWith = (make, run) => ({ before: () => make(database()), run });

const onDatabaseSession = (run) => onDatabaseWith((own) => own.createSession(), run);

/** What has recorded a change. */
function recorded() {
  const own = database();
  const session = own.createSession();
  own.exec("CREATE TABLE more (number INTEGER PRIMARY KEY); INSERT INTO more VALUES (1)");
  return session;
}

const orChanged = (run) => ({ ...onDatabaseSession(run), forms: { changes: { before: recorded, run } } });

const changing = (path, begin = (own) => own) => ({
  before: () => {
    const own = begin(database(path));
    own.exec("CREATE TABLE more (number INTEGER PRIMARY KEY)");
    return { own, changes: recorded().changeset() };
  },
  run: ({ own, changes }) => void own.applyChangeset(changes),
});

const settings = {};
for (const name of [
  "setAllowBareNamedParameters",
  "setAllowUnknownNamedParameters",
  "setReadBigInts",
  "setReturnArrays",
]) {
  settings[`StatementSync.prototype.${name}`] = onStatement("SELECT 1", (own) => own[name](true));
}

export const snippets = {
  sqlite: {
    DatabaseSync: {
      run: () => void new DatabaseSync(fresh(".db")),
      forms: {
        memory: { run: () => void new DatabaseSync(":memory:") },
        notOpened: { run: () => void new DatabaseSync(fresh(".db"), { open: false }) },
      },
    },
    "DatabaseSync.prototype.open": {
      before: () => new DatabaseSync(fresh(".db"), { open: false }),
      run: (own) => own.open(),
      forms: { memory: { before: () => new DatabaseSync(":memory:", { open: false }), run: (own) => own.open() } },
    },
    "DatabaseSync.prototype.close": {
      before: database,
      run: (own) => own.close(),
      forms: {
        memory: { before: () => database(":memory:"), run: (own) => own.close() },
        wal: {
          before: () => {
            const own = database();
            own.exec("PRAGMA journal_mode = WAL; INSERT INTO numbers VALUES (2)");
            return own;
          },
          run: (own) => own.close(),
        },
      },
    },
    "DatabaseSync.prototype.exec": {
      ...onDatabase((own) => own.exec("INSERT INTO numbers VALUES (2)")),
      forms: {
        memory: { before: () => database(":memory:"), run: (own) => own.exec("INSERT INTO numbers VALUES (2)") },
        reading: onDatabase((own) => own.exec("SELECT * FROM numbers")),
        transaction: { before: () => begun(database()), run: (own) => own.exec("INSERT INTO numbers VALUES (2)") },
      },
    },
    "DatabaseSync.prototype.prepare": {
      ...onDatabase((own) => void own.prepare("SELECT 1")),
      forms: {
        schema: {
          before: () => {
            const path = fresh(".db");
            database(path).close();
            return new DatabaseSync(path);
          },
          run: (own) => void own.prepare("SELECT * FROM numbers"),
        },
      },
    },
    "DatabaseSync.prototype.function": onDatabase((own) => own.function("one", () => 1)),
    "DatabaseSync.prototype.aggregate": onDatabase((own) =>
      own.aggregate("total2", { start: 0, step: (a, b) => a + b }),
    ),
    "DatabaseSync.prototype.createSession": onDatabase((own) => void own.createSession()),
    "DatabaseSync.prototype.enableLoadExtension": {
      before: () => new DatabaseSync(":memory:", { allowExtension: true }),
      run: (own) => own.enableLoadExtension(false),
    },
    "StatementSync.prototype.all": onStatements("SELECT * FROM numbers", (own) => void own.all()),
    "StatementSync.prototype.get": onStatements("SELECT * FROM numbers", (own) => void own.get()),
    "StatementSync.prototype.iterate": onStatements("SELECT * FROM numbers", (own) => void [...own.iterate()]),
    "StatementSync.prototype.run": withReading(
      onStatements("INSERT INTO numbers VALUES (3)", (own) => void own.run()),
      onStatement("SELECT * FROM numbers", (own) => void own.run()),
    ),
    "DatabaseSync.prototype.applyChangeset": {
      ...changing(),
      forms: { memory: changing(":memory:"), transaction: changing(undefined, begun) },
    },
    "DatabaseSync.prototype.createTagStore": onDatabase((own) => void own.createTagStore()),
    "DatabaseSync.prototype.deserialize": {
      before: () => ({ own: new DatabaseSync(":memory:"), bytes: database().serialize() }),
      run: ({ own, bytes }) => own.deserialize(bytes),
    },
    "DatabaseSync.prototype.enableDefensive": onDatabase((own) => own.enableDefensive(true)),
    "DatabaseSync.prototype.loadExtension": {
      before: () => new DatabaseSync(":memory:", { allowExtension: true }),
      run: (own) => trying(() => own.loadExtension(fresh(".so"))),
    },
    "DatabaseSync.prototype.location": onDatabase((own) => void own.location()),
    "DatabaseSync.prototype.serialize": {
      ...onDatabase((own) => void own.serialize()),
      forms: { memory: { before: () => database(":memory:"), run: (own) => void own.serialize() } },
    },
    "DatabaseSync.prototype.setAuthorizer": onDatabase((own) => own.setAuthorizer(null)),
    "Session.prototype.changeset": orChanged((own) => void own.changeset()),
    "Session.prototype.close": onDatabaseSession((own) => own.close()),
    "Session.prototype.patchset": orChanged((own) => void own.patchset()),
    "StatementSync.prototype.columns": onStatement("SELECT * FROM numbers", (own) => void own.columns()),
    ...settings,
    backup: {
      ...onDatabase((own) => backup(own, fresh(".db"))),
      forms: { intoMemory: onDatabase((own) => backup(own, ":memory:")) },
    },
  },
  sea: {
    getAsset: () => trying(() => sea.getAsset("text")),
    getAssetAsBlob: () => trying(() => sea.getAssetAsBlob("text")),
    getAssetKeys: () => trying(() => sea.getAssetKeys()),
    getRawAsset: () => trying(() => sea.getRawAsset("text")),
    isSea: () => void sea.isSea(),
  },
  trace_events: {
    createTracing: () => void traceEvents.createTracing({ categories: ["node.perf"] }),
    getEnabledCategories: () => void traceEvents.getEnabledCategories(),
  },
  wasi: {
    WASI: {
      run: () => void new WASI({ version: "preview1" }),
      forms: { preopens: { run: () => void new WASI({ version: "preview1", preopens: { "/here": folder } }) } },
    },
  },
};
