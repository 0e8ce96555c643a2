import { type CallForm, type CatalogueEntry, type FormName, type Mechanism, qualifiedName } from "../entry.ts";
import type { Operation } from "./operations.ts";
import { callsOn, threadOf } from "./rows.ts";

interface Difference {
  /** If not the entry's. */
  readonly mechanism?: Mechanism;
  readonly binding?: string;
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
  ["recursive", {}, "fs.rmdir fs.promises.rmdir", "lstat", "open", "list", "close", "unlink", "rmdir"],
  ["recursive", {}, "fs.rmdirSync", "stat", "open", "list", "close", "unlink", "rmdir"],
  ["recursive", {}, "fs.readdirSync", "open", "list", "close", "stat"],
  ["recursive", {}, "fs.Dir.prototype.readSync", "openDirectory", "list", "closeDirectory"],
  ["blocking", {}, "fs.readdir fs.promises.readdir", "open", "list", "close", "stat"],
  ["blocking", {}, "fs.Dir.prototype.read", "openDirectory", "readDirectory", "closeDirectory"],
  ["parents", {}, "fs.mkdir fs.mkdirSync fs.promises.mkdir", "mkdir", "stat"],
  ["utf8", {}, "fs.readFileSync", "open", "read", "close"],
  ["start", {}, "fs.promises.FileHandle.prototype.readLines", "pread", "close"],
  ["autoClose", {}, "fs.promises.FileHandle.prototype.readableWebStream", "read", "close"],
  ["buffered", { mechanism: "microtask" }, "fs.Dir.prototype.read"],
  ["buffered", {}, "fs.Dir.prototype.readSync"],

  // output
  ["outputFile", { binding: "fs" }, output(), "write"],
  ["outputTerminal", { binding: "tty_wrap" }, output(), "write"],
  ["silent", {}, "console.assert console.group console.groupCollapsed"],

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
    {},
    `net.Socket.prototype.setNoDelay net.Socket.prototype.setKeepAlive net.Socket.prototype.getTypeOfService
     net.Socket.prototype.setTypeOfService http.ClientRequest.prototype.setNoDelay
     http.ClientRequest.prototype.setSocketKeepAlive`,
  ],
  ["noBody", {}, "http2.Http2ServerResponse.prototype.end", "send"],
  ["unbound", {}, "dgram.Socket.prototype.send dgram.Socket.prototype.sendto", "socket", "bind", "sendDatagram"],
  ["unbound", {}, "dgram.Socket.prototype.addMembership", "socket", "bind", "setsockopt"],
  ["unbound", {}, "dgram.Socket.prototype.connect", "socket", "bind", "connectDatagram"],
  ["address", { mechanism: "microtask" }, "dns.lookup dns.promises.lookup"],
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

  ["reading", {}, "sqlite.DatabaseSync.prototype.exec sqlite.StatementSync.prototype.run", "lock", "pread"],

  // the rest
  [
    "inWorker",
    { binding: "pipe_wrap" },
    "cluster.Worker.prototype.destroy cluster.Worker.prototype.kill",
    "sendMessage",
    "hangUp",
  ],
  ["dataUrl", { mechanism: "microtask" }, "fetch"],
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
  ["signalThread", { mechanism: "thread" }, "util.setTraceSigInt", "thread"],
];

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
  const { binding } = difference;
  return {
    form,
    mechanism,
    thread: threadOf(mechanism),
    calls: callsOn(operations),
    ...(binding === undefined ? {} : { binding }),
  };
}
