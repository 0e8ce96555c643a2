import { assertFound, type PackageCase } from "./runRules.ts";

const express = 'const app = require("express")();';
const files = 'const fs = require("fs"); exports.scan = () => fs.readdirSync("x");';
const reads = ["sync-in-request: fs.readdirSync"];
const routes =
  'const { Router } = require("express"); exports.make = (pages) => Router().get("/", (req, res) => res.json(pages.list()));';
const service = "exports.create = (deps) => { return { list() { return deps.scan(); }, idle: () => deps.rest() }; };";
const wire = (given: string) =>
  `${express} const { scan } = require("./files"); const { create } = require("./service"); const { make } = require("./routes"); app.use(make(create(${given}))); app.listen(80);`;

const cases: readonly PackageCase[] = [
  {
    what: "a function that a factory is given, whose object routes are given",
    file: "files.js",
    found: reads,
    texts: { "app.js": wire("{ scan }"), "files.js": files, "routes.js": routes, "service.js": service },
  },
  {
    what: "a function that a factory is given by a name that no request asks for",
    file: "files.js",
    found: [],
    texts: { "app.js": wire("{ rest: scan }"), "files.js": files, "routes.js": routes, "service.js": service },
  },
  {
    what: "a function that is written where a factory is given it",
    file: "app.js",
    found: ["sync-in-request: fs.statSync"],
    texts: {
      "app.js": `const fs = require("fs"); ${wire("{ scan: (path) => fs.statSync(path) }")}`,
      "routes.js": routes,
      "service.js": service,
      "files.js": files,
    },
  },
  {
    what: "what a class is given, by a field that its constructor sets",
    file: "files.js",
    found: reads,
    texts: {
      "app.js": `${express} const { scan } = require("./files"); const { Pages } = require("./pages"); const pages = new Pages({ scan }); app.get("/", (req, res) => res.json(pages.list())); app.listen(80);`,
      "files.js": files,
      "pages.js":
        "class Pages { constructor(deps) { this.deps = deps; } list() { return this.deps.scan(); } } module.exports = { Pages };",
    },
  },
  {
    what: "methods of a list of objects that a connection is handed to",
    file: "plugin.js",
    found: ["sync-in-request: fs.readFileSync"],
    texts: {
      "app.js":
        'const { Server } = require("socket.io"); const { Plugin } = require("./plugin"); class App { plugins = [new Plugin()]; serve(io) { io.on("connection", (socket) => { for (const plugin of this.plugins) { plugin.create(socket); } }); } } new App().serve(new Server(80, { adapter, transports: ["websocket"] }));',
      "plugin.js":
        'const fs = require("fs"); exports.Plugin = class { create(socket) { socket.on("x", () => fs.readFileSync("x")); } };',
    },
  },
  {
    what: "a file that is imported by an alias of the folder that holds the server",
    file: "server/pages/files.ts",
    found: ["sync-in-request: readdirSync"],
    texts: {
      "server/app.ts": `import express from "express"; import { scan } from "@/pages/files.js"; const app = express(); app.get("/", (req, res) => res.json(scan())); app.listen(80);`,
      "server/pages/files.ts": 'import { readdirSync } from "node:fs"; export const scan = () => readdirSync("x");',
      "src/pages/files.ts": "export const scan = () => 1;",
    },
  },
  {
    what: "the list of an object that the object of a server holds",
    file: "plays.js",
    found: ["worker-local-state: this.plays"],
    texts: {
      "app.js": 'const { Shop } = require("./shop"); const shop = new Shop(); shop.start();',
      "shop.js":
        'const { Plays } = require("./plays"); class Shop { constructor() { this.plays = new Plays(); } start() { const app = require("express")(); app.get("/", (req, res) => this.plays.add(req, res)); this.server = app.listen(80); } } module.exports = { Shop };',
      "plays.js":
        "class Plays { constructor() { this.plays = []; } add(req, res) { this.plays.push(req.query.id); res.json(this.plays); } } module.exports = { Plays };",
    },
  },
  {
    what: "the list of an object that each request makes anew",
    file: "plays.js",
    found: [],
    texts: {
      "app.js": `${express} const { Plays } = require("./plays"); app.get("/", (req, res) => new Plays().add(req, res)); app.listen(80);`,
      "plays.js":
        "class Plays { constructor() { this.plays = []; } add(req, res) { this.plays.push(req.query.id); res.json(this.plays); } } module.exports = { Plays };",
    },
  },
  {
    what: "procedures of tRPC",
    file: "router.ts",
    found: ["sync-in-request: statSync"],
    texts: {
      "router.ts":
        'import { statSync } from "node:fs"; import { publicProcedure, router } from "./trpc"; export const files = router({ size: publicProcedure.input(schema).output(size).query(async ({ input }) => statSync(input.path).size) }); db.query(() => statSync("x"));',
      "trpc.ts": "export const publicProcedure = t.procedure;",
    },
  },
  {
    what: "a map that requests change in one file and read in another",
    file: "settings.js",
    found: ["worker-local-state: settings"],
    texts: {
      "settings.js": "const settings = new Map(); module.exports = settings;",
      "app.js": `${express} const settings = require("./settings"); app.post("/", (req, res) => { settings.set(req.query.key, req.body); res.end(); }); app.use(require("./guard")); app.listen(80);`,
      "guard.js":
        'const settings = require("./settings"); module.exports = (req, res, next) => (settings.get("closed") ? res.end() : next());',
    },
  },
  {
    what: "a map that is filled at the start and read by requests",
    file: "settings.js",
    found: [],
    texts: {
      "settings.js": "const settings = new Map(); module.exports = settings;",
      "app.js": `${express} const settings = require("./settings"); settings.set("a", 1); app.use(require("./guard")); app.listen(80);`,
      "guard.js":
        'const settings = require("./settings"); module.exports = (req, res, next) => (settings.get("closed") ? res.end() : next());',
    },
  },
  {
    what: "what a function looks up by itself, at the start as well",
    file: "network.js",
    found: [],
    texts: {
      "app.js": `${express} const { find } = require("./network"); find(); app.put("/", (req, res) => { find(); res.end(); }); app.listen(80);`,
      "network.js": `${express} const os = require("os"); const known = {}; const find = () => { for (const name of Object.keys(os.networkInterfaces())) { known[name] = os.networkInterfaces()[name][0]; } }; exports.find = find; app.get("/", (req, res) => res.json(known));`,
    },
  },
  {
    what: "a flag that a function sets by itself, at the start as well",
    file: "network.js",
    found: ["worker-local-state: state"],
    texts: {
      "app.js": `${express} const { find } = require("./network"); find(); app.put("/", (req, res) => { find(); res.end(); }); app.listen(80);`,
      "network.js": `${express} const state = {}; const find = () => { state.mode = "busy"; }; exports.find = find; app.get("/", (req, res) => res.json(state));`,
    },
  },
  {
    what: "what a request sets before it reads it, both within transactions",
    file: "app.js",
    found: [],
    texts: {
      "app.js": `${express} const { run } = require("./db"); let id = 0; const fill = () => run(async (tx) => { id = await tx.add(); id = id.value; }); const show = (res) => run(async () => { res.json(id); }); app.get("/", async (req, res) => { await fill(); await show(res); }); app.listen(80);`,
      "db.js": "exports.run = async (work) => work(await open());",
    },
  },
  {
    what: "what a request sets before it reads it, both within transactions, where another one does not",
    file: "app.js",
    found: ["worker-local-state: id"],
    texts: {
      "app.js": `${express} const { run } = require("./db"); let id = 0; const fill = () => run(async (tx) => { id = await tx.add(); id = id.value; }); const show = (res) => run(async () => { res.json(id); }); app.get("/", async (req, res) => { if (req.query.new) { await fill(); } await show(res); }); app.listen(80);`,
      "db.js": "exports.run = async (work) => work(await open());",
    },
  },
  {
    what: "an own migration whose statements are in what it calls",
    file: "app.js",
    found: ["migration-per-worker: runMigrations"],
    texts: {
      "app.js": `${express} const { runMigrations } = require("./migrations"); runMigrations(open()); app.listen(80);`,
      "migrations.js":
        'const add = (db) => db.exec("ALTER TABLE users ADD COLUMN age"); exports.runMigrations = (db) => { add(db); };',
    },
  },
  {
    what: "a program that migrates, and a promise waits for",
    file: "app.js",
    found: ["migration-per-worker: exec"],
    texts: {
      "app.js": `${express} const { exec } = require("child_process"); async function start() { await new Promise((resolve) => { exec("npx prisma migrate deploy", () => resolve()); }); app.listen(80); } start();`,
    },
  },
  {
    what: "an exit after other clients were awaited, by which no server is closed",
    file: "app.js",
    found: ["exit-before-close: process.exit(0)"],
    texts: {
      "app.js": `${express} const jobs = require("./jobs"); app.listen(80); async function end() { try { await jobs.stop(); process.exit(0); } catch (error) { process.exit(1); } } process.on("SIGTERM", () => void end());`,
      "jobs.js": "exports.stop = async () => {};",
    },
  },
  {
    what: "an exit after something that has the server",
    file: "app.js",
    found: [],
    texts: {
      "app.js": `${express} const jobs = require("./jobs"); const server = app.listen(80); jobs.keep(server); async function end() { await jobs.stop(); process.exit(0); } process.on("SIGTERM", () => void end());`,
      "jobs.js": "let kept; exports.keep = (server) => { kept = server; }; exports.stop = async () => kept.close();",
    },
  },
];

describe("the rules, where functions are handed on", () => {
  for (const each of cases) {
    it(`know ${each.what}`, () => assertFound(each));
  }
});
