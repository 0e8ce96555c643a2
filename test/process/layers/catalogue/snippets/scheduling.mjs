import asyncHooks from "node:async_hooks";
import { createHash } from "node:crypto";
import http from "node:http";
import perfHooks from "node:perf_hooks";
import stream from "node:stream";
import streamPromises from "node:stream/promises";
import timers from "node:timers";
import timersPromises from "node:timers/promises";
import { inOwnTurn, listening, onHosts } from "./support.mjs";

const { performance } = perfHooks;
const web = (await listening(http.createServer((_request, response) => response.end("text")))).address().port;

/** Answers the handshake of a WebSocket, no more. */
const sockets = await listening(
  http.createServer().on("upgrade", (request, socket) => {
    const accept = createHash("sha1")
      .update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest("base64");
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

async function packed(format) {
  return new Uint8Array(
    await new Response(new Blob(["text"]).stream().pipeThrough(new CompressionStream(format))).arrayBuffer(),
  );
}

export const snippets = {
  timers: {
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
    AsyncResource: () => void new asyncHooks.AsyncResource("text"),
    "AsyncLocalStorage.prototype.run": () => new asyncHooks.AsyncLocalStorage().run(1, () => {}),
  },
  globals: {
    fetch: onHosts(async (host) => void (await (await fetch(`http://${host}:${web}`)).text())),
    WebSocket: onHosts(async (host) => {
      const socket = new WebSocket(`ws://${host}:${sockets.address().port}`);
      await new Promise((resolve, reject) => {
        socket.onopen = resolve;
        socket.onerror = reject;
      });
    }),
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
