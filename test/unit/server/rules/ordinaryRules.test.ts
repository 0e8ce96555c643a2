import { assertFound, type PackageCase } from "./runRules.ts";

const express = 'const express = require("express"); const app = express(); app.listen(3000);';
const pair = (store: string) =>
  `app.post("/", (req, res) => { ${store}.add(req.ip, 1); res.end(); }); app.get("/", (req, res) => res.json(${store}.get(req.ip)));`;
const methods = "add(k, v) { this.items.set(k, v); } get(k) { return this.items.get(k); }";
const sockets =
  'const { Server } = require("socket.io"); const io = new Server(80, { adapter, transports: ["websocket"] });';
const ws =
  'const { WebSocketServer } = require("ws"); const clients = new Map(); const wss = new WebSocketServer({ port: 80 });';
const read = "const users = JSON.parse(fs.readFileSync(file));";

/** One file, as `app.js`. */
const one = (what: string, found: readonly string[], text: string): PackageCase => ({
  what,
  found,
  file: "app.js",
  texts: { "app.js": text },
});
const state = (marked: string) => [`worker-local-state: ${marked}`];

const cases: readonly PackageCase[] = [
  one(
    "an element that a request finds and changes",
    state("todos"),
    `${express} const todos = [{ id: 1 }]; app.put("/", (req, res) => { const todo = todos.find((t) => t.id === req.query.id); todo.done = true; res.json(todo); });`,
  ),
  one(
    "a count in an entry of a map",
    state("hits"),
    `${express} const hits = new Map(); app.use((req, res, next) => { let hit = hits.get(req.ip); if (!hit) { hit = { n: 0 }; hits.set(req.ip, hit); } hit.n++; if (hit.n > 9) return res.sendStatus(429); next(); });`,
  ),
  one(
    "settings that are merged",
    state("settings"),
    `${express} const settings = { theme: "x" }; app.put("/", (req, res) => { Object.assign(settings, req.body); res.end(); }); app.get("/", (req, res) => res.json(settings));`,
  ),
  one(
    "what is read from a file of JSON",
    state("data"),
    `${express} const data = require("./data.json"); app.post("/", (req, res) => { data.users.push(req.body); res.end(); }); app.get("/", (req, res) => res.json(data.users));`,
  ),
  one(
    "variables of a function that registers routes",
    state("users"),
    `module.exports = (app) => { const users = []; app.post("/users", (req, res) => { users.push(req.body); res.end(); }); app.get("/users", (req, res) => res.json(users)); };`,
  ),
  one(
    "variables of a factory of middleware",
    state("hits"),
    "exports.limit = (most) => { const hits = new Map(); return (req, res, next) => { const n = hits.get(req.ip) || 0; if (n > most) return res.end(); hits.set(req.ip, n + 1); next(); }; };",
  ),
  one(
    "variables of a factory of objects",
    state("items"),
    `${express} function create() { const items = new Map(); return { add(k, v) { items.set(k, v); }, get: (k) => items.get(k) }; } const store = create(); ${pair("store")}`,
  ),
  one(
    "fields of an object that a function makes at the start",
    state("this.items"),
    `class Store { constructor() { this.items = new Map(); } ${methods} } const express = require("express"); function build() { const app = express(); const store = new Store(); ${pair("store")} return app; } build().listen(80);`,
  ),
  one(
    "static fields",
    state("Store.items"),
    `${express} class Store { static items = []; static add(i) { Store.items.push(i); } static all() { return this.items; } } app.post("/", (req, res) => { Store.add(req.body); res.json(Store.all()); });`,
  ),
  one(
    "what hangs on the global object",
    state("global.users"),
    `${express} global.users = {}; app.post("/", (req, res) => { global.users[req.ip] = 1; res.end(); }); app.get("/", (req, res) => res.json(users));`,
  ),
  one(
    "what clients of Socket.IO tell each other by a map",
    state("users"),
    `${sockets} const users = {}; io.on("connection", (s) => { users[s.user] = s.id; s.on("say", (m) => io.to(users[m.to]).emit("say", m)); s.on("disconnect", () => { delete users[s.user]; }); });`,
  ),
  {
    what: "fields of the instance that a file exports",
    file: "store.js",
    found: state("this.items"),
    texts: {
      "store.js": `class Store { constructor() { this.items = new Map(); } ${methods} } module.exports = new Store();`,
      "app.js": `${express} const store = require("./store"); ${pair("store")}`,
    },
  },
  {
    what: "fields of objects that are nested in each other when they are made",
    file: "users.ts",
    found: state("this.items"),
    texts: {
      "users.ts": `export class InMemoryUsers { private items = new Map(); ${methods} }`,
      "service.ts":
        'import type { Users } from "./types"; export class Service { constructor(private users: Users) {} add(k, v) { return this.users.add(k, v); } get(k) { return this.users.get(k); } }',
      "app.ts": `import express from "express"; import { InMemoryUsers } from "./users"; import { Service } from "./service"; const app = express(); const service = new Service(new InMemoryUsers()); ${pair("service")} app.listen(80);`,
    },
  },
  one(
    "variables of one connection",
    [],
    'require("net").createServer((c) => { let name; c.on("data", async (d) => { await tx(async (req, res) => { name = d; res.end(name); }); }); }).listen(80);',
  ),
  one(
    "variables of one request",
    [],
    `${express} app.get("/", async (req, res) => { const all = []; await each(async (row) => { all.push(row); }); res.json(all); });`,
  ),
  one(
    "objects of one request",
    [],
    `${express} class Cart { constructor() { this.items = new Map(); } ${methods} } app.get("/", (req, res) => { const cart = new Cart(); cart.add(1, 2); res.json(cart.get(1)); });`,
  ),
  one(
    "when each of the app's own parts has worked last",
    [],
    `${express} const parts = new Map([["a", new Part()]]); app.get("/", (req, res) => { const part = parts.get("a"); part.used = Date.now(); res.json(part.name); });`,
  ),
  one(
    "what runs in the process that makes it",
    [],
    `${express} const all = []; app.post("/", (req, res) => { all.push(new HttpServer(req.body)); res.end(); }); app.get("/", (req, res) => res.json(all.length));`,
  ),
  one(
    "what is taken out in the end",
    [],
    `${express} class Proxy { constructor() { this.bodies = new Map(); this.next = 0; } async pass(body) { const id = ++this.next; this.bodies.set(id, body); try { return await send(this.bodies.get(id)); } finally { this.bodies.delete(id); } } } const proxy = new Proxy(); app.post("/", async (req, res) => res.json(await proxy.pass(req.body)));`,
  ),
  one(
    "what is looked up while there is nothing",
    [],
    `${express} class Lists { static all = new Map(); static async get() { if (this.all.size > 0) { return this.all; } else { const found = await look(); this.all = new Map(found); } return this.all; } } app.get("/", async (req, res) => res.json(await Lists.get()));`,
  ),
  one(
    "what belongs to a connection to another server",
    [],
    `${express} const WebSocket = require("ws"); class Feed { constructor() { this.socket = new WebSocket(url); this.topics = new Map(); } follow(t) { this.topics.set(t, 1); } list() { return [...this.topics]; } } const feed = new Feed(); app.get("/", (req, res) => { feed.follow(req.query.t); res.json(feed.list()); });`,
  ),
  one(
    "secrets that each worker makes",
    state("crypto.randomBytes"),
    `${express} const crypto = require("crypto"); const sessionSecret = crypto.randomBytes(32).toString("hex"); const id = crypto.randomUUID(); const jwtSecret = process.env.SECRET || crypto.randomBytes(32); use(sessionSecret, id, jwtSecret);`,
  ),
  one(
    "work in progress of a client",
    [],
    `${sockets} const open = new Set(); io.on("connection", (s) => { open.add(s.id); s.on("ask", () => s.emit("n", open.size)); s.on("disconnect", () => open.delete(s.id)); });`,
  ),
  one(
    "functions that Passport, multer and Socket.IO call",
    ["sync-in-request: fs.mkdirSync", "sync-in-request: crypto.pbkdf2Sync"],
    'const fs = require("fs"), crypto = require("crypto"), multer = require("multer"), { Strategy } = require("passport-local"); multer.diskStorage({ destination(req, file, done) { fs.mkdirSync("x"); done(null, "x"); } }); new Strategy((user, password, done) => done(null, crypto.pbkdf2Sync(password, "s", 1, 64, "sha512")));',
  ),
  {
    what: "a function named register that a request calls",
    file: "users.js",
    found: ["sync-in-request: crypto.scryptSync"],
    texts: {
      "app.js": `${express} const users = require("./users"); app.post("/", async (req, res) => { await users.register(req.body); res.end(); });`,
      "users.js":
        'const crypto = require("crypto"); exports.register = async (u) => save(crypto.scryptSync(u.password, "s", 64));',
    },
  },
  {
    what: "a plugin that registers itself",
    file: "plugin.js",
    found: [],
    texts: {
      "app.js": `${express} require("./plugin").register(app);`,
      "plugin.js": 'const fs = require("fs"); exports.register = (app) => app.set("key", fs.readFileSync("key"));',
    },
  },
  one(
    "a job with a statement behind a tag",
    ["timer-per-worker: setInterval"],
    `${express} setInterval(async () => { await sql\`DELETE FROM sessions\`; }, 3600000);`,
  ),
  one(
    "a job that only asks by a tag",
    [],
    `${express} let rows; setInterval(async () => { rows = await sql\`SELECT * FROM sessions\`; }, 3600000);`,
  ),
  {
    what: "a file that functions of another file read and write for requests",
    file: "db.js",
    found: ["file-database: fs.writeFile"],
    texts: {
      "db.js": `const fs = require("fs/promises"); const file = "users.json"; exports.read = async () => { const text = await fs.readFile(file); return JSON.parse(text); }; exports.write = (all) => fs.writeFile(file, JSON.stringify(all));`,
      "app.js": `${express} const db = require("./db"); app.post("/", async (req, res) => { const all = await db.read(); all.push(req.body); await db.write(all); res.end(); });`,
    },
  },
  one(
    "a file that a request only writes",
    ["sync-in-request: fs.writeFileSync"],
    `${express} const fs = require("fs"); const file = "a.json"; ${read} app.post("/", (req, res) => { fs.writeFileSync("report.json", JSON.stringify(req.body)); res.end(); });`,
  ),
  one(
    "logs that a package rotates",
    ["log-file: pino", "log-file: bunyan.createLogger"],
    `${express} const pino = require("pino"), bunyan = require("bunyan"); pino({ transport: { target: "pino-roll" } }); bunyan.createLogger({ streams: [{ type: "rotating-file" }] });`,
  ),
  one(
    "a message for one client of a map",
    ["broadcast-per-worker: clients"],
    `${ws} wss.on("connection", (ws) => { ws.on("message", (m) => { if (m.hello) clients.set(m.id, ws); const to = clients.get(m.to); to.send(m.text); }); });`,
  ),
  one(
    "an answer to the client itself",
    [],
    `${ws} wss.on("connection", (ws) => { const id = next(); clients.set(id, ws); ws.on("message", () => clients.get(id).send("pong")); ws.on("close", () => clients.delete(id)); });`,
  ),
  one(
    "events of the app's own that are passed on to clients",
    ["broadcast-per-worker: bus.emit"],
    `${express} const { EventEmitter } = require("events"); const bus = new EventEmitter(); app.get("/events", (req, res) => { bus.on("m", (m) => res.write(m)); }); app.post("/", (req, res) => { bus.emit("m", req.body); res.end(); });`,
  ),
  {
    what: "events of a class of another file, passed on by a subscription of tRPC",
    file: "router.ts",
    found: ["broadcast-per-worker: bus.emit"],
    texts: {
      "bus.ts": 'import EventEmitter from "events"; class Bus extends EventEmitter {} export default Bus;',
      "router.ts":
        'import Bus from "./bus"; import { publicProcedure } from "./trpc"; const bus = new Bus(); export const say = publicProcedure.mutation(({ input }) => { bus.emit("m", input); }); export const heard = publicProcedure.subscription(() => observable((observer) => { function pass(m) { observer.next(m); } bus.on("m", pass); }));',
    },
  },
  {
    what: "a job that deletes by drizzle",
    file: "app.js",
    found: ["timer-per-worker: setInterval"],
    texts: {
      "app.js": `import express from "express"; import { lt } from "drizzle-orm"; import { db } from "./db"; const app = express(); app.listen(80); setInterval(() => db.delete(logs).where(lt(logs.at, old())), 3600000);`,
    },
  },
  {
    what: "functions of a folder that an alias names",
    file: "app/dao/users.js",
    found: ["sync-in-request: fs.readFileSync"],
    texts: {
      "app.js": `${express} const users = require("@dao/users"); app.get("/", (req, res) => res.send(users.find(1)));`,
      "app/dao/users.js": 'const fs = require("fs"); exports.find = (id) => fs.readFileSync(id);',
    },
  },
  one(
    "events that are only noted",
    [],
    `${express} const { EventEmitter } = require("events"); const bus = new EventEmitter(); bus.on("m", (m) => console.log(m)); app.post("/", (req, res) => { bus.emit("m", req.body); res.end(); });`,
  ),
  {
    what: "a server of Socket.IO with options from elsewhere",
    file: "app.js",
    found: ["socket-io-alone: Server"],
    texts: {
      "app.js":
        'const { Server } = require("socket.io"); exports.make = (server, options) => new Server(server, options);',
    },
  },
  {
    what: "an adapter that another file sets",
    file: "app.js",
    found: [],
    texts: {
      "app.js":
        'const { Server } = require("socket.io"); const { share } = require("./share"); const io = new Server(80, { transports: ["websocket"] }); share(io); io.emit("x");',
      "share.js":
        'const { createAdapter } = require("@socket.io/redis-adapter"); exports.share = (io) => io.adapter(createAdapter());',
    },
  },
  one(
    "caches from which requests take something",
    ["in-memory-store: LRUCache", "in-memory-store: cache.put"],
    `${express} const { LRUCache } = require("lru-cache"); const cache = require("memory-cache"); const codes = new LRUCache({ max: 9 }); app.post("/a", (req, res) => { codes.set(req.ip, 1); cache.put(req.ip, 1); res.end(); }); app.post("/b", (req, res) => { res.json([codes.get(req.ip), cache.get(req.ip)]); codes.delete(req.ip); });`,
  ),
  one(
    "a cache whose old entries are made again",
    [],
    `${express} const { LRUCache } = require("lru-cache"); const pages = new LRUCache({ max: 9 }); app.get("/", async (req, res) => { const page = pages.get(req.url); if (page) return res.send(page); pages.delete(req.url); pages.set(req.url, await make()); res.send(pages.get(req.url)); });`,
  ),
  one(
    "limits in memory where an option says so",
    ["in-memory-store: limit"],
    'const limit = require("koa-ratelimit"); app.use(limit({ driver: "memory", db: new Map() })); app.use(limit({ driver: "redis", db: redis }));',
  ),
];

describe("the rules on what ordinary apps do", () => {
  for (const each of cases) {
    it(`know ${each.what}`, () => assertFound(each));
  }
});
