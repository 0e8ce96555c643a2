import asyncHooks from "node:async_hooks";
import { createHash } from "node:crypto";
import http from "node:http";
import https from "node:https";
import perfHooks from "node:perf_hooks";
import stream from "node:stream";
import streamPromises from "node:stream/promises";
import timers from "node:timers";
import timersPromises from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { event, identity, inOwnTurn, listening, onHosts, outputs, tolerating, trusting } from "./support.mjs";

const { performance } = perfHooks;
const web = (await listening(http.createServer((_request, response) => response.end("text")))).address().port;

const packedText = gzipSync("text");
const packedWeb = (
  await listening(
    http.createServer((_request, response) => {
      response.setHeader("content-encoding", "gzip");
      response.end(packedText);
    }),
  )
).address().port;
/** A signal that has come before the call. */
const gone = { signal: AbortSignal.abort() };

const secureWeb = (
  await listening(https.createServer(identity, (_request, response) => response.end("text")))
).address().port;

/** Answers the handshake of a WebSocket, no more. */
const answering = (server) =>
  server.on("upgrade", (request, socket) => {
    const accept = createHash("sha1")
      .update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest("base64");
    socket.on("error", () => {}).on("data", () => server.emit("frame"));
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
  });
const sockets = await listening(answering(http.createServer()));
const secureSockets = await listening(answering(https.createServer(identity)));

// Long enough for the loop to have to wait, even while it is traced.
const delay = 100;
const after = (start) => new Promise((resolve) => start(resolve, delay));

async function first(iterable) {
  for await (const each of iterable) {
    return each;
  }
}

/** The same again goes over the same connection. */
async function fetched() {
  await (await fetch(`http://127.0.0.1:${web}/kept`)).text();
  await new Promise((resolve) => setImmediate(resolve));
}

async function packed(format) {
  return new Uint8Array(
    await new Response(new Blob(["text"]).stream().pipeThrough(new CompressionStream(format))).arrayBuffer(),
  );
}

const unpacking = (format) => ({
  before: () => packed(format),
  run: async (bytes) =>
    void (await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format))).text()),
});

const decoding = (encoding) => ({
  before: () => new TextDecoder(encoding),
  run: (decoder) => void decoder.decode(new Uint8Array(4)),
});

/** The same before there were frames, with a storage in use that switches the hooks on. */
function inFrames(run, create = () => new asyncHooks.AsyncLocalStorage()) {
  const after = (own) => own.disable?.();
  return { before: create, run, after, forms: { inJavaScript: { before: create, run, after } } };
}

const stored = {
  before: () => new asyncHooks.AsyncLocalStorage(),
  run: (own) => own.run(1, () => {}),
  after: (own) => own.disable(),
};
const stdout = ["debug", "dir", "dirxml", "info", "log"];
const stderr = ["error", "trace", "warn"];

/** A WebSocket that is open. */
async function socketed(host = "127.0.0.1", server = sockets) {
  const scheme = server === sockets ? "ws" : "wss";
  const socket = new WebSocket(`${scheme}://${host}:${server.address().port}`);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  return socket;
}

/** Until something of it has come to the server. */
const arriving = (run, server) => ({
  before: () => socketed("127.0.0.1", server),
  run: (socket) => {
    run(socket);
    return event(server, "frame");
  },
});
const whenOpen = (run, others = {}) => ({
  ...arriving(run, sockets),
  forms: { secure: trusting(arriving(run, secureSockets)), ...others },
});

const sendText = (socket) => socket.send("text");

/** Runs the same with a signal that has come before. */
const orAborted = (run, abort) => ({ run, forms: { aborted: { run: () => tolerating(abort) } } });

/** A timer of this kind, and one that holds nothing. */
const cleared = (start, clear) => ({
  before: () => start(() => {}, 1000),
  run: (timer) => clear(timer),
  forms: { unheld: { before: () => start(() => {}, 1000).unref(), run: (timer) => clear(timer) } },
});

/** For what is measured by V8, and for what is not. */
function observing(run, isOn) {
  const on = (type) => ({
    before: () => {
      const observer = new perfHooks.PerformanceObserver(() => {});
      if (isOn) {
        observer.observe({ entryTypes: [type] });
      }
      return observer;
    },
    run: (observer) => run(observer, type),
    after: (observer) => observer.disconnect(),
  });
  return { ...on("gc"), forms: { noGc: on("mark") } };
}

const timerified = (timerify) => ({
  before: () => timerify(() => {}),
  run: (measured) => measured(),
  forms: { untilUsed: { run: () => void timerify(() => {}) } },
});

/** Runs the same for the pipe that the output is, for a file and a terminal in its place, and in a worker thread. */
function onOutputs(run, before = () => {}, after = () => {}) {
  const inThread = { thread: `(${before})();\n(${run})();\n(${after})();` };
  const onto = (make) => ({
    before: () => {
      before();
      const kept = [console._stdout, console._stderr];
      console._stdout = console._stderr = make();
      return kept;
    },
    run,
    after: (kept) => {
      after();
      [console._stdout, console._stderr] = kept;
    },
  });
  return {
    before,
    run,
    after,
    forms: { ...Object.fromEntries(Object.entries(outputs).map(([form, make]) => [form, onto(make)])), inThread },
  };
}

/** What runs in a thread does not know the name. */
function named({ forms, ...snippet }, name) {
  return { ...snippet, forms: { ...forms, inThread: { thread: `console.${name}("text")` } } };
}

/** And without anything to say. */
const orSilent = ({ forms, ...snippet }, run) => ({ ...snippet, forms: { ...forms, silent: { run } } });

export const snippets = {
  timers: {
    clearInterval: cleared(timers.setInterval, timers.clearInterval),
    clearTimeout: cleared(timers.setTimeout, timers.clearTimeout),
    setTimeout: () => after(timers.setTimeout),
    setInterval: () =>
      new Promise((resolve) => {
        const timer = timers.setInterval(() => {
          clearInterval(timer);
          resolve();
        }, delay);
      }),
    setImmediate: () => inOwnTurn(() => new Promise((resolve) => timers.setImmediate(resolve))),
  },
  "timers/promises": {
    setTimeout: orAborted(
      () => timersPromises.setTimeout(delay),
      () => timersPromises.setTimeout(delay, undefined, gone),
    ),
    setInterval: orAborted(
      () => first(timersPromises.setInterval(delay)),
      () => first(timersPromises.setInterval(delay, undefined, gone)),
    ),
    setImmediate: orAborted(
      () => inOwnTurn(() => timersPromises.setImmediate()),
      () => timersPromises.setImmediate(undefined, gone),
    ),
    "scheduler.wait": orAborted(
      () => timersPromises.scheduler.wait(delay),
      () => timersPromises.scheduler.wait(delay, gone),
    ),
    "scheduler.yield": () => inOwnTurn(() => timersPromises.scheduler.yield()),
  },
  stream: {
    pipeline: () =>
      new Promise((resolve) =>
        stream.pipeline(stream.Readable.from(["text"]), new stream.PassThrough().resume(), resolve),
      ),
    finished: () => new Promise((resolve) => stream.finished(stream.Readable.from([]).resume(), resolve)),
  },
  "stream/promises": {
    pipeline: () => streamPromises.pipeline(stream.Readable.from(["text"]), new stream.PassThrough().resume()),
    finished: () => streamPromises.finished(stream.Readable.from([]).resume()),
  },
  perf_hooks: {
    "performance.now": () => void performance.now(),
    "performance.mark": {
      run: () => void performance.mark("text"),
      forms: { timesGiven: { run: () => void performance.mark("text", { startTime: 1 }) } },
    },
    "performance.measure": {
      run: () => void performance.measure("text"),
      forms: { timesGiven: { run: () => void performance.measure("text", { start: 1, end: 2 }) } },
    },
    "performance.eventLoopUtilization": () => void performance.eventLoopUtilization(),
    eventLoopUtilization: () => void perfHooks.eventLoopUtilization(),
    timerify: timerified(perfHooks.timerify),
    "performance.toJSON": () => void performance.toJSON(),
    "performance.timerify": timerified((run) => performance.timerify(run)),
    "PerformanceObserver.prototype.disconnect": observing((observer) => observer.disconnect(), true),
    monitorEventLoopDelay: () => void perfHooks.monitorEventLoopDelay().enable(),
    createHistogram: () => void perfHooks.createHistogram(),
    "PerformanceObserver.prototype.observe": observing(
      (observer, type) => observer.observe({ entryTypes: [type] }),
      false,
    ),
  },
  async_hooks: {
    createHook: {
      before: () => asyncHooks.createHook({ init() {} }),
      run: (hook) => void hook.enable().disable(),
      forms: { untilUsed: { run: () => void asyncHooks.createHook({ init() {} }) } },
    },
    "AsyncLocalStorage.bind": inFrames(() => void asyncHooks.AsyncLocalStorage.bind(() => {})),
    "AsyncLocalStorage.prototype.disable": inFrames((own) => own.disable()),
    "AsyncLocalStorage.prototype.enterWith": inFrames((own) => own.enterWith(1)),
    "AsyncLocalStorage.prototype.exit": inFrames((own) => own.exit(() => {})),
    "AsyncLocalStorage.prototype.getStore": inFrames((own) => void own.getStore()),
    "AsyncLocalStorage.prototype.withScope": {
      before: () => new asyncHooks.AsyncLocalStorage(),
      run: (own) => void own.withScope(1),
    },
    "AsyncLocalStorage.snapshot": inFrames(() => void asyncHooks.AsyncLocalStorage.snapshot()),
    "AsyncResource.bind": inFrames(() => void asyncHooks.AsyncResource.bind(() => {})),
    "AsyncResource.prototype.runInAsyncScope": inFrames(
      (own) => own.runInAsyncScope(() => {}),
      () => new asyncHooks.AsyncResource("text"),
    ),
    AsyncResource: inFrames(() => void new asyncHooks.AsyncResource("text")),
    "AsyncLocalStorage.prototype.run": {
      ...stored,
      forms: { hooks: stored },
    },
  },
  console: {
    ...Object.fromEntries(
      [...stdout, ...stderr].map((name) => [
        name,
        named(
          onOutputs(() => console[name]("text")),
          name,
        ),
      ]),
    ),
    assert: orSilent(
      onOutputs(() => console.assert(false)),
      () => console.assert(true),
    ),
    ...Object.fromEntries(
      ["group", "groupCollapsed"].map((name) => [
        name,
        orSilent(
          named(
            onOutputs(() => console[name]("text")),
            name,
          ),
          () => console[name](),
        ),
      ]),
    ),
    count: onOutputs(() => console.count()),
    table: onOutputs(() => console.table([1])),
    timeEnd: onOutputs(
      () => console.timeEnd("end"),
      () => console.time("end"),
    ),
    timeLog: onOutputs(
      () => console.timeLog("log"),
      () => console.time("log"),
      () => console.timeEnd("log"),
    ),
    clear: () => console.clear(),
    time: { run: () => console.time("time"), after: () => console.timeEnd("time") },
    groupEnd: () => console.groupEnd(),
    countReset: () => console.countReset(),
  },
  globals: {
    fetch: {
      ...onHosts(async (host) => void (await (await fetch(`http://${host}:${web}`)).text())),
      forms: {
        dataUrl: { run: async () => void (await (await fetch("data:,text")).text()) },
        keptAlive: { before: () => fetched(), run: () => fetched() },
        compressed: { run: async () => void (await (await fetch(`http://127.0.0.1:${packedWeb}`)).text()) },
        blobUrl: {
          before: () => URL.createObjectURL(new Blob(["text"])),
          run: async (address) => void (await (await fetch(address)).text()),
        },
        aborted: { run: () => tolerating(() => fetch(`http://127.0.0.1:${web}`, gone)) },
        secure: trusting({ run: async () => void (await (await fetch(`https://127.0.0.1:${secureWeb}`)).text()) }),
      },
    },
    WebSocket: {
      ...onHosts(async (host) => void (await socketed(host))),
      forms: { secure: trusting({ run: async () => void (await socketed("127.0.0.1", secureSockets)) }) },
    },
    "WebSocket.prototype.close": whenOpen((socket) => socket.close()),
    "WebSocket.prototype.send": whenOpen(sendText, { inOne: arriving(sendText, sockets) }),
    clearInterval: cleared(setInterval, clearInterval),
    clearTimeout: cleared(setTimeout, clearTimeout),
    setTimeout: () => after(setTimeout),
    setInterval: () =>
      new Promise((resolve) => {
        const timer = setInterval(() => {
          clearInterval(timer);
          resolve();
        }, delay);
      }),
    setImmediate: () => inOwnTurn(() => new Promise((resolve) => setImmediate(resolve))),
    queueMicrotask: () => new Promise((resolve) => queueMicrotask(resolve)),
    structuredClone: () => void structuredClone({ text: "text" }),
    TextDecoder: {
      run: () => void new TextDecoder("utf-16le"),
      forms: { usualEncoding: { run: () => void [new TextDecoder(), new TextDecoder("latin1")] } },
    },
    "TextDecoder.prototype.decode": {
      ...decoding("utf-8"),
      forms: { latin1: decoding("latin1"), otherEncoding: decoding("utf-16le") },
    },
    "TextEncoder.prototype.encode": () => void new TextEncoder().encode("text"),
    "TextEncoder.prototype.encodeInto": () => void new TextEncoder().encodeInto("text", new Uint8Array(4)),
    CompressionStream: {
      run: async () => void (await packed("gzip")),
      forms: {
        brotli: { run: async () => void (await packed("brotli")) },
        untilFed: { run: () => void new CompressionStream("gzip") },
      },
    },
    DecompressionStream: {
      ...unpacking("gzip"),
      forms: { brotli: unpacking("brotli"), untilFed: { run: () => void new DecompressionStream("gzip") } },
    },
    MessageChannel: () => void new MessageChannel(),
    BroadcastChannel: () => new BroadcastChannel("globals").close(),
  },
};
