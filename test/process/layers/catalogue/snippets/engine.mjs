import buffer from "node:buffer";
import fs from "node:fs";
import inspector from "node:inspector";
import module from "node:module";
import { StringDecoder } from "node:string_decoder";
import tty from "node:tty";
import url from "node:url";
import util from "node:util";
import v8 from "node:v8";
import vm from "node:vm";
import { file, folder, fresh, internalBinding, tolerating } from "./support.mjs";

/** Runs code without and with a limit of its time. */
const watching = (run) => ({ run: () => void run({}), forms: { watched: { run: () => void run({ timeout: 1000 }) } } });
const scriptRun = (run) => ({
  before: script,
  run: (own) => void run(own, {}),
  forms: { watched: { before: script, run: (own) => void run(own, { timeout: 1000 }) } },
});
const script = () => new vm.Script("1");
const context = () => vm.createContext();
const text = Buffer.from("text");
const more = Buffer.from("more");
const room = Buffer.alloc(64);
const here = import.meta.url;
/** A long buffer, and a short one. */
const swapped = (name) => ({
  before: () => Buffer.alloc(1024),
  run: (own) => void own[name](),
  forms: { small: { before: () => Buffer.alloc(16), run: (own) => void own[name]() } },
});
const streamed = async (own) => void (await new Response(own.stream()).text());
const blob = () => new Blob(["text"]);
/** Runs the same for what is in memory and for what a file holds. */
const onBlobs = (run) => ({
  before: blob,
  run,
  pooled: { before: () => fs.openAsBlob(file()), run },
});
/** What needs no look at the bytes. */
const decided = (run) => ({ decided: { run: () => void run() } });
const serialized = v8.serialize({ text: "text" });

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

/** The address of a file in a package of its own. */
function packaged() {
  const path = fresh();
  fs.mkdirSync(path);
  fs.writeFileSync(`${path}/package.json`, "{}");
  fs.writeFileSync(`${path}/index.js`, "");
  return url.pathToFileURL(`${path}/index.js`);
}

/** The side of a pseudo-terminal that a terminal's program has. */
const terminal = () => fs.openSync("/dev/ptmx", "r+");

/** Those of a value's type that JavaScript can't tell by itself. */
const types = Object.keys(util.types).filter((name) => !/Array$|View$|Key/.test(name));

const ofBlob = internalBinding("blob").createBlob([], 0);

/** The classes of them are not exported. */
export const handles = { blob: [ofBlob, ofBlob.getReader()] };

export const snippets = {
  vm: {
    Script: () => void script(),
    "Script.prototype.runInThisContext": scriptRun((own, options) => own.runInThisContext(options)),
    "Script.prototype.runInNewContext": scriptRun((own, options) => own.runInNewContext({}, options)),
    "Script.prototype.runInContext": scriptRun((own, options) => own.runInContext(context(), options)),
    "Script.prototype.createCachedData": { before: script, run: (own) => void own.createCachedData() },
    createContext: {
      run: () => void context(),
      forms: { unchanged: { before: context, run: (own) => void vm.createContext(own) } },
    },
    runInContext: watching((options) => vm.runInContext("1", context(), options)),
    runInNewContext: watching((options) => vm.runInNewContext("1", {}, options)),
    runInThisContext: watching((options) => vm.runInThisContext("1", options)),
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
      forms: { unchanged: { before: () => new v8.GCProfiler(), run: (own) => void own.stop() } },
    },
    getCppHeapStatistics: () => void v8.getCppHeapStatistics(),
    startCpuProfile: () => void v8.startCpuProfile().stop(),
    "GCProfiler.prototype.start": {
      before: () => new v8.GCProfiler(),
      run: (own) => own.start(),
      after: (own) => own.stop(),
      forms: {
        unchanged: {
          before: () => {
            const own = new v8.GCProfiler();
            own.start();
            return own;
          },
          run: (own) => own.start(),
          after: (own) => own.stop(),
        },
      },
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
    "Session.prototype.post": {
      ...onSession((own) => void own.post("Runtime.evaluate", { expression: "1" })),
      forms: {
        profiled: onSession((own) => {
          own.post("Profiler.enable");
          own.post("Profiler.start");
        }),
      },
    },
    "Session.prototype.disconnect": {
      before: session,
      run: (own) => own.disconnect(),
      forms: { unchanged: { before: () => new inspector.Session(), run: (own) => own.disconnect() } },
    },
  },
  url: {
    URL: () => void new URL("http://hitless.example/"),
    "URL.canParse": () => void URL.canParse("http://hitless.example/"),
    "URL.parse": () => void URL.parse("http://hitless.example/"),
    URLPattern: () => void new URLPattern("/a", "http://hitless.example"),
    domainToASCII: () => void url.domainToASCII("ö.example"),
    domainToUnicode: () => void url.domainToUnicode("xn--nda.example"),
    fileURLToPath: {
      run: () => void url.fileURLToPath("file:///a"),
      forms: { urlObject: { before: () => new URL("file:///a"), run: (own) => void url.fileURLToPath(own) } },
    },
    "URL.createObjectURL": { before: blob, run: (own) => void URL.createObjectURL(own) },
    "URL.revokeObjectURL": { before: () => URL.createObjectURL(blob()), run: (id) => URL.revokeObjectURL(id) },
    "URLPattern.prototype.exec": { before: () => new URLPattern({ pathname: "/a" }), run: (own) => void own.exec({}) },
    "URLPattern.prototype.test": { before: () => new URLPattern({ pathname: "/a" }), run: (own) => void own.test({}) },
    fileURLToPathBuffer: {
      run: () => void url.fileURLToPathBuffer("file:///a"),
      forms: { urlObject: { before: () => new URL("file:///a"), run: (own) => void url.fileURLToPathBuffer(own) } },
    },
    pathToFileURL: () => void url.pathToFileURL("/a"),
    format: {
      before: () => new URL("http://hitless.example/#a"),
      run: (own) => void url.format(own, { fragment: false }),
      forms: { legacyUrl: { run: () => void url.format({ protocol: "http", host: "hitless.example" }) } },
    },
    parse: () => void url.parse("http://ö.example/"),
  },
  buffer: {
    atob: () => void atob("dGV4dA=="),
    btoa: () => void btoa("text"),
    isAscii: () => void buffer.isAscii(text),
    isUtf8: () => void buffer.isUtf8(text),
    transcode: () => void buffer.transcode(text, "utf8", "latin1"),
    resolveObjectURL: { before: () => URL.createObjectURL(blob()), run: (id) => void buffer.resolveObjectURL(id) },
    "Buffer.from": {
      run: () => void Buffer.from("text"),
      forms: { copied: { run: () => void [Buffer.from([1]), Buffer.from(text), Buffer.from(new ArrayBuffer(1))] } },
    },
    "Buffer.alloc": {
      run: () => void Buffer.alloc(64, "ab"),
      forms: { number: { run: () => void [Buffer.alloc(64), Buffer.alloc(64, 1)] } },
    },
    "Buffer.allocUnsafeSlow": () => void Buffer.allocUnsafeSlow(4096),
    "Buffer.byteLength": {
      run: () => void Buffer.byteLength("text"),
      forms: { fixedWidth: { run: () => void [Buffer.byteLength("text", "latin1"), Buffer.byteLength(text)] } },
    },
    "Buffer.compare": { run: () => void Buffer.compare(text, more), forms: decided(() => Buffer.compare(text, text)) },
    "Buffer.prototype.toString": {
      run: () => void text.toString("utf8"),
      forms: { noBytes: { run: () => void text.toString("utf8", 2, 2) } },
    },
    "Buffer.prototype.write": () => void room.write("text"),
    "Buffer.prototype.fill": {
      run: () => void room.fill("ab"),
      forms: { number: { run: () => void [room.fill(1), room.fill("a")] } },
    },
    "Buffer.prototype.copy": {
      run: () => void text.copy(room, 0, 1),
      forms: {
        whole: { run: () => void text.copy(room) },
        inJavaScript: { run: () => void text.copy(room, 0, 1) },
      },
    },
    "Buffer.prototype.equals": {
      run: () => void text.equals(more),
      forms: decided(() => [text.equals(text), text.equals(room)]),
    },
    "Buffer.prototype.compare": { run: () => void text.compare(more), forms: decided(() => text.compare(more, 1, 1)) },
    "Buffer.prototype.indexOf": () => void text.indexOf("x"),
    "Buffer.prototype.includes": () => void text.includes("x"),
    "Buffer.prototype.lastIndexOf": () => void text.lastIndexOf("x"),
    "Buffer.prototype.swap32": swapped("swap32"),
    "Buffer.prototype.swap64": swapped("swap64"),
    "Buffer.allocUnsafe": {
      run: () => void Buffer.allocUnsafe(1 << 16),
      forms: { small: { run: () => void Buffer.allocUnsafe(16) } },
    },
    "Blob.prototype.textStream": onBlobs(
      async (own) => void (await new Response(own.textStream().pipeThrough(new TextEncoderStream())).text()),
    ),
    File: () => void new buffer.File(["text"], "text.txt"),
    "Buffer.prototype.swap16": swapped("swap16"),
    Blob: () => void blob(),
    "Blob.prototype.arrayBuffer": onBlobs((own) => own.arrayBuffer()),
    "Blob.prototype.bytes": onBlobs((own) => own.bytes()),
    "Blob.prototype.text": onBlobs((own) => own.text()),
    "Blob.prototype.slice": { before: blob, run: (own) => void own.slice(1) },
    "Blob.prototype.stream": { ...onBlobs(streamed), forms: { fromMemory: { before: blob, run: streamed } } },
  },
  string_decoder: {
    "StringDecoder.prototype.write": {
      before: () => new StringDecoder(),
      run: (own) => void own.write(text),
      forms: { givenText: { before: () => new StringDecoder(), run: (own) => void own.write("text") } },
    },
    "StringDecoder.prototype.text": { before: () => new StringDecoder(), run: (own) => void own.text(text, 0) },
    "StringDecoder.prototype.end": {
      before: () => new StringDecoder(),
      run: (own) => void own.end(text),
      forms: { noRest: { before: () => new StringDecoder(), run: (own) => void own.end() } },
    },
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
      forms: {
        sameMode: {
          before: () => new tty.ReadStream(terminal()).setRawMode(true),
          run: (stream) => void stream.setRawMode(true),
          after: (stream) => stream.destroy(),
        },
      },
    },
  },
  module: {
    enableCompileCache: {
      run: () => void module.enableCompileCache(folder),
      forms: { known: { run: () => void module.enableCompileCache(folder) } },
    },
    createRequire: {
      run: () => void module.createRequire(here),
      forms: { plainPath: { run: () => void module.createRequire("/a.js") } },
    },
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
            module.createRequire(here)(path);
          },
          run: () => module.flushCompileCache(),
        },
      },
    },
    findPackageJSON: {
      before: packaged,
      run: (path) => void module.findPackageJSON(path),
      forms: {
        readsOn: { before: packaged, run: (path) => void module.findPackageJSON(path) },
        known: {
          before: () => {
            const path = packaged();
            module.findPackageJSON(path);
            return path;
          },
          run: (path) => void module.findPackageJSON(path),
        },
      },
    },
    register: {
      run: () => module.register("data:text/javascript,"),
      forms: { running: { run: () => module.register("data:text/javascript,1") } },
    },
    setSourceMapsSupport: () => module.setSourceMapsSupport(false),
  },
  util: {
    getSystemErrorName: () => void util.getSystemErrorName(-1),
    getSystemErrorMap: () => void util.getSystemErrorMap(),
    getSystemErrorMessage: () => void util.getSystemErrorMessage(-1),
    getCallSites: () => void util.getCallSites(),
    inspect: {
      run: () => void util.inspect(new Map([[1, new Proxy({}, {})]]), { showProxy: true }),
      forms: { plainValue: { run: () => void util.inspect("text") } },
    },
    parseEnv: () => void util.parseEnv("A=1"),
    ...Object.fromEntries(types.map((name) => [`types.${name}`, () => void util.types[name]({})])),
    isDeepStrictEqual: {
      run: () => void util.isDeepStrictEqual({ a: [1] }, { a: [1] }),
      forms: { plainValue: { run: () => void util.isDeepStrictEqual(1, 1) } },
    },
    setTraceSigInt: {
      run: () => util.setTraceSigInt(false),
      forms: { signalThread: { run: () => util.setTraceSigInt(true), after: () => util.setTraceSigInt(false) } },
    },
  },
};
