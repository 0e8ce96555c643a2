// The fixture `protocols` with one more server, for what a soak does to its workers.
const http = require("node:http");
require("./app.cjs");

/** Kept until the worker ends. */
const kept = [];

http
  .createServer((request, response) => {
    if (request.url === "/throw") {
      response.end(String(process.pid), () => {
        throw new Error("thrown by the soak");
      });
    } else if (request.url.startsWith("/grow/")) {
      kept.push(Buffer.alloc(Number(request.url.slice(6)) * 1_048_576, 1));
      response.end(String(process.pid));
    } else {
      // A line of output, as apps write for each request.
      console.log(`${new Date().toISOString()} ${request.method} ${request.url} ${"x".repeat(100)}`);
      response.end("said");
    }
  })
  .listen(Number(process.env.PORT) + 8);
