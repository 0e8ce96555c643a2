import { type CallForm, type CatalogueEntry, type FormName, type Mechanism, qualifiedName } from "../entry.ts";
import type { Dependency } from "../layer.ts";
import type { Operation } from "./operations.ts";
import { callsOn, threadOf } from "./rows.ts";

/** The binding is not called. */
const inJavaScript = { binding: null } as const;
const secure = { binding: "tls_wrap", dependency: "openssl" } as const;

/** A question that is sent from a local address. */
const locally = ["socket", "bind", "connectDatagram", "query", "poll", "receiveAnswer"] as const;

interface Difference {
  /** If not the entry's. */
  readonly mechanism?: Mechanism;
  readonly binding?: string | null;
  readonly dependency?: Dependency;
  readonly since?: number;
  readonly before?: number;
}

type FormRow = readonly [form: FormName, difference: Difference, functions: string, ...operations: Operation[]];

/** The functions whose path depends on how they are called: what such a form does, in whole. */
const rows: readonly FormRow[] = [
  // files
  ["noPosition", {}, "fs.read fs.readSync fs.promises.FileHandle.prototype.read", "read"],
  ["noPosition", {}, "fs.readv fs.readvSync fs.promises.FileHandle.prototype.readv", "readv"],
  ["position", {}, "fs.write fs.writeSync fs.promises.FileHandle.prototype.write", "pwrite"],
  ["position", {}, "fs.writev fs.writevSync fs.promises.FileHandle.prototype.writev", "pwritev"],
  ["start", {}, "fs.createReadStream", "open", "pread", "close"],
  ["start", {}, "fs.createWriteStream", "open", "pwrite", "close"],
  ["start", {}, "fs.promises.FileHandle.prototype.createReadStream", "pread", "close"],
  ["start", {}, "fs.promises.FileHandle.prototype.createWriteStream", "pwrite", "close"],
  ["givenFile", {}, "fs.createReadStream", "read", "close"],
  ["givenFile", {}, "fs.createWriteStream", "write", "close"],
  ["keptOpen", {}, "fs.createReadStream", "open", "read"],
  ["keptOpen", {}, "fs.createWriteStream", "open", "write"],
  ["keptOpen", {}, "fs.promises.FileHandle.prototype.createReadStream", "read"],
  ["keptOpen", {}, "fs.promises.FileHandle.prototype.createWriteStream", "write"],
  ["gathered", {}, "fs.createWriteStream", "open", "writev", "close"],
  ["descriptor", {}, "fs.readFile fs.readFileSync fs.promises.readFile", "fstat", "read"],
  ["descriptor", {}, "fs.writeFile fs.writeFileSync fs.promises.writeFile", "write"],
  ["descriptor", {}, "fs.appendFile fs.appendFileSync fs.promises.appendFile", "write"],
  ["flush", {}, "fs.writeFile fs.writeFileSync fs.promises.writeFile", "open", "write", "fsync", "close"],
  ["flush", {}, "fs.appendFile fs.appendFileSync fs.promises.appendFile", "open", "write", "fsync", "close"],
  ["flush", {}, "fs.createWriteStream", "open", "write", "fsync", "close"],
  ["oneFile", {}, "fs.rm fs.promises.rm", "lstat", "unlink"],
  ["oneFile", {}, "fs.rmSync", "unlink"],
  ["oneFile", {}, "fs.cp fs.promises.cp", "stat", "copy"],
  ["oneFile", {}, "fs.cpSync", "stat", "open", "clone", "close"],
  ["link", {}, "fs.cp fs.promises.cp fs.cpSync", "stat", "readlink", "symlink"],
  ["reflink", {}, "fs.copyFile fs.copyFileSync fs.promises.copyFile", "reflink"],
  ["recursive", {}, "fs.watch fs.promises.watch", "watchTree"],
  ["recursive", { before: 26 }, "fs.rmdir fs.promises.rmdir", "lstat", "open", "list", "close", "unlink", "rmdir"],
  ["recursive", { before: 26 }, "fs.rmdirSync", "stat", "open", "list", "close", "unlink", "rmdir"],
  ["recursive", {}, "fs.readdirSync", "open", "list", "close", "stat"],
  ["recursive", {}, "fs.Dir.prototype.readSync", "openDirectory", "list", "closeDirectory"],
  ["waiting", { mechanism: "microtask", before: 22 }, "fs.readdir", "open", "list", "close", "stat"],
  ["blocking", { since: 22, before: 26 }, "fs.readdir", "open", "list", "close", "stat"],
  ["blocking", { before: 26 }, "fs.promises.readdir", "open", "list", "close", "stat"],
  ["blocking", {}, "fs.Dir.prototype.read", "openDirectory", "readDirectory", "closeDirectory"],
  ["parents", {}, "fs.mkdir fs.mkdirSync fs.promises.mkdir", "mkdir", "stat"],
  ["utf8", {}, "fs.readFileSync", "open", "read", "close"],
  ["start", {}, "fs.promises.FileHandle.prototype.readLines", "pread", "close"],
  ["autoClose", { since: 22 }, "fs.promises.FileHandle.prototype.readableWebStream", "read", "close"],
  ["buffered", { binding: null, mechanism: "microtask" }, "fs.Dir.prototype.read"],
  ["buffered", { binding: null }, "fs.Dir.prototype.readSync"],
  ["replaced", {}, "fs.cp fs.promises.cp", "stat", "unlink", "copy"],
  ["replaced", {}, "fs.cpSync", "stat", "unlink", "open", "clone", "close"],
  ["literal", {}, "fs.glob fs.globSync fs.promises.glob", "stat"],
  ["noBytes", { binding: null, mechanism: "microtask" }, "fs.read fs.promises.FileHandle.prototype.read"],
  ["noBytes", { binding: null, mechanism: "microtask" }, "fs.promises.FileHandle.prototype.write"],
  ["noBytes", { binding: null }, "fs.readSync"],

  // output
  ["outputFile", { binding: "fs" }, output(), "write"],
  ["outputTerminal", { binding: "tty_wrap" }, output(), "write"],
  ["inThread", { binding: "messaging" }, output()],
  ["silent", { binding: null }, "console.assert console.group console.groupCollapsed"],

  // connections
  [
    "path",
    { binding: "pipe_wrap" },
    "net.connect net.createConnection net.Socket.prototype.connect",
    "pipeConnect",
    "poll",
  ],
  [
    "path",
    { binding: "pipe_wrap" },
    "net.Server.prototype.listen http.Server.prototype.listen https.Server.prototype.listen",
    "pipeListen",
  ],
  ["path", { binding: "pipe_wrap" }, "http.request http.get", "pipeConnect", "sendMessage", "poll", "pipeReceive"],
  [
    "path",
    { binding: "pipe_wrap" },
    "tls.connect https.request https.get",
    "pipeConnect",
    "sendMessage",
    "poll",
    "pipeReceive",
  ],
  [
    "givenSocket",
    {},
    "net.Server.prototype.listen http.Server.prototype.listen https.Server.prototype.listen",
    "listen",
  ],
  ["path", { binding: "pipe_wrap" }, everyServer("close"), "pipeClose"],
  ["path", { binding: "pipe_wrap" }, "net.Socket.prototype.destroy http.ClientRequest.prototype.destroy", "close"],
  [
    "path",
    { binding: "pipe_wrap" },
    `net.Socket.prototype.ref net.Socket.prototype.unref
     net.Server.prototype.ref net.Server.prototype.unref`,
  ],
  [
    "onPath",
    { binding: null },
    `net.Socket.prototype.setNoDelay net.Socket.prototype.setKeepAlive net.Socket.prototype.address
     net.Socket.prototype.getTypeOfService net.Socket.prototype.setTypeOfService
     net.Server.prototype.address http.ClientRequest.prototype.setNoDelay
     http.ClientRequest.prototype.setSocketKeepAlive`,
  ],
  ["noClients", { mechanism: "microtask" }, everyServer("close"), "hangUp"],
  ["clustered", { binding: "pipe_wrap" }, `${everyServer("listen")} dgram.Socket.prototype.bind`, "askPrimary"],
  [
    "localAddress",
    {},
    "net.connect net.createConnection net.Socket.prototype.connect",
    "socket",
    "bind",
    "connect",
    "poll",
  ],
  [
    "localAddress",
    {},
    "http.request http.get https.request https.get tls.connect",
    "socket",
    "bind",
    "connect",
    "send",
    "poll",
    "receive",
  ],
  ["secure", secure, "fetch WebSocket http2.connect", "socket", "connect", "send", "poll", "receive"],
  [
    "secure",
    secure,
    `${ofResponse("http.ServerResponse")} http.ServerResponse.prototype.end http.ServerResponse.prototype.writeProcessing
     http.ClientRequest.prototype.write WebSocket.prototype.send WebSocket.prototype.close`,
    "send",
  ],
  ["secure", secure, "http.ClientRequest.prototype.end", "send", "poll", "receive"],
  ["encrypted", { dependency: "openssl" }, ofHttp2(), "send", "poll", "receive"],
  [
    "encrypted",
    { dependency: "openssl" },
    "http2.Http2ServerResponse.prototype.end http2.Http2ServerResponse.prototype.write",
    "send",
  ],
  ["encrypted", { dependency: "openssl" }, "http2.Http2Session.prototype.destroy", "send", "shutdown"],
  ["encrypted", { dependency: "openssl" }, "http2.ServerHttp2Stream.prototype.respondWithFD", "pread"],
  ["encrypted", { dependency: "openssl" }, "http2.ServerHttp2Stream.prototype.respondWithFile", "open", "pread"],
  ["onSocket", {}, "http2.connect", "send", "poll", "receive"],
  ["together", { before: 24 }, "http.ServerResponse.prototype.end", "sendMany"],
  ["together", { before: 24 }, "http.ClientRequest.prototype.end", "sendMany", "poll", "receive"],
  ["inOne", { before: 24 }, "WebSocket.prototype.send", "send"],
  ["onSocket", {}, "tls.connect", "send", "poll", "receive"],
  ["keptAlive", {}, "http.request http.get https.request https.get fetch", "send", "poll", "receive"],
  ["corked", {}, "net.Socket.prototype.write", "sendMany"],
  ["connections", {}, "http.Server.prototype.closeAllConnections https.Server.prototype.closeAllConnections", "hangUp"],
  [
    "connections",
    {},
    "http.Server.prototype.closeIdleConnections https.Server.prototype.closeIdleConnections",
    "hangUp",
  ],
  [
    "unconnected",
    { binding: null },
    `net.Socket.prototype.setNoDelay net.Socket.prototype.setKeepAlive net.Socket.prototype.getTypeOfService
     net.Socket.prototype.setTypeOfService http.ClientRequest.prototype.setNoDelay
     http.ClientRequest.prototype.setSocketKeepAlive`,
  ],
  ["noBody", {}, "http2.Http2ServerResponse.prototype.end", "send"],
  ["unbound", {}, "dgram.Socket.prototype.send dgram.Socket.prototype.sendto", "socket", "bind", "sendDatagram"],
  ["options", {}, "dgram.Socket.prototype.bind dgram.Socket.prototype.bindSync", "socket", "setsockopt", "bind"],
  [
    "unbound",
    {},
    `dgram.Socket.prototype.addMembership dgram.Socket.prototype.dropMembership
     dgram.Socket.prototype.addSourceSpecificMembership dgram.Socket.prototype.dropSourceSpecificMembership`,
    "socket",
    "bind",
    "setsockopt",
  ],
  ["unbound", {}, "dgram.Socket.prototype.connect", "socket", "bind", "connectDatagram"],
  ["address", { binding: null, mechanism: "microtask" }, "dns.lookup dns.promises.lookup"],
  ["nameServer", {}, "dns.lookup dns.promises.lookup dns.lookupService dns.promises.lookupService", "askNames"],
  ["localAddress", {}, ofResolvers("resolve"), ...locally],
  ["localAddress", {}, ofResolvers("reverse"), "checkHosts", "open", "read", "close", ...locally],
  [
    "hostsFile",
    {},
    `dns.reverse dns.Resolver.prototype.reverse dns.promises.reverse
     dns.promises.Resolver.prototype.reverse`,
    "checkHosts",
  ],
  ["queries", {}, "dns.Resolver.prototype.cancel dns.promises.Resolver.prototype.cancel", "hangUp"],
  ["systemStore", {}, "tls.getCACertificates", "open", "read", "close"],

  // databases
  [
    "memory",
    {},
    `DatabaseSync DatabaseSync.prototype.close DatabaseSync.prototype.exec DatabaseSync.prototype.open
     StatementSync.prototype.all StatementSync.prototype.get StatementSync.prototype.iterate
     StatementSync.prototype.run`.replaceAll(/\b(Data|Stat)/g, "sqlite.$1"),
  ],

  ["notOpened", {}, "sqlite.DatabaseSync"],
  [
    "transaction",
    {},
    `sqlite.DatabaseSync.prototype.exec sqlite.StatementSync.prototype.all sqlite.StatementSync.prototype.get
     sqlite.StatementSync.prototype.iterate sqlite.StatementSync.prototype.run`,
  ],
  ["reading", {}, "sqlite.DatabaseSync.prototype.exec sqlite.StatementSync.prototype.run", "lock", "pread"],

  // what stays in JavaScript
  ["number", inJavaScript, "buffer.Buffer.prototype.fill"],
  ["small", inJavaScript, "buffer.Buffer.allocUnsafe"],
  [
    "small",
    inJavaScript,
    "buffer.Buffer.prototype.swap16 buffer.Buffer.prototype.swap32 buffer.Buffer.prototype.swap64",
  ],
  ["copied", inJavaScript, "buffer.Buffer.from"],
  ["fixedWidth", inJavaScript, "buffer.Buffer.byteLength"],
  ["whole", { binding: null, before: 26 }, "buffer.Buffer.prototype.copy"],
  ["inJavaScript", { binding: null, before: 22 }, "buffer.Buffer.prototype.copy"],
  ["noRest", inJavaScript, "string_decoder.StringDecoder.prototype.end"],
  ["plainValue", inJavaScript, "util.isDeepStrictEqual util.inspect"],
  ["noGc", inJavaScript, "perf_hooks.PerformanceObserver.prototype.observe"],
  ["noGc", inJavaScript, "perf_hooks.PerformanceObserver.prototype.disconnect"],
  ["untilUsed", inJavaScript, "async_hooks.createHook perf_hooks.performance.timerify perf_hooks.timerify"],
  ["urlObject", inJavaScript, "url.fileURLToPath url.fileURLToPathBuffer"],
  ["legacyUrl", inJavaScript, "url.format"],
  ["plainPath", inJavaScript, "module.createRequire"],
  ["unheld", inJavaScript, "clearInterval clearTimeout timers.clearInterval timers.clearTimeout"],
  ["known", { binding: null, before: 26 }, "crypto.getCurves crypto.getHashes"],
  ["known", inJavaScript, "process.cwd tls.getCACertificates tls.getCiphers"],
  ["known", {}, "module.findPackageJSON", "stat"],
  ["noPosition", { since: 26 }, "module.findPackageJSON", "stat", "open", "read", "close"],
  ["drawnAhead", { binding: null, mechanism: "microtask" }, "crypto.randomInt"],
  ["drawnAhead", inJavaScript, "crypto.randomUUID crypto.randomUUIDv7"],
  ["usualEncoding", inJavaScript, "TextDecoder"],
  ["latin1", { binding: "buffer", since: 24 }, "TextDecoder.prototype.decode"],
  ["otherEncoding", { binding: "icu", dependency: "icu" }, "TextDecoder.prototype.decode"],
  ["brotli", { dependency: "brotli", since: 24 }, "CompressionStream DecompressionStream"],

  // what older versions did
  ["hooks", { binding: "async_wrap", before: 24 }, "async_hooks.AsyncLocalStorage.prototype.run"],
  [
    "inJavaScript",
    { binding: null, before: 24 },
    `AsyncLocalStorage.bind AsyncLocalStorage.snapshot AsyncLocalStorage.prototype.disable
     AsyncLocalStorage.prototype.enterWith AsyncLocalStorage.prototype.exit AsyncLocalStorage.prototype.getStore
     AsyncResource AsyncResource.bind AsyncResource.prototype.runInAsyncScope`.replaceAll(/\bA\w+/g, "async_hooks.$&"),
  ],
  ["noCallback", { mechanism: "synchronous", before: 24 }, "crypto.diffieHellman"],
  ["fromMemory", { mechanism: "microtask", before: 24 }, "buffer.Blob.prototype.stream"],

  // the rest
  ["endsThread", {}, "process.exit"],
  [
    "inWorker",
    { binding: "pipe_wrap" },
    "cluster.Worker.prototype.destroy cluster.Worker.prototype.kill",
    "sendMessage",
    "hangUp",
  ],
  ["handle", {}, "cluster.Worker.prototype.send", "sendHandle"],
  ["running", { binding: "messaging", mechanism: "synchronous" }, "module.register"],
  ["exported", { mechanism: "threadPool", before: 24 }, "crypto.subtle.exportKey"],
  ["dataUrl", { binding: null, mechanism: "microtask" }, "fetch"],
  ["compileCache", {}, "module.flushCompileCache", "open", "pwritev", "close", "rename"],
  ["noHome", {}, "os.homedir", "account"],
  ["noTerminal", {}, "tty.isatty", "terminal", "kindOfFile"],
  ["preopens", {}, "wasi.WASI", "fstat", "terminal", "realpath", "open"],
  ["name", {}, "process.setgid", "groupOf", "setgid"],
  ["name", {}, "process.setegid", "groupOf", "setegid"],
  ["name", {}, "process.setgroups", "groupOf", "setgroups"],
  ["name", {}, "process.initgroups", "groupOf", "initgroups"],
  ["name", {}, "process.setuid", "userOf", "setuid"],
  ["name", {}, "process.seteuid", "userOf", "seteuid"],
  ["coverage", {}, "v8.takeCoverage", "open", "write", "close"],
  [
    "watched",
    { mechanism: "thread" },
    `Script.prototype.runInContext Script.prototype.runInNewContext Script.prototype.runInThisContext runInContext
     runInNewContext runInThisContext`.replaceAll(/\S+/g, "vm.$&"),
    "thread",
  ],
  ["profiled", { mechanism: "thread" }, "inspector.Session.prototype.post", "thread"],
  ["signalThread", { mechanism: "thread" }, "util.setTraceSigInt", "thread"],
];

/** What asks a name server, of the resolvers that have an address of their own. */
function ofResolvers(question: "resolve" | "reverse"): string {
  const types = ["4", "6", "Any", "Caa", "Cname", "Mx", "Naptr", "Ns", "Ptr", "Soa", "Srv", "Tlsa", "Txt"];
  const methods = question === "reverse" ? [question] : [question, ...types.map((type) => `resolve${type}`)];
  const modules = ["dns", "dns.promises"];
  return modules.flatMap((module) => methods.map((method) => `${module}.Resolver.prototype.${method}`)).join(" ");
}

/** A method of the servers that listen. */
function everyServer(method: string): string {
  return ["net", "http", "https"].map((module) => `${module}.Server.prototype.${method}`).join(" ");
}

/** What sends frames of a session and waits for others. */
function ofHttp2(): string {
  return `Http2Session.prototype.goaway Http2Session.prototype.ping Http2Session.prototype.settings
    ClientHttp2Session.prototype.request ServerHttp2Session.prototype.altsvc ServerHttp2Session.prototype.origin
    Http2Stream.prototype.close Http2Stream.prototype.sendTrailers ServerHttp2Stream.prototype.additionalHeaders
    ServerHttp2Stream.prototype.pushStream ServerHttp2Stream.prototype.respond
    Http2ServerResponse.prototype.createPushResponse Http2ServerResponse.prototype.flushHeaders
    Http2ServerResponse.prototype.writeContinue Http2ServerResponse.prototype.writeEarlyHints
    Http2ServerResponse.prototype.writeInformation`.replaceAll(/\S+/g, "http2.$&");
}

/** What a response is sent with, beside its end. */
function ofResponse(name: string): string {
  const methods = ["flushHeaders", "write", "writeContinue", "writeEarlyHints", "writeInformation"];
  return methods.map((method) => `${name}.prototype.${method}`).join(" ");
}

/** What writes to stdout or stderr. */
function output(): string {
  const streams = "process.stdout.write process.stderr.write";
  const methods = ["assert", "count", "debug", "dir", "dirxml", "error", "group", "groupCollapsed", "info", "log"];
  const all = [...methods, "table", "timeEnd", "timeLog", "trace", "warn"].map((name) => `console.${name}`);
  return [streams, ...all].join(" ");
}

const byFunction = new Map<string, FormRow[]>();
for (const row of rows) {
  for (const name of row[2].split(/\s+/)) {
    byFunction.set(name, [...(byFunction.get(name) ?? []), row]);
  }
}

/** The other forms of an entry, if there are any. */
export function formsOf(entry: CatalogueEntry): Pick<CatalogueEntry, "forms"> {
  const own = byFunction.get(qualifiedName(entry));
  return own === undefined ? {} : { forms: own.map((row) => formOf(row, entry)) };
}

function formOf([form, difference, , ...operations]: FormRow, entry: CatalogueEntry): CallForm {
  const mechanism = difference.mechanism ?? entry.mechanism;
  return { form, ...difference, mechanism, thread: threadOf(mechanism), calls: callsOn(operations) };
}
