import { assertFound, type PackageCase } from "./runRules.ts";

const express = 'const app = require("express")();';
const store =
  'const fs = require("fs"); class Store { find(id) { return fs.readFileSync(id); } } module.exports = { Store };';
const reads = ["sync-in-request: fs.readFileSync"];
const page = 'const fs = require("fs"); exports.handler = (q) => fs.readFileSync("x"); exports.path = "/";';

const cases: readonly PackageCase[] = [
  {
    what: "an object that requests reach by app.locals",
    file: "store.js",
    found: reads,
    texts: {
      "app.js": `${express} const { Store } = require("./store"); app.locals.store = new Store(); app.use(require("./r"));`,
      "r.js":
        'const r = require("express").Router(); r.get("/", (req, res) => res.send(req.app.locals.store.find(1))); module.exports = r;',
      "store.js": store,
    },
  },
  {
    what: "an object that requests ask an app for by its name",
    file: "store.js",
    found: reads,
    texts: {
      "app.js": `${express} const { Store } = require("./store"); const s = new Store(); app.set("store", s); require("./r")(app);`,
      "r.js":
        'module.exports = (app) => app.get("/", (req, res) => { const s = req.app.get("store"); res.send(s.find(1)); });',
      "store.js": store,
    },
  },
  {
    what: "an object that is handed on, and asked by no request",
    file: "store.js",
    found: [],
    texts: {
      "app.js": `${express} const { Store } = require("./store"); app.locals.store = new Store(); require("./r")(app);`,
      "r.js": "module.exports = (app) => app.locals.store.find(1);",
      "store.js": store,
    },
  },
  {
    what: "a service that a class is given, by its type",
    file: "store.ts",
    found: ["sync-in-request: readFileSync"],
    texts: {
      "app.ts": `import express from "express"; import { Pages } from "./pages"; const app = express(); const pages = new Pages(make()); app.get("/", (req, res) => res.send(pages.show()));`,
      "pages.ts":
        'import type { Store } from "./store"; export class Pages { constructor(private store: Store) {} show() { return this.store.find("x"); } }',
      "store.ts":
        'import { readFileSync } from "node:fs"; export class Store { find(id: string) { return readFileSync(id); } }',
    },
  },
  {
    what: "what an app keeps in its locals",
    file: "r.js",
    found: ["worker-local-state: req.app.locals.carts"],
    texts: {
      "app.js": `${express} app.locals.carts = {}; app.use(require("./r"));`,
      "r.js":
        'const r = require("express").Router(); r.post("/", (req, res) => { req.app.locals.carts[req.query.id] = req.body; res.end(); }); r.get("/", (req, res) => res.json(req.app.locals.carts[req.query.id])); module.exports = r;',
    },
  },
  {
    what: "handlers of files that are loaded by listing their folder",
    file: "routes/page.js",
    found: reads,
    texts: {
      "app.js": `${express} const { join } = require("path"); for (const f of require("fs").readdirSync(join(__dirname, "routes"))) { const route = require(join(__dirname, "routes", f)); app.get(route.path, route.handler); }`,
      "routes/page.js": page,
    },
  },
  {
    what: "a file beside a folder that is loaded whole",
    file: "other/page.js",
    found: [],
    texts: {
      "app.js": `${express} const { join } = require("path"); for (const f of require("fs").readdirSync(join(__dirname, "routes"))) { const route = require(join(__dirname, "routes", f)); app.get(route.path, route.handler); }`,
      "other/page.js": page,
    },
  },
  {
    what: "handlers of a list of routes that a loop registers",
    file: "app.js",
    found: reads,
    texts: {
      "app.js": `const fs = require("fs"); ${express} const list = [["get", "/", show]]; function show() { return fs.readFileSync("x"); } list.forEach(([method, path, handler]) => app[method](path, handler));`,
    },
  },
  {
    what: "handlers that describe their route, whoever registers it",
    file: "pages.js",
    found: reads,
    texts: {
      "routes.js":
        'const pages = require("./pages"); module.exports = [{ method: "GET", path: "/x", handler: pages.show }];',
      "pages.js": 'const fs = require("fs"); exports.show = () => fs.readFileSync("x");',
    },
  },
  {
    what: "commands of which a client's message names one",
    file: "commands.js",
    found: reads,
    texts: {
      "app.js":
        'const commands = require("./commands"); const { Server } = require("socket.io"); new Server(3000, { adapter, transports: ["websocket"] }).on("connection", (socket) => { socket.on("x", (m) => commands[m.name](m)); });',
      "commands.js": 'const fs = require("fs"); exports.load = (m) => fs.readFileSync(m.id);',
    },
  },
  {
    what: "maps that requests ask for by their names",
    file: "maps.js",
    found: ["worker-local-state: maps"],
    texts: {
      "maps.js":
        "const maps = {}; exports.getMap = getMap; function getMap(name) { if (!maps[name]) { maps[name] = new Map(); } return maps[name]; }",
      "app.js": `${express} const { getMap } = require("./maps"); app.post("/", (req, res) => { getMap("carts").set(req.ip, req.body); res.end(); }); app.get("/", (req, res) => res.json(getMap("carts").get(req.ip)));`,
    },
  },
  {
    what: "a job that is bound to a field, at an interval of a field",
    file: "jobs.js",
    found: ["timer-per-worker: setInterval"],
    texts: {
      "app.js": `${express} const { Jobs } = require("./jobs"); new Jobs().start(); app.listen(80);`,
      "jobs.js":
        'const { purge } = require("./purge"); class Jobs { constructor() { this.every = 60 * 60 * 1000; } start() { this.timer = setInterval(this.run.bind(this), this.every); } run() { purge(); } } module.exports = { Jobs };',
      "purge.js": "exports.purge = () => Session.deleteMany({ expired: true });",
    },
  },
  {
    what: "a job that sets its timer anew",
    file: "app.js",
    found: ["timer-per-worker: setTimeout"],
    texts: {
      "app.js": `${express} app.listen(80); tick(); async function tick() { await Session.deleteMany({}); setTimeout(tick, 60_000); }`,
    },
  },
  {
    what: "an exit in a function of another file",
    file: "app.js",
    found: ["exit-before-close: leave"],
    texts: {
      "app.js": `${express} const { leave } = require("./leave"); app.listen(80); process.on("SIGTERM", leave);`,
      "leave.js": "exports.leave = () => { console.log('bye'); process.exit(0); };",
    },
  },
  {
    what: "an exit that waits for a database only",
    file: "app.js",
    found: ["exit-before-close: process.exit(0)"],
    texts: {
      "app.js": `${express} app.listen(80); process.on("SIGTERM", async () => { await db.close(); process.exit(0); });`,
    },
  },
  {
    what: "an exit that waits for something unknown",
    file: "app.js",
    found: [],
    texts: {
      "app.js": `${express} app.listen(80); process.on("SIGTERM", async () => { await stopAll(); process.exit(0); });`,
    },
  },
  {
    what: "what a client adds to a list within a map",
    file: "app.js",
    found: ["worker-local-state: rooms"],
    texts: {
      "app.js": `${express} const rooms = new Map(); const io = new (require("socket.io").Server)(80, { adapter, transports: ["websocket"] }); io.on("connection", (s) => { if (!rooms.has(s.room)) { rooms.set(s.room, new Set()); } rooms.get(s.room).add(s.user); }); app.get("/", (req, res) => res.json(rooms.get(req.query.room).size));`,
    },
  },
  {
    what: "what a function of the file changes that it is given, and another name of it",
    file: "app.js",
    found: ["worker-local-state: limits", "worker-local-state: seen"],
    texts: {
      "app.js": `${express} const limits = new Map(), all = { a: new Map() }; function note(map, ip) { map.set(ip, 1); } app.get("/", (req, res) => { note(limits, req.ip); const seen = all[req.query.kind]; seen.set(req.ip, 1); res.json([limits.get(req.ip), all.a.size]); });`,
    },
  },
  {
    what: "variables that a request sets before other functions read them",
    file: "app.js",
    found: [],
    texts: {
      "app.js": `${express} let id = -1; app.post("/", async (req, res) => { await tx(async () => { await make(); await show(res); }); }); async function make() { const row = await db.add(); id = row.id; } async function show(res) { res.send(id); }`,
    },
  },
  {
    what: "functions that another file exports on",
    file: "users/list.js",
    found: reads,
    texts: {
      "app.ts": `import express from "express"; import { users } from "./users"; const app = express(); app.get("/", (req, res) => res.send(users.all()));`,
      "users/index.ts": 'export * as users from "./all";',
      "users/all.ts": 'export { list as all } from "./list";',
      "users/list.js": 'import fs from "node:fs"; export const list = () => fs.readFileSync("x");',
    },
  },
  {
    what: "steps of a list that a loop calls",
    file: "check.js",
    found: reads,
    texts: {
      "app.js": `${express} const { check } = require("./check"), { write } = require("./write"); const push = [check, write], pull = [check]; app.post("/", async (req, res) => { for (const step of pick(req)) { await step(req); } res.end(); });`,
      "check.js": 'const fs = require("fs"); exports.check = (q) => fs.readFileSync(q.path);',
    },
  },
  {
    what: "a job that each worker sets up once",
    file: "app.js",
    found: ["timer-per-worker: cron.schedule"],
    texts: {
      "app.js": `${express} const cron = require("node-cron"); let isOn = false; begin(); function begin() { if (isOn) return; isOn = true; cron.schedule("0 0 * * *", purge); } app.listen(80);`,
    },
  },
  {
    what: "the numbers of messages that a worker sends itself",
    file: "app.js",
    found: [],
    texts: {
      "app.js": `${express} let next = 1; app.get("/", async (req, res) => { const id = next++; upstream.send(JSON.stringify({ id, method: "get" })); res.json(await answer(id)); });`,
    },
  },
  {
    what: "a job that is planned for one moment",
    file: "app.js",
    found: [],
    texts: {
      "app.js": `${express} const schedule = require("node-schedule"); schedule.scheduleJob("soon", new Date(Date.now() + 3000), () => fetchAll()); app.listen(80);`,
    },
  },
  {
    what: "the fields of an object that another file makes",
    file: "host.js",
    found: ["worker-local-state: this.allowed"],
    texts: {
      "app.js": `${express} const Host = require("./host"); const host = new Host(); app.post("/", (req, res) => { host.allow(req.ip); res.end(); }); app.get("/", (req, res) => res.send(host.isAllowed(req.ip)));`,
      "host.js":
        "module.exports = class Host { constructor() { this.allowed = new Map(); } allow(ip) { this.allowed.set(ip, true); } isAllowed(ip) { return this.allowed.has(ip); } };",
    },
  },
  {
    what: "what requests add, and a timer tidies up",
    file: "app.js",
    found: ["worker-local-state: hits"],
    texts: {
      "app.js": `${express} const hits = new Map(); app.get("/", (req, res) => { const own = hits.get(req.ip) || []; hits.set(req.ip, [...own, Date.now()]); res.json(own.length); }); setInterval(() => { for (const [ip, own] of hits) { own.length > 9 ? hits.set(ip, own.slice(9)) : hits.delete(ip); } }, 1000);`,
    },
  },
  {
    what: "clients of all namespaces",
    file: "app.js",
    found: ["worker-local-state: peers"],
    texts: {
      "app.js":
        'const { Server } = require("socket.io"); const io = new Server(80, { adapter, transports: ["websocket"] }); const peers = {}; io.sockets.on("connect", (s) => { s.on("join", (m) => { peers[m.room] = m.name; }); s.on("who", (m, done) => done(peers[m.room])); });',
    },
  },
  {
    what: "a script for development",
    file: "scripts/dev-all.js",
    found: [],
    texts: {
      "scripts/dev-all.js": `${express} app.listen(80); process.on("SIGTERM", () => { child.kill(); process.exit(0); });`,
    },
  },
  {
    what: "the options of a database for development",
    file: "db.ts",
    found: ["migration-per-worker: migrationsRun: true"],
    texts: {
      "db.ts":
        'import { DataSource } from "typeorm"; const devConfig = { type: "sqlite", synchronize: true }; const prodConfig = { type: "sqlite", migrationsRun: true };',
      "app.ts": 'import express from "express"; import "./db"; express().listen(80);',
    },
  },
  {
    what: "a program without a server that changes its database",
    file: "db.ts",
    found: [],
    texts: {
      "db.ts":
        'import { DataSource } from "typeorm"; export const db = new DataSource({ type: "sqlite", migrationsRun: true });',
      "app.ts": 'import { db } from "./db"; import { queue } from "./queue"; db.initialize().then(() => queue.poll());',
      "queue.ts": "export const queue = { poll() {} };",
    },
  },
  {
    what: "what a request loads from a file",
    file: "app.js",
    found: [],
    texts: {
      "app.js": `${express} let settings; app.get("/", (req, res) => { settings = require("./settings.json"); res.json(settings); });`,
    },
  },
  {
    what: "counts that only a timer reports",
    file: "app.js",
    found: [],
    texts: {
      "app.js": `${express} let n = {}; app.get("/:id", (req, res) => { n[req.params.id] = (n[req.params.id] || 0) + 1; res.end(); }); setInterval(() => { report(n); n = {}; }, 1000);`,
    },
  },
  {
    what: "what is written like a constant, and made late",
    file: "app.js",
    found: [],
    texts: {
      "app.js": `${express} let USER_TYPE; app.get("/", (req, res) => { USER_TYPE = new ObjectType(req.app); res.send(USER_TYPE); });`,
    },
  },
  {
    what: "a migration of the app's own",
    file: "app.js",
    found: ["migration-per-worker: migrate"],
    texts: {
      "app.js": `${express} const { migrate } = require("./db"); migrate(); app.listen(80);`,
      "db.js": 'exports.migrate = () => { for (const step of steps) { db.exec("ALTER TABLE users ADD " + step); } };',
    },
  },
  {
    what: "a job that writes files, in another file",
    file: "app.js",
    found: ["timer-per-worker: setInterval"],
    texts: {
      "app.js": `${express} const { update } = require("./geo"); const run = () => guard(() => update()); setInterval(run, 24 * 60 * 60 * 1000); app.listen(80);`,
      "geo.js":
        'const fs = require("fs/promises"); exports.update = async () => { await fs.writeFile("geo.db", await load()); };',
    },
  },
  {
    what: "a file that only development loads",
    file: "dev.js",
    found: [],
    texts: {
      "app.js": `${express} if (process.env.NODE_ENV === "development") { require("./dev")(app); } app.listen(80);`,
      "dev.js":
        'const fs = require("fs"); module.exports = (app) => app.get("/", (req, res) => res.send(fs.readFileSync("x")));',
    },
  },
];

describe("the rules, where no import leads to what a request runs", () => {
  for (const each of cases) {
    it(`know ${each.what}`, () => assertFound(each));
  }
});
