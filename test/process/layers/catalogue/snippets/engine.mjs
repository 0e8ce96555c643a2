import buffer from "node:buffer";
import fs from "node:fs";
import inspector from "node:inspector";
import module from "node:module";
import { backup, DatabaseSync } from "node:sqlite";
import { StringDecoder } from "node:string_decoder";
import tty from "node:tty";
import url from "node:url";
import util from "node:util";
import v8 from "node:v8";
import vm from "node:vm";
import { file, folder, fresh, tolerating, trying } from "./support.mjs";

const script = () => new vm.Script("1");
const context = () => vm.createContext();
const text = Buffer.from("text");
const blob = () => new Blob(["text"]);
/** Runs the same for what is in memory and for what a file holds. */
const onBlobs = (run) => ({
  run: () => run(blob()),
  pooled: { before: () => fs.openAsBlob(file()), run },
});
const serialized = v8.serialize({ text: "text" });

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
  forms: { memory: { before: () => database(":memory:").prepare(sql), run } },
});
const withReading = ({ forms, ...writing }, reading) => ({ ...writing, forms: { ...forms, reading } });
const onDatabaseWith = (make, run) => ({ before: () => make(database()), run });

const onDatabaseSession = (run) => onDatabaseWith((own) => own.createSession(), run);

function changeset() {
  const own = database();
  const recorded = own.createSession();
  own.exec("CREATE TABLE more (number INTEGER PRIMARY KEY); INSERT INTO more VALUES (1)");
  return recorded.changeset();
}

const settings = {};
for (const name of [
  "setAllowBareNamedParameters",
  "setAllowUnknownNamedParameters",
  "setReadBigInts",
  "setReturnArrays",
]) {
  settings[`StatementSync.prototype.${name}`] = onStatement("SELECT 1", (own) => own[name](true));
}

function session() {
  const own = new inspector.Session();
  own.connect();
  return own;
}

const onSession = (run) => ({ before: session, run, after: (own) => own.disconnect() });

/** Methods of a serializer, and of the deserializer of what it wrote. */
const serializing = {};
for (const [type, value] of [
  ["Uint32", 1],
  ["Uint64", [1, 1]],
  ["Double", 1],
  ["RawBytes", Buffer.from("text")],
]) {
  const args = Array.isArray(value) ? value : [value];
  serializing[`Serializer.prototype.write${type}`] = {
    before: () => new v8.Serializer(),
    run: (own) => void own[`write${type}`](...args),
  };
  serializing[`Deserializer.prototype.read${type}`] = {
    before: () => {
      const writer = new v8.Serializer();
      writer[`write${type}`](...args);
      return new v8.Deserializer(writer.releaseBuffer());
    },
    run: (own) => void own[`read${type}`](4),
  };
}
for (const [name, ...args] of [["releaseBuffer"], ["transferArrayBuffer", 0, new ArrayBuffer(4)], ["writeHeader"]]) {
  serializing[`Serializer.prototype.${name}`] = {
    before: () => new v8.Serializer(),
    run: (own) => void own[name](...args),
  };
}
for (const [name, ...args] of [
  ["getWireFormatVersion"],
  ["readHeader"],
  ["transferArrayBuffer", 0, new ArrayBuffer(4)],
]) {
  serializing[`Deserializer.prototype.${name}`] = {
    before: () => new v8.Deserializer(serialized),
    run: (own) => void own[name](...args),
  };
}

/** The side of a pseudo-terminal that a terminal's program has. */
const terminal = () => fs.openSync("/dev/ptmx", "r+");

/** Those of a value's type that JavaScript can't tell by itself. */
const types = Object.keys(util.types).filter((name) => !/Array$|View$|Key/.test(name));

export const snippets = {
  vm: {
    Script: () => void script(),
    "Script.prototype.runInThisContext": { before: script, run: (own) => void own.runInThisContext() },
    "Script.prototype.runInNewContext": { before: script, run: (own) => void own.runInNewContext() },
    "Script.prototype.runInContext": { before: script, run: (own) => void own.runInContext(context()) },
    "Script.prototype.createCachedData": { before: script, run: (own) => void own.createCachedData() },
    createContext: () => void context(),
    isContext: () => void vm.isContext(context()),
    runInContext: () => void vm.runInContext("1", context()),
    runInNewContext: () => void vm.runInNewContext("1"),
    runInThisContext: () => void vm.runInThisContext("1"),
    compileFunction: () => void vm.compileFunction("return 1"),
    measureMemory: () => void vm.measureMemory({ execution: "eager" }),
  },
  v8: {
    getHeapStatistics: () => void v8.getHeapStatistics(),
    getHeapSpaceStatistics: () => void v8.getHeapSpaceStatistics(),
    getHeapCodeStatistics: () => void v8.getHeapCodeStatistics(),
    getHeapSnapshot: () => void v8.getHeapSnapshot().destroy(),
    writeHeapSnapshot: () => void v8.writeHeapSnapshot(fresh(".heapsnapshot")),
    cachedDataVersionTag: () => void v8.cachedDataVersionTag(),
    setFlagsFromString: () => v8.setFlagsFromString("--stack-size=900"),
    takeCoverage: {
      run: () => v8.takeCoverage(),
      forms: {
        coverage: {
          child: `require("node:v8").takeCoverage()`,
          env: { NODE_V8_COVERAGE: folder },
        },
      },
    },
    stopCoverage: () => v8.stopCoverage(),
    setHeapSnapshotNearHeapLimit: { child: `require("node:v8").setHeapSnapshotNearHeapLimit(1)` },
    queryObjects: () => void v8.queryObjects(Date),
    isStringOneByteRepresentation: () => void v8.isStringOneByteRepresentation("text"),
    serialize: () => void v8.serialize({ text: "text" }),
    deserialize: () => void v8.deserialize(serialized),
    "Serializer.prototype.writeValue": { before: () => new v8.Serializer(), run: (own) => void own.writeValue(1) },
    "Deserializer.prototype.readValue": {
      before: () => {
        const own = new v8.Deserializer(serialized);
        own.readHeader();
        return own;
      },
      run: (own) => void tolerating(() => own.readValue()),
    },
    ...serializing,
    "promiseHooks.createHook": () => v8.promiseHooks.createHook({ init() {} })(),
    "promiseHooks.onAfter": () => v8.promiseHooks.onAfter(() => {})(),
    "promiseHooks.onBefore": () => v8.promiseHooks.onBefore(() => {})(),
    "promiseHooks.onInit": () => v8.promiseHooks.onInit(() => {})(),
    "promiseHooks.onSettled": () => v8.promiseHooks.onSettled(() => {})(),
    DefaultDeserializer: () => void new v8.DefaultDeserializer(serialized),
    DefaultSerializer: () => void new v8.DefaultSerializer(),
    Deserializer: () => void new v8.Deserializer(serialized),
    Serializer: () => void new v8.Serializer(),
    "GCProfiler.prototype.stop": {
      before: () => {
        const own = new v8.GCProfiler();
        own.start();
        return own;
      },
      run: (own) => void own.stop(),
    },
    getCppHeapStatistics: () => void v8.getCppHeapStatistics(),
    startCpuProfile: () => void v8.startCpuProfile().stop(),
    "GCProfiler.prototype.start": {
      before: () => new v8.GCProfiler(),
      run: (own) => own.start(),
      after: (own) => own.stop(),
    },
  },
  inspector: {
    open: { before: () => {}, run: () => void inspector.open(0, "127.0.0.1"), after: () => inspector.close() },
    close: { before: () => inspector.open(0, "127.0.0.1"), run: () => inspector.close() },
    url: () => void inspector.url(),
    "Session.prototype.connect": {
      before: () => new inspector.Session(),
      run: (own) => own.connect(),
      after: (own) => own.disconnect(),
    },
    "Session.prototype.post": onSession((own) => void own.post("Runtime.evaluate", { expression: "1" })),
    "Session.prototype.disconnect": { before: session, run: (own) => own.disconnect() },
  },
  url: {
    URL: () => void new URL("http://hitless.example/"),
    "URL.canParse": () => void URL.canParse("http://hitless.example/"),
    "URL.parse": () => void URL.parse("http://hitless.example/"),
    URLPattern: () => void new URLPattern("/a", "http://hitless.example"),
    domainToASCII: () => void url.domainToASCII("ö.example"),
    domainToUnicode: () => void url.domainToUnicode("xn--nda.example"),
    fileURLToPath: () => void url.fileURLToPath("file:///a"),
    "URL.createObjectURL": () => void URL.createObjectURL(blob()),
    "URL.revokeObjectURL": { before: () => URL.createObjectURL(blob()), run: (id) => URL.revokeObjectURL(id) },
    "URLPattern.prototype.exec": { before: () => new URLPattern({ pathname: "/a" }), run: (own) => void own.exec({}) },
    "URLPattern.prototype.test": { before: () => new URLPattern({ pathname: "/a" }), run: (own) => void own.test({}) },
    fileURLToPathBuffer: () => void url.fileURLToPathBuffer("file:///a"),
    pathToFileURL: () => void url.pathToFileURL("/a"),
    format: () => void url.format(new URL("http://hitless.example/#a"), { fragment: false }),
    parse: () => void url.parse("http://ö.example/"),
  },
  buffer: {
    atob: () => void atob("dGV4dA=="),
    btoa: () => void btoa("text"),
    isAscii: () => void buffer.isAscii(text),
    isUtf8: () => void buffer.isUtf8(text),
    transcode: () => void buffer.transcode(text, "utf8", "latin1"),
    resolveObjectURL: () => void buffer.resolveObjectURL(URL.createObjectURL(blob())),
    "Buffer.from": () => void Buffer.from("text"),
    "Buffer.allocUnsafeSlow": () => void Buffer.allocUnsafeSlow(4096),
    "Buffer.byteLength": () => void Buffer.byteLength("text"),
    "Buffer.compare": () => void Buffer.compare(text, Buffer.from("more")),
    "Buffer.prototype.toString": () => void text.toString("utf8"),
    "Buffer.prototype.write": () => void Buffer.alloc(4).write("text"),
    "Buffer.prototype.fill": () => void Buffer.alloc(4).fill("ab"),
    "Buffer.prototype.copy": () => void text.copy(Buffer.alloc(4), 0, 1),
    "Buffer.prototype.equals": () => void text.equals(Buffer.alloc(4)),
    "Buffer.prototype.compare": () => void text.compare(Buffer.alloc(4)),
    "Buffer.prototype.indexOf": () => void text.indexOf("x"),
    "Buffer.prototype.includes": () => void text.includes("x"),
    "Buffer.prototype.lastIndexOf": () => void text.lastIndexOf("x"),
    "Buffer.prototype.swap32": () => void Buffer.alloc(1024).swap32(),
    "Buffer.prototype.swap64": () => void Buffer.alloc(1024).swap64(),
    "Buffer.allocUnsafe": () => void Buffer.allocUnsafe(1 << 16),
    "Blob.prototype.textStream": () => void blob().textStream(),
    File: () => void new buffer.File(["text"], "text.txt"),
    "Buffer.prototype.swap16": () => void Buffer.alloc(1024).swap16(),
    Blob: () => void blob(),
    "Blob.prototype.arrayBuffer": onBlobs((own) => own.arrayBuffer()),
    "Blob.prototype.bytes": onBlobs((own) => own.bytes()),
    "Blob.prototype.text": onBlobs((own) => own.text()),
    "Blob.prototype.slice": () => void blob().slice(1),
    "Blob.prototype.stream": onBlobs(async (own) => void (await new Response(own.stream()).text())),
  },
  string_decoder: {
    "StringDecoder.prototype.write": () => void new StringDecoder().write(text),
    "StringDecoder.prototype.text": () => void new StringDecoder().text(text, 0),
    "StringDecoder.prototype.end": () => void new StringDecoder().end(text),
  },
  tty: {
    isatty: {
      before: terminal,
      run: (descriptor) => void tty.isatty(descriptor),
      forms: { noTerminal: { run: () => void tty.isatty(0) } },
    },
    ReadStream: { before: terminal, run: (descriptor) => new tty.ReadStream(descriptor).destroy() },
    WriteStream: { before: terminal, run: (descriptor) => new tty.WriteStream(descriptor).destroy() },
    "ReadStream.prototype.setRawMode": {
      before: () => new tty.ReadStream(terminal()),
      run: (stream) => void stream.setRawMode(true),
      after: (stream) => stream.destroy(),
    },
  },
  sqlite: {
    DatabaseSync: {
      run: () => void new DatabaseSync(fresh(".db")),
      forms: { memory: { run: () => void new DatabaseSync(":memory:") } },
    },
    "DatabaseSync.prototype.open": {
      before: () => new DatabaseSync(fresh(".db"), { open: false }),
      run: (own) => own.open(),
      forms: { memory: { before: () => new DatabaseSync(":memory:", { open: false }), run: (own) => own.open() } },
    },
    "DatabaseSync.prototype.close": {
      before: database,
      run: (own) => own.close(),
      forms: { memory: { before: () => database(":memory:"), run: (own) => own.close() } },
    },
    "DatabaseSync.prototype.exec": {
      ...onDatabase((own) => own.exec("INSERT INTO numbers VALUES (2)")),
      forms: {
        memory: { before: () => database(":memory:"), run: (own) => own.exec("INSERT INTO numbers VALUES (2)") },
        reading: onDatabase((own) => own.exec("SELECT * FROM numbers")),
      },
    },
    "DatabaseSync.prototype.prepare": onDatabase((own) => void own.prepare("SELECT 1")),
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
      before: () => {
        const own = database();
        own.exec("CREATE TABLE more (number INTEGER PRIMARY KEY)");
        return { own, changes: changeset() };
      },
      run: ({ own, changes }) => void own.applyChangeset(changes),
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
    "DatabaseSync.prototype.serialize": onDatabase((own) => void own.serialize()),
    "DatabaseSync.prototype.setAuthorizer": onDatabase((own) => own.setAuthorizer(null)),
    "Session.prototype.changeset": onDatabaseSession((own) => void own.changeset()),
    "Session.prototype.close": onDatabaseSession((own) => own.close()),
    "Session.prototype.patchset": onDatabaseSession((own) => void own.patchset()),
    "StatementSync.prototype.columns": onStatement("SELECT * FROM numbers", (own) => void own.columns()),
    ...settings,
    backup: onDatabase((own) => backup(own, fresh(".db"))),
  },
  module: {
    enableCompileCache: () => void module.enableCompileCache(folder),
    createRequire: () => void module.createRequire(import.meta.url),
    getCompileCacheDir: () => void module.getCompileCacheDir(),
    stripTypeScriptTypes: () => void module.stripTypeScriptTypes("let a: number = 1"),
    syncBuiltinESMExports: () => module.syncBuiltinESMExports(),
    flushCompileCache: {
      run: () => module.flushCompileCache(),
      forms: {
        compileCache: {
          before: () => {
            module.enableCompileCache(folder);
            const path = fresh(".cjs");
            fs.writeFileSync(path, "exports.one = 1;");
            module.createRequire(import.meta.url)(path);
          },
          run: () => module.flushCompileCache(),
        },
      },
    },
    findPackageJSON: {
      before: () => {
        const path = fresh();
        fs.mkdirSync(path);
        fs.writeFileSync(`${path}/package.json`, "{}");
        fs.writeFileSync(`${path}/index.js`, "");
        return url.pathToFileURL(`${path}/index.js`);
      },
      run: (path) => void module.findPackageJSON(path),
    },
    register: () => module.register("data:text/javascript,"),
    setSourceMapsSupport: () => module.setSourceMapsSupport(false),
  },
  util: {
    getSystemErrorName: () => void util.getSystemErrorName(-1),
    getSystemErrorMap: () => void util.getSystemErrorMap(),
    getSystemErrorMessage: () => void util.getSystemErrorMessage(-1),
    getCallSites: () => void util.getCallSites(),
    inspect: () => void util.inspect(new Map([[1, new Proxy({}, {})]]), { showProxy: true }),
    parseEnv: () => void util.parseEnv("A=1"),
    ...Object.fromEntries(types.map((name) => [`types.${name}`, () => void util.types[name]({})])),
    isDeepStrictEqual: () => void util.isDeepStrictEqual({ a: [1] }, { a: [1] }),
    setTraceSigInt: {
      run: () => util.setTraceSigInt(false),
      forms: { signalThread: { run: () => util.setTraceSigInt(true), after: () => util.setTraceSigInt(false) } },
    },
  },
};
