import { assertFound, type PackageCase } from "./runRules.ts";

const readIt = 'import fs from "node:fs"; export const load = (path: string) => fs.readFileSync(path, "utf8");';
const reads = ["sync-in-request: fs.readFileSync"];
const routeOf = (specifier: string) =>
  `import express from "express"; import { load } from "${specifier}"; const app = express(); app.get("/", (req, res) => res.send(load("x"))); app.listen(80);`;

const cases: readonly PackageCase[] = [
  {
    what: "a function that a route calls by a path of tsconfig.json",
    file: "src/infra/load.ts",
    found: reads,
    texts: {
      "tsconfig.json": '{ "extends": "./base.json" }',
      "base.json": '{ "compilerOptions": { "paths": { "$i/*": ["./src/infra/*"], }, /* . */ } }',
      "src/app.ts": routeOf("$i/load"),
      "src/infra/load.ts": readIt,
    },
  },
  {
    what: "a function of another package of the repository, which exports it on",
    file: "../files/src/load.ts",
    found: reads,
    texts: {
      "package.json": '{ "name": "api", "dependencies": { "@shop/files": "workspace:*" } }',
      "app.ts": routeOf("@shop/files"),
      "../files/package.json": '{ "name": "@shop/files", "exports": { ".": "./dist/index.js" } }',
      "../files/src/index.ts": 'export * from "./load.js";',
      "../files/src/load.ts": readIt,
    },
  },
  {
    what: "the same in a package that is installed",
    file: "load.ts",
    found: [],
    texts: {
      "package.json": '{ "name": "api", "dependencies": { "load": "1.0.0" } }',
      "tsconfig.json": '{ "compilerOptions": { "baseUrl": "." } }',
      "app.ts": routeOf("load"),
      "load.ts": readIt,
    },
  },
  {
    what: "controllers of a folder that is loaded whole, by the names of their files",
    file: "controllers/user.js",
    found: reads,
    texts: {
      "package.json": '{ "_moduleAliases": { "@all": "./controllers" } }',
      "app.js": 'require("koa-router")().get("/", require("@all").user.show);',
      "controllers/index.js":
        'const fs = require("fs"); const all = {}; for (const file of fs.readdirSync(__dirname)) { const one = require("./" + file); all[file.replace(".js", "")] = one; } module.exports = all;',
      "controllers/user.js":
        'const fs = require("fs"); const user = {}; user.show = async (ctx) => { ctx.body = fs.readFileSync("x"); }; module.exports = user;',
    },
  },
  ...["@adonisjs/core/http#HttpContext", "fastify#FastifyRequest", "koa#Context", "h3#H3Event"].map(
    (api): PackageCase => ({
      what: `a function that is given what TypeScript calls ${api}`,
      file: "users.ts",
      found: reads,
      texts: {
        "users.ts": `import fs from "node:fs"; import type { ${api.split("#")[1]} } from "${api.split("#")[0]}"; export default class Users { async show({ request }: ${api.split("#")[1]}) { return fs.readFileSync(request.id); } }`,
      },
    }),
  ),
  {
    what: "who was served too recently, though not what is looked up once",
    file: "app.js",
    found: ["worker-local-state: last"],
    texts: {
      "app.js": `const app = require("express")(); const last = new Map(), seen = new Map();
        app.post("/", (req, res) => { const now = Date.now(); const at = last.get(req.ip); if (at && now - at < 500) return res.sendStatus(429); last.set(req.ip, now); res.end(); });
        app.get("/", (req, res) => { const hit = seen.get(req.ip); if (hit && Date.now() - hit.at < 500) return res.json(hit); seen.set(req.ip, { at: Date.now() }); res.end(); });
        app.listen(80);`,
    },
  },
  {
    what: "what is kept and asked for under the id of a connection alone",
    file: "app.js",
    found: [],
    texts: {
      "app.js": `const { Server } = require("socket.io"); const io = new Server(80, { adapter, transports: ["websocket"] }); const states = new Map();
        io.on("connection", (socket) => { states.set(socket.id, "new"); socket.on("turn", () => socket.emit("turn", states.get(socket.id))); });`,
    },
  },
  {
    what: "the ids of sockets by their users",
    file: "app.js",
    found: ["worker-local-state: userSockets"],
    texts: {
      "app.js": `const { Server } = require("socket.io"); const io = new Server(80, { adapter, transports: ["websocket"] }); const userSockets = {};
        io.on("connection", (socket) => { socket.on("hello", (id) => { userSockets[id] = socket.id; }); socket.on("to", (to, text) => io.to(userSockets[to]).emit("text", text)); });`,
    },
  },
  {
    what: "a counter that is only a part of an id",
    file: "app.js",
    found: [],
    texts: {
      "app.js": `const app = require("express")(); let count = 0; app.post("/", (req, res) => res.json({ id: \`\${++count}_\${Date.now()}\` })); app.listen(80);`,
    },
  },
  {
    what: "jobs that change what a service of Feathers keeps",
    file: "app.js",
    found: ["timer-per-worker: setInterval"],
    texts: {
      "app.js":
        'const app = require("express")(); setInterval(() => app.service("rates").create({ at: 1 }), 60_000); app.listen(80);',
    },
  },
  {
    what: "figures that go to the app's own bus",
    file: "app.js",
    found: [],
    texts: {
      "app.js":
        'const app = require("express")(); const bus = require("./bus"); setInterval(() => bus.publish("count", 1), settings.interval); app.listen(80);',
      "bus.js": "exports.publish = (name, value) => listeners.forEach((listener) => listener(name, value));",
    },
  },
  {
    what: "what a synchronous transpiler and a hook of static files do",
    file: "app.js",
    found: ["sync-in-request: transformSync", "sync-in-request: fs.statSync"],
    texts: {
      "app.js": `const express = require("express"), fs = require("fs"), { transformSync } = require("esbuild"); const app = express();
        app.post("/", (req, res) => res.send(transformSync(req.body).code)); app.use(express.static("x", { setHeaders(res, path) { res.set("x", fs.statSync(path).size); } })); app.listen(80);`,
    },
  },
  {
    what: "a file of logs that an app puts aside by itself, in the process of a server that another object gives",
    file: "log.js",
    found: ["log-file: fs.renameSync"],
    texts: {
      "main.js": 'require("./log"); this.app.getServer().listen(3000);',
      "log.js":
        'const fs = require("fs"); function rotateLog(file) { fs.renameSync(file, file + ".1"); } exports.log = (line) => { rotateLog("a.log"); fs.appendFileSync("a.log", line); };',
    },
  },
];

describe("the rules across names of imports", () => {
  for (const one of cases) {
    it(`find ${one.found.length === 0 ? "nothing in" : ""} ${one.what}`, () => assertFound(one));
  }
});
