"use strict";
// The app that every peer runs: plain http, not a line that knows of clusters or reloads, unless GRACEFUL asks for it.
const { readFileSync } = require("node:fs");
const { createServer } = require("node:http");
const { join } = require("node:path");

const version = readFileSync(join(__dirname, "version.txt"), "utf8").trim();
let served = 0;

const server = createServer((request, response) => {
  served += 1;
  const { url } = request;
  if (url.startsWith("/slow/")) {
    setTimeout(() => response.end(JSON.stringify({ url, version })), Number.parseInt(url.slice("/slow/".length), 10));
  } else if (url.startsWith("/served")) {
    response.end(JSON.stringify({ url, version, pid: process.pid, served }));
  } else {
    response.end(JSON.stringify({ url, version }));
  }
});
// As behind a load balancer. Node's default of 5 s would close idle connections while a slow machine is measured.
server.keepAliveTimeout = 65_000;
server.listen(Number(process.env.PORT), "127.0.0.1");

if (process.env.GRACEFUL === "1") {
  // The handler that pm2's documentation asks for.
  process.on("SIGINT", () => server.close(() => process.exit(0)));
}
