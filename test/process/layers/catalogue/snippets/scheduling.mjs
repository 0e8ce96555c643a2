import asyncHooks from "node:async_hooks";
import { createHash } from "node:crypto";
import http from "node:http";
import perfHooks from "node:perf_hooks";
import stream from "node:stream";
import streamPromises from "node:stream/promises";
import timers from "node:timers";
import timersPromises from "node:timers/promises";
import { event, inOwnTurn, listening, onHosts, outputs } from "./support.mjs";

const { performance } = perfHooks;
const web = (await listening(http.createServer((_request, response) => response.end("text")))).address().port;

/** Answers the handshake of a WebSocket, no more. */
const sockets = await listening(
  http.createServer().on("upgrade", (request, socket) => {
    const accept = createHash("sha1")
      .update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest("base64");
    socket.on("error", () => {}).on("data", () => sockets.emit("frame"));
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
  }),
);

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

const onResource = (run) => ({ before: () => new asyncHooks.AsyncResource("text"), run });
const stdout = ["debug", "dir", "dirxml", "info", "log"];
const stderr = ["error", "trace", "warn"];

/** A WebSocket that is open. */
async function socketed(host = "127.0.0.1") {
  const socket = new WebSocket(`ws://${host}:${sockets.address().port}`);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  return socket;
}

/** Until something of it has come to the server. */
const whenOpen = (run) => ({
  before: () => socketed(),
  run: (socket) => {
    run(socket);
    return event(sockets, "frame");
  },
});

/** Runs the same for the pipe that the output is, and for a file and a terminal in its place. */
function onOutputs(run, before = () => {}, after = () => {}) {
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
    forms: Object.fromEntries(Object.entries(outputs).map(([form, make]) => [form, onto(make)])),
  };
}

/** And without anything to say. */
const orSilent = ({ forms, ...snippet }, run) => ({ ...snippet, forms: { ...forms, silent: { run } } });

export const snippets = {
  timers: {
    clearInterval: { before: () => timers.setInterval(() => {}, 1000), run: (timer) => timers.clearInterval(timer) },
    clearTimeout: { before: () => timers.setTimeout(() => {}, 1000), run: (timer) => timers.clearTimeout(timer) },
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
    setTimeout: () => timersPromises.setTimeout(delay),
    setInterval: () => first(timersPromises.setInterval(delay)),
    setImmediate: () => inOwnTurn(() => timersPromises.setImmediate()),
    "scheduler.wait": () => timersPromises.scheduler.wait(delay),
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
    "performance.mark": () => void performance.mark("text"),
    "performance.measure": () => void performance.measure("text"),
    "performance.eventLoopUtilization": () => void performance.eventLoopUtilization(),
    eventLoopUtilization: () => void perfHooks.eventLoopUtilization(),
    timerify: () => void perfHooks.timerify(() => {})(),
    "performance.toJSON": () => void performance.toJSON(),
    "performance.timerify": () => void performance.timerify(() => {})(),
    "PerformanceObserver.prototype.disconnect": {
      before: () => {
        const observer = new perfHooks.PerformanceObserver(() => {});
        observer.observe({ entryTypes: ["gc"] });
        return observer;
      },
      run: (observer) => observer.disconnect(),
    },
    monitorEventLoopDelay: () => void perfHooks.monitorEventLoopDelay().enable(),
    createHistogram: () => void perfHooks.createHistogram(),
    "PerformanceObserver.prototype.observe": {
      before: () => new perfHooks.PerformanceObserver(() => {}),
      run: (observer) => observer.observe({ entryTypes: ["gc"] }),
      after: (observer) => observer.disconnect(),
    },
  },
  async_hooks: {
    createHook: () =>
      void asyncHooks
        .createHook({ init() {} })
        .enable()
        .disable(),
    "AsyncLocalStorage.bind": () => void asyncHooks.AsyncLocalStorage.bind(() => {}),
    "AsyncLocalStorage.prototype.disable": () => new asyncHooks.AsyncLocalStorage().disable(),
    "AsyncLocalStorage.prototype.enterWith": () => new asyncHooks.AsyncLocalStorage().enterWith(1),
    "AsyncLocalStorage.prototype.exit": () => new asyncHooks.AsyncLocalStorage().exit(() => {}),
    "AsyncLocalStorage.prototype.getStore": () => void new asyncHooks.AsyncLocalStorage().getStore(),
    "AsyncLocalStorage.prototype.withScope": () => void new asyncHooks.AsyncLocalStorage().withScope(1),
    "AsyncLocalStorage.snapshot": () => void asyncHooks.AsyncLocalStorage.snapshot(),
    "AsyncResource.bind": () => void asyncHooks.AsyncResource.bind(() => {}),
    "AsyncResource.prototype.runInAsyncScope": onResource((own) => own.runInAsyncScope(() => {})),
    AsyncResource: () => void new asyncHooks.AsyncResource("text"),
    "AsyncLocalStorage.prototype.run": () => new asyncHooks.AsyncLocalStorage().run(1, () => {}),
  },
  console: {
    ...Object.fromEntries([...stdout, ...stderr].map((name) => [name, onOutputs(() => console[name]("text"))])),
    assert: orSilent(
      onOutputs(() => console.assert(false)),
      () => console.assert(true),
    ),
    ...Object.fromEntries(
      ["group", "groupCollapsed"].map((name) => [
        name,
        orSilent(
          onOutputs(() => console[name]("text")),
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
      },
    },
    WebSocket: onHosts(async (host) => void (await socketed(host))),
    "WebSocket.prototype.close": whenOpen((socket) => socket.close()),
    "WebSocket.prototype.send": whenOpen((socket) => socket.send("text")),
    clearInterval: { before: () => setInterval(() => {}, 1000), run: (timer) => clearInterval(timer) },
    clearTimeout: { before: () => setTimeout(() => {}, 1000), run: (timer) => clearTimeout(timer) },
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
    TextDecoder: () => void new TextDecoder("utf-16le"),
    "TextDecoder.prototype.decode": () => void new TextDecoder().decode(new Uint8Array(4)),
    "TextEncoder.prototype.encode": () => void new TextEncoder().encode("text"),
    "TextEncoder.prototype.encodeInto": () => void new TextEncoder().encodeInto("text", new Uint8Array(4)),
    CompressionStream: async () => void (await packed("gzip")),
    DecompressionStream: {
      before: () => packed("gzip"),
      run: async (bytes) =>
        void (await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text()),
    },
    MessageChannel: () => void new MessageChannel(),
    BroadcastChannel: () => new BroadcastChannel("globals").close(),
  },
};
