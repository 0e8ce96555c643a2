import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type ClientRequest, request } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { join } from "node:path";
import { shutdownHandlers } from "../../../src/server/shutdown/shutdownHandler.ts";
import { cacheFolder } from "../../support/paths.ts";
import { poll, within } from "../../support/process/until.ts";
import { analysed } from "./sources.ts";

/** The source with the first offer taken. */
function completed(text: string, file?: string): string | undefined {
  const [offer] = shutdownHandlers(analysed(text, file));
  return offer?.edits
    .toSorted((a, b) => b.start - a.start)
    .reduce((source, edit) => source.slice(0, edit.start) + edit.text + source.slice(edit.end), text);
}

// Each says on which port it listens, and answers when the request has come to its end.
const listening = "process.send({ port: this.address().port });";
const slow = 'process.send("in flight"); request.resume(); request.on("end", () => response.end("done"));';
const servers: Record<string, string> = {
  "http.cjs": `const http = require("http");
const server = http.createServer((request, response) => { ${slow} });
server.listen(0, function () { ${listening} });
`,
  "http.mjs": `import { createServer } from 'node:http'

createServer((request, response) => { ${slow} })
  .listen(0, function () { ${listening} })
`,
  "http-in-function.cjs": `const http = require("http");
class Api {
\tstart() {
\t\tthis.server = http.createServer((request, response) => { ${slow} });
\t\tconst server = this.server;
\t\tserver.on("error", console.error);
\t\tconst own = http.createServer((request, response) => { ${slow} });
\t\town.listen(0, function () { ${listening} }); // all addresses
\t}
}
new Api().start();
`,
  "express.cjs": `const express = require('express')
const app = express()
app.post('/', (request, response) => { ${slow} })
app.listen(0, function () { ${listening} })
`,
  "express.mjs": `import express from "express";
const app = express();
app.post("/", (request, response) => { ${slow} });
export const listener = app.listen(0, function () { ${listening} }).on("error", console.error);
`,
  "koa.cjs": `const Koa = require("koa");
const app = new Koa();
app.use(({ request: { req: request }, res: response, ...context }) => new Promise(() => { ${slow} }));
if (require.main === module) {
    app.listen(0, function () { ${listening} });
}
`,
  "koa.mjs": `import Koa from "koa";
const server = "a name that is taken";
const app = new Koa();
app.use((context) => { context.respond = false; const request = context.req, response = context.res; response.statusCode = 200; ${slow} });
app.listen(0, function () { ${listening} });
void server;
`,
  "fastify.mjs": `import Fastify from "fastify";
const fastify = Fastify();
fastify.addContentTypeParser("*", (_, payload, done) => { process.send("in flight"); payload.resume(); payload.on("end", () => done(null)); });
fastify.post("/", async () => "done");
await fastify.listen({ port: 0 });
process.send({ port: fastify.server.address().port });
`,
  "fastify.cjs": `const { fastify } = require("fastify");
const app = fastify();
app.addContentTypeParser("*", (_, payload, done) => { process.send("in flight"); payload.resume(); payload.on("end", () => done(null)); });
app.post("/", async () => "done");
const start = async () => {
  try {
    await app.listen({ port: 0 });
    process.send({ port: app.server.address().port });
  } catch (error) {
    process.exit(1);
  }
};
start();
`,
};

servers["this-server.mjs"] = `import { createServer } from "http";
class Api {
  server = createServer((request, response) => { ${slow} });
  start() {
    this.server.listen(0, function () { ${listening} });
  }
}
new Api().start();
`;
servers["this-assigned.cjs"] = `const app = require("express")();
app.post("/", (request, response) => { ${slow} });
class Api {
  start() {
    this.server = app.listen(0, function () { ${listening} });
  }
}
new Api().start();
`;
servers["exported.mjs"] = `import express from "express";
const app = express();
app.post("/", (request, response) => { ${slow} });
export default app.listen(0, function () { ${listening} });
`;
servers["branch.cjs"] = `const app = require('express')()
app.post('/', (request, response) => { ${slow} })
if (process.env.NOT_SET) next()
else
  app.listen(0, function () { ${listening} }) // all addresses
`;
servers["then.mjs"] = `import express from "express";
const app = express();
app.post("/", (request, response) => { ${slow} });
Promise.resolve()
  .then(() => app.listen(0, function () { ${listening} }))
  .catch(console.error);
`;
servers["split.cjs"] = `const app = require("./imported-app.cjs");
const port = process.env.NOT_SET || 0;
const server = app.listen(port, function () { ${listening} });
`;
servers["made.mjs"] = `import { createApp } from "./made-app.mjs";
const app = createApp();
let server;
Promise.resolve().then(() => {
  server = app.listen(Number(process.env.NOT_SET ?? 0), function () { ${listening} });
});
`;
servers["two.cjs"] = `const http = require("http");
http.createServer((request, response) => response.end("ready")).listen(0);
const api = http.createServer((request, response) => { ${slow} });
api.listen(0, function () { ${listening} });
`;
servers["two-kinds.mjs"] = `import http from "http";
import Fastify from "fastify";
const health = http.createServer((request, response) => response.end("ready"));
health.listen(0);
const fastify = Fastify();
fastify.addContentTypeParser("*", (_, payload, done) => { process.send("in flight"); payload.resume(); payload.on("end", () => done(null)); });
fastify.post("/", async () => "done");
await fastify.listen({ port: 0 });
process.send({ port: fastify.server.address().port });
`;
servers["again.cjs"] = `const http = require("http");
const server = http.createServer((request, response) => { ${slow} });
server.listen(0, function () { ${listening} });
server.on("error", () => { server.listen(0); });
`;

/** What those above import. */
const imported: Readonly<Record<string, string>> = {
  "made-app.mjs": `import express from "express";
export const createApp = () => express().post("/", (request, response) => { ${slow} });
`,
  "imported-app.cjs": `const app = require("express")();
app.post("/", (request, response) => { ${slow} });
module.exports = app;
`,
};

describe("the shutdown handler", () => {
  const folder = (() => {
    mkdirSync(cacheFolder, { recursive: true });
    return mkdtempSync(join(cacheFolder, "shutdown-"));
  })();
  after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [file, source] of Object.entries(imported)) {
    writeFileSync(join(folder, file), source);
  }

  for (const [file, source] of Object.entries(servers)) {
    it(`lets ${file} answer what it has begun, take no more and end`, async () => {
      const text = completed(source, file);
      assert.ok(text, "nothing was offered");
      const path = join(folder, file);
      writeFileSync(path, text);
      await endsWell(path, (child) => child.send("shutdown"));
      if (process.platform !== "win32" && file.startsWith("http.")) {
        await endsWell(path, (child) => child.kill("SIGTERM"));
      }
    });
  }

  it("ends the sessions of an HTTP/2 server, after their streams", async () => {
    const source = `const http2 = require("http2");
const server = http2.createServer();
server.on("stream", (stream) => {
  process.send("in flight");
  stream.respond({ ":status": 200 });
  process.once("disconnect", () => stream.end("done"));
});
server.listen(0, function () { ${listening} });
`;
    const text = completed(source, "http2.cjs");
    assert.ok(text, "nothing was offered");
    const path = join(folder, "http2.cjs");
    writeFileSync(path, text);
    const child = fork(path, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    const exit = once(child, "exit");
    try {
      const [{ port }] = await within("listening", once(child, "message"));
      const session = connectHttp2(`http://127.0.0.1:${port}`);
      const stream = session.request({ ":path": "/" });
      stream.setEncoding("utf8");
      const answer = textOf(stream);
      await within("taking the request", once(child, "message"));
      const goaway = once(session, "goaway");
      child.send("shutdown");
      await within("the end of the session's requests", goaway);
      child.disconnect();
      assert.equal(await within("the answer", answer), "done");
      assert.deepEqual(await within("the end", exit), [0, null]);
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("makes a block where there is none, and exports what it names", () => {
    const top = 'import express from "express";\nconst app = express();\n';
    assert.match(
      completed(`${top}if (go) app.listen(80);\nelse stay();\n`) ?? "",
      /^if \(go\) \{\n {2}const server = app\.listen\(80\);\n\n {2}\/\/ [\s\S]+\n {2}\}\);\n\}\nelse stay\(\);\n$/m,
    );
    assert.match(
      completed(`${top}load().then(() => app.listen(80));\n`) ?? "",
      /^load\(\)\.then\(\(\) => \{\n {2}const server = app\.listen\(80\);\n\n[\s\S]+\n {2}\}\);\n\}\);\n$/m,
    );
    assert.match(
      completed(`${top}export default app.listen(80);\n`) ?? "",
      /^const server = app\.listen\(80\);\nexport default server;\n\n\/\/ /m,
    );
  });

  it("knows a port by what it is called", () => {
    for (const port of [
      "80",
      "port",
      "env.PORT",
      'app.get("port")',
      "Number(process.env.PORT)",
      "process.env.PORT || 80",
    ]) {
      assert.ok(completed(`const app = require("./app"); const server = app.listen(${port});`), port);
    }
  });

  it("types what it writes into TypeScript", () => {
    const text = completed('import http2 from "http2";\nhttp2.createServer().listen(80);\n', "app.ts");
    assert.ok(text?.includes('const sessions = new Set<import("node:http2").ServerHttp2Session>();'), text);
  });

  it("is written as the file is", () => {
    const single = completed("const http = require('http')\r\n\thttp.createServer(f).listen(80)\r\n");
    assert.ok(single);
    assert.ok(single.includes("\tconst server = http.createServer(f).listen(80)\r\n\r\n\t// "));
    assert.ok(single.includes("\tprocess.once('SIGTERM', shutdown)\r\n"));
    assert.doesNotMatch(single, /[;"]|[^\r]\n/);
    const four = completed('import Koa from "koa";\nfunction go() {\n    new Koa().listen(80);\n}\n');
    assert.ok(four?.includes('\n    process.on("message", (message) => {\n        if (message === "shutdown") {\n'));
  });

  it("keeps a line between it and what follows", () => {
    const text = completed('import http from "http";\nconst s = http.createServer();\ns.listen(80);\nnext();\n');
    assert.ok(text?.endsWith("});\n\nnext();\n"));
  });

  it("takes no name that is taken", () => {
    const text = completed('import express from "express";\nlet server, shutdown;\nexpress().listen(80);\n');
    assert.match(
      text ?? "",
      /const httpServer = express\(\)\.listen\(80\);[\s\S]+const shutDownServer = \(\) => \{\n {2}httpServer\.close/,
    );
  });

  it("is not offered where it would be wrong", () => {
    for (const text of [
      'import http from "http"; process.on("SIGTERM", f); http.createServer().listen(80);',
      'import http from "http"; import { once } from "process"; once("message", f); http.createServer().listen(80);',
      "app.listen(80);",
      'import express from "express"; const app = express(); module.exports = () => app.listen(80);',
      'import express from "express"; const app = express(); new Promise((done) => app.listen(80, done));',
      'import express from "express"; const app = express(); module.exports = app.listen(80);',
      'import express from "express"; const app = express(); load().then(() => app.listen(80)).then(use);',
      'import express from "express"; const app = express(); const server = load().then(() => app.listen(80));',
      'import express from "express"; const app = express(); if (go) /* ) */ // go)\n app.listen(80);',
      'import fastify from "fastify"; const app = fastify(); load().then(() => app.listen({ port: 80 }));',
      'import app from "./app.js"; const server = await app.listen(80);',
      'import app from "./app.js"; const server = app.listen({ port: 80 });',
      'import app from "./app.js"; const server = app.listen(options);',
      'import app from "./app.js"; app.listen(80);',
      'import app from "app"; const server = app.listen(80);',
      'import make from "app"; const app = make(); const server = app.listen(80);',
      'import http from "http"; import app from "./app.js"; http.createServer(app).listen(80); app.listen(81);',
      'import http from "http"; if (a) { http.createServer().listen(80); } else { http.createServer().listen(81); }',
    ]) {
      assert.equal(completed(text), undefined, text);
    }
  });
});

/** A request is under way; the server is told to end, refuses others, answers the one, and its process is gone. */
async function endsWell(path: string, tellToEnd: (child: ChildProcess) => void): Promise<void> {
  const child = fork(path, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const exit = once(child, "exit");
  try {
    const [{ port }] = await within("listening", once(child, "message"));
    const asking = request({ port, method: "POST", headers: { "content-type": "text/x-slow", connection: "close" } });
    const answer = answerOf(asking);
    asking.write("x".repeat(10));
    await within("taking the request", once(child, "message"));
    tellToEnd(child);
    await poll("it refuses connections", () => refuses(port));
    asking.end();
    assert.equal(await within("the answer", answer), "done");
    assert.deepEqual(await within("the end", exit), [0, null]);
  } finally {
    child.kill("SIGKILL");
  }
}

async function answerOf(asking: ClientRequest): Promise<string> {
  const [response] = await once(asking, "response");
  return textOf(response);
}

async function textOf(stream: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const chunk of stream) {
    text += chunk;
  }
  return text;
}

function refuses(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(false)).once("error", () => resolve(true));
    socket.once("connect", () => socket.destroy());
  });
}
