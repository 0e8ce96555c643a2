// A server whose connections or answers pass through the library named by LIBRARY.
"use strict";
const { readFileSync } = require("node:fs");
const http = require("node:http");
const net = require("node:net");
const { join } = require("node:path");

const port = Number(process.env.PORT);
const certificate = () => ({
  key: readFileSync(join(__dirname, "key.pem")),
  cert: readFileSync(join(__dirname, "cert.pem")),
});

const handle = (request, response) =>
  request.resume().on("end", () => {
    const ms = Number(/^\/slow\/(\d+)/.exec(request.url)?.[1] ?? 0);
    const text = JSON.stringify({ url: request.url, version: "any", client: request.socket.remoteAddress });
    setTimeout(() => response.end(text), ms);
  });

const libraries = {
  "findhit-proxywrap"() {
    require("findhit-proxywrap").proxy(http).createServer(handle).listen(port);
  },
  "proxy-protocol-v2"() {
    const { v2_decode: decode } = require("proxy-protocol-v2");
    const server = http.createServer(handle);
    net
      .createServer((socket) => {
        socket.on("error", () => undefined);
        socket.once("readable", () => {
          const data = socket.read();
          // Signature, version and family, length of the rest.
          const length = data === null ? 0 : 16 + data.readUInt16BE(14);
          const header = data && decode(data.subarray(0, length));
          if (!header) {
            socket.destroy();
            return;
          }
          Object.defineProperty(socket, "remoteAddress", { value: header.remoteAddress });
          socket.unshift(data.subarray(length));
          server.emit("connection", socket);
        });
      })
      .listen(port);
  },
  spdy() {
    const options = { ...certificate(), spdy: { protocols: ["h2", "http/1.1"] } };
    const answer = (request, response) => request.resume().on("end", () => response.end("generation 1 received 0 "));
    require("spdy")
      .createServer(options, (...both) => (both[0].isSpdy ? answer : handle)(...both))
      .listen(port);
  },
  "http-event-stream"() {
    const { streamEvents } = require("http-event-stream");
    const stream = ({ sendEvent }) => {
      let number = 0;
      const timer = setInterval(() => {
        number += 1;
        sendEvent({ event: "number", data: String(number) });
      }, 5);
      return () => clearInterval(timer);
    };
    http
      .createServer((request, response) => {
        if (request.url.startsWith("/events")) {
          streamEvents(request, response, { fetch: async () => [], stream });
        } else {
          handle(request, response);
        }
      })
      .listen(port);
  },
  "sticky-session"() {
    const server = http.createServer(handle);
    require("sticky-session").listen(server, port);
  },
  "@socket.io/sticky"() {
    const server = http.createServer(handle);
    const { Server } = require("socket.io");
    require("@socket.io/sticky").setupWorker(new Server(server));
  },
};

libraries[process.env.LIBRARY]();
