import { atOnce, each, type FormRow, inJavaScript, soon } from "./formRow.ts";

/** All that is neither a file nor a connection. */
export const otherForms: readonly FormRow[] = [
  // databases
  [
    "memory",
    {},
    `DatabaseSync DatabaseSync#close DatabaseSync#exec DatabaseSync#open
     StatementSync#all StatementSync#get StatementSync#iterate
     StatementSync#run`.replaceAll(/\b(Data|Stat)/g, "sqlite.$1"),
  ],

  ["notOpened", {}, "sqlite.DatabaseSync"],
  [
    "transaction",
    {},
    `sqlite.DatabaseSync#applyChangeset sqlite.DatabaseSync#exec sqlite.StatementSync#all sqlite.StatementSync#get
     sqlite.StatementSync#iterate sqlite.StatementSync#run`,
  ],
  ["reading", {}, "sqlite.DatabaseSync#exec sqlite.StatementSync#run", "lock", "pread"],
  ["memory", {}, each("sqlite.DatabaseSync#", "serialize applyChangeset")],
  ["intoMemory", {}, "sqlite.backup", "lock", "pread"],
  ["schema", {}, "sqlite.DatabaseSync#prepare", "lock", "pread"],
  ["changes", {}, each("sqlite.Session#", "changeset patchset"), "lock", "pread"],
  ["wal", {}, "sqlite.DatabaseSync#close", "lock", "pread", "pwrite", "syncDatabase", "unlink", "close"],

  // what stays in JavaScript
  ["number", inJavaScript, "buffer.Buffer#fill"],
  ["small", inJavaScript, "buffer.Buffer.allocUnsafe"],
  ["small", inJavaScript, "buffer.Buffer#swap16 buffer.Buffer#swap32 buffer.Buffer#swap64"],
  ["copied", inJavaScript, "buffer.Buffer.from"],
  ["fixedWidth", inJavaScript, "buffer.Buffer.byteLength"],
  ["whole", { binding: null, before: 26 }, "buffer.Buffer#copy"],
  ["inJavaScript", { binding: null, before: 22 }, "buffer.Buffer#copy"],
  ["noRest", inJavaScript, "string_decoder.StringDecoder#end"],
  ["plainValue", inJavaScript, "util.isDeepStrictEqual util.inspect"],
  ["noGc", inJavaScript, "perf_hooks.PerformanceObserver#observe"],
  ["noGc", inJavaScript, "perf_hooks.PerformanceObserver#disconnect"],
  ["untilUsed", inJavaScript, "async_hooks.createHook perf_hooks.performance.timerify perf_hooks.timerify"],
  ["urlObject", inJavaScript, "url.fileURLToPath url.fileURLToPathBuffer"],
  ["legacyUrl", inJavaScript, "url.format"],
  ["plainPath", inJavaScript, "module.createRequire"],
  ["unheld", inJavaScript, "clearInterval clearTimeout timers.clearInterval timers.clearTimeout"],
  ["known", { binding: null, before: 26 }, "crypto.getCurves crypto.getHashes"],
  ["known", inJavaScript, "process.cwd tls.getCACertificates tls.getCiphers"],
  ["known", {}, "module.findPackageJSON", "stat"],
  ["readsOn", { since: 26 }, "module.findPackageJSON", "stat", "readWhole"],
  ["drawnAhead", { binding: null, mechanism: "microtask" }, "crypto.randomInt"],
  ["drawnAhead", inJavaScript, "crypto.randomUUID crypto.randomUUIDv7"],
  ["usualEncoding", inJavaScript, "TextDecoder"],
  ["latin1", { binding: "buffer", since: 24 }, "TextDecoder#decode"],
  ["otherEncoding", { binding: "icu", dependency: "icu" }, "TextDecoder#decode"],
  ["brotli", { dependency: "brotli", since: 24 }, "CompressionStream DecompressionStream"],
  ["noBytes", soon, "crypto.randomFill crypto.randomBytes crypto.subtle.deriveBits"],
  ["noBytes", inJavaScript, "crypto.randomFillSync crypto.getRandomValues buffer.Buffer#toString"],
  ["known", inJavaScript, "crypto.X509Certificate#toString"],
  ["known", {}, "module.enableCompileCache"],
  ["decided", inJavaScript, each("buffer.Buffer.", "compare prototype.compare prototype.equals")],
  ["givenText", inJavaScript, "string_decoder.StringDecoder#write"],
  ["number", inJavaScript, "buffer.Buffer.alloc"],
  ["unchanged", inJavaScript, "vm.createContext v8.GCProfiler#start v8.GCProfiler#stop"],
  ["unchanged", inJavaScript, "inspector.Session#disconnect"],
  ["timesGiven", inJavaScript, "perf_hooks.performance.mark perf_hooks.performance.measure"],
  ["untilFed", { mechanism: "synchronous" }, `CompressionStream DecompressionStream ${ofZlib()}`],

  // what older versions did
  ["hooks", { binding: "async_wrap", before: 24 }, "async_hooks.AsyncLocalStorage#run"],
  [
    "inJavaScript",
    { binding: null, before: 24 },
    `AsyncLocalStorage.bind AsyncLocalStorage.snapshot AsyncLocalStorage#disable
     AsyncLocalStorage#enterWith AsyncLocalStorage#exit AsyncLocalStorage#getStore
     AsyncResource AsyncResource.bind AsyncResource#runInAsyncScope`.replaceAll(/\bA\w+/g, "async_hooks.$&"),
  ],
  ["noCallback", { mechanism: "synchronous", before: 24 }, "crypto.diffieHellman"],
  ["fromMemory", { mechanism: "microtask", before: 24 }, "buffer.Blob#stream"],

  // the rest
  ["endsThread", {}, "process.exit"],
  ["inWorker", { binding: "pipe_wrap" }, "cluster.Worker#destroy cluster.Worker#kill", "sendMessage", "hangUp"],
  ["handle", {}, "cluster.Worker#send", "sendHandle"],
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
    `Script#runInContext Script#runInNewContext Script#runInThisContext runInContext
     runInNewContext runInThisContext`.replaceAll(/\S+/g, "vm.$&"),
    "thread",
  ],
  ["profiled", { mechanism: "thread" }, "inspector.Session#post", "thread"],
  ["signalThread", { mechanism: "thread" }, "util.setTraceSigInt", "thread"],
  ["ended", inJavaScript, each("child_process.ChildProcess#", "kill ref unref")],
  ["ended", inJavaScript, each("worker_threads.Worker#", "ref unref")],
  ["ended", atOnce, "worker_threads.Worker#postMessage"],
  [
    "ended",
    soon,
    each(
      "worker_threads.Worker#",
      "cpuUsage getHeapSnapshot getHeapStatistics startCpuProfile startHeapProfile terminate",
    ),
  ],
  ["ended", atOnce, each("cluster.Worker#", "destroy disconnect kill send")],
  ["closed", inJavaScript, each("worker_threads.BroadcastChannel#", "close ref unref")],
  ["held", { mechanism: "eventLoop" }, "worker_threads.locks.request"],
  ["aborted", soon, "worker_threads.locks.request"],
  ["aborted", soon, each("timers.promises.", "setTimeout setImmediate setInterval scheduler.wait")],
  ["corked", {}, "process.stdout.write process.stderr.write", "writev"],
  ["controlGroup", { since: 24 }, "os.availableParallelism", "affinity", "controlGroup"],
  ["sameMode", {}, "tty.ReadStream#setRawMode"],
];

/** What makes a stream that packs or unpacks. */
function ofZlib(): string {
  const packing = "Deflate DeflateRaw Gzip BrotliCompress ZstdCompress";
  return each("zlib.create", `${packing} Inflate InflateRaw Gunzip Unzip BrotliDecompress ZstdDecompress`);
}
