import type { CatalogueEntry, FormName, Mechanism } from "../entry.ts";
import type { Dependency } from "../layer.ts";

export const dependencyTitles: Readonly<Record<Dependency, string>> = {
  v8: "V8",
  uv: "libuv",
  openssl: "OpenSSL",
  llhttp: "llhttp",
  nghttp2: "nghttp2",
  ares: "c-ares",
  zlib: "zlib",
  brotli: "Brotli",
  zstd: "Zstandard",
  undici: "undici",
  ada: "Ada",
  simdjson: "simdjson",
  simdutf: "simdutf",
  icu: "ICU",
  sqlite: "SQLite",
  cjs_module_lexer: "cjs-module-lexer",
  amaro: "Amaro",
  acorn: "Acorn",
  node: "Node.js",
  os: "",
};

/** Texts of a path; keys of the translations. `{0}` is a name that is not translated. */
export const pathTexts = {
  code: {
    synchronous: "Your code waits until the work is done; nothing else runs on this thread meanwhile.",
    threadPool: "Your code continues; the result comes later, through a callback or promise.",
    eventLoop: "Your code continues; the result comes later, through an event, callback or promise.",
    timer: "Your code continues and is called back when the time has come.",
    microtask: "Your code continues; the rest runs before the event loop does.",
    process: "Your code starts a process.",
    processSync:
      "Your code waits until the process that it starts has ended; nothing else runs on this thread meanwhile.",
    thread: "Your code continues beside the thread it starts.",
    otherThread: "Your code continues; the result comes later, through a promise.",
  },
  besides: {
    hostName: "The name of a host is looked up first, on a thread of the pool.",
    fileOfBlob: "What a file holds is read on a thread of the pool.",
    fullPipe: "What a full pipe does not take is written later, by the event loop.",
  },
  forms: {
    address: "An address is not looked up: the result comes before the event loop continues.",
    autoClose: "With the option autoClose the file is closed at its end.",
    blocking:
      "With the option recursive it looks into the folders below, and the thread that calls waits for some of that.",
    buffered: "What has been read ahead is given without a system call.",
    connections: "Connections that are open are closed.",
    compileCache: "While the compile cache is on, it writes what is new into files.",
    corked: "What is written while it is corked is sent together.",
    coverage: "While coverage is collected, it writes it into a file.",
    dataUrl: "A data: URL needs no connection.",
    descriptor: "With a file that is open already it neither opens nor closes one.",
    flush: "With the option flush it waits until the disk has it.",
    gathered: "Chunks that wait for each other are written by one call.",
    givenFile: "With a descriptor it opens no file, and closes that one at its end.",
    givenSocket: "With a descriptor it neither makes nor binds a socket.",
    hostsFile: "An address in the hosts file is answered from there; it is read again only when it has changed.",
    inWorker: "In the worker itself it asks the primary and ends the connection to it.",
    keptAlive: "On a connection that the agent has kept it does not connect.",
    keptOpen: "With autoClose false it closes nothing.",
    link: "Of a symbolic link it makes another one.",
    memory: "A database in memory needs no system call.",
    name: "A name is looked up first in the system's list of users or groups.",
    noBody: "Without a body only the end of the stream is sent.",
    noHome: "Without a home in the environment it asks the system's list of users.",
    noPosition: "Without a position it reads on from where the file stands.",
    noTerminal: "What is no terminal is looked at once more.",
    oneFile: "For a single file it looks into no folder.",
    outputFile: "To a file it is written through the binding fs.",
    outputTerminal: "To a terminal it is written through the binding tty_wrap.",
    parents: "With the option recursive it makes the folders above too; one that is there already is looked at.",
    onSocket: "On a connection that is given it does not connect.",
    path: "With a path it is a Unix socket or a named pipe, through the binding pipe_wrap.",
    position: "With a position it writes there.",
    preopens: "With the option preopens it opens those folders.",
    queries: "Queries that are in flight end, and their sockets are closed.",
    reading: "What only reads writes nothing and does not wait for the disk.",
    recursive: "With the option recursive it also looks into the folders below.",
    reflink: "With COPYFILE_FICLONE it asks the file system first to share the data.",
    signalThread: "With true it starts a thread that waits for the signal.",
    silent: "Without anything to say it writes nothing.",
    start: "With a start it works from that position of the file.",
    systemStore: "With “system” it reads the system's certificates.",
    unbound: "A socket that is not bound yet is bound first.",
    unconnected: "A socket that is not connected yet only remembers it.",
    utf8: "As UTF-8 text it is read without a look at its size.",
  },
  callbackOptional: "With a callback your code continues; without one it waits until the work is done.",
  api: "JavaScript of Node.js checks the arguments and calls {0}.",
  dependencies: {
    synchronous: "{0} does the work on the thread that calls.",
    threadPool: "{0} does the work on a thread of the pool; libuv's event loop calls back.",
    eventLoop: "libuv's event loop waits for the operating system and calls back.",
    timer: "libuv's event loop sleeps until the time has come and calls back.",
    microtask: "{0} runs it before the event loop continues.",
    process: "libuv starts a process and watches it.",
    processSync: "libuv starts a process and waits for its end on the thread that calls.",
    thread: "libuv starts a thread that has an event loop of its own.",
    otherThread: "{0} does the work on the other thread; libuv's event loop calls back.",
  },
  os: "System calls on {0}",
} as const satisfies {
  code: Record<Mechanism, string>;
  besides: Record<NonNullable<CatalogueEntry["besides"]>, string>;
  forms: Record<FormName, string>;
  callbackOptional: string;
  api: string;
  dependencies: Record<Mechanism, string>;
  os: string;
};
