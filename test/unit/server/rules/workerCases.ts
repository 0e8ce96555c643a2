import { hit, miss, type RuleCase } from "./ruleCase.ts";

const express = 'const app = require("express")();';
const listening = `${express} app.listen(80);`;
const oneWorker = { app: { workers: 1 } };
const gateway =
  'import { WebSocketGateway, WebSocketServer, SubscribeMessage } from "@nestjs/websockets"; @WebSocketGateway() class Chat { @WebSocketServer() server; ';
const ts = { file: "app.ts" };
const winston = `${listening} const winston = require("winston");`;
const ownDatabase = `${listening} const fs = require("fs"); const file = "data.json"; let data = {}; try { data = JSON.parse(fs.readFileSync(file, "utf8")); } catch {} function save() { const text = JSON.stringify(data); fs.writeFile(file, text, () => {}); }`;
const connected =
  'const { WebSocketServer } = require("ws"); const clients = new Set(); const wss = new WebSocketServer({ port: 80 }); wss.on("connection", (ws) => { clients.add(ws); ws.on("close", () => clients.delete(ws));';

/** What the rules about things that each worker has or does for itself find, and what they leave alone. */
export const workerCases: Readonly<Record<string, readonly RuleCase[]>> = {
  "migration-per-worker": [
    hit(
      `${express} const { Sequelize } = require("sequelize"); const db = new Sequelize(u); db.sync().then(() => app.listen(80));`,
      "db.sync",
    ),
    hit(
      `${express} const db = require("./models"); async function main() { await db.sequelize.sync(); app.listen(80); } main();`,
      "db.sequelize.sync",
    ),
    hit(`${listening} const knex = require("knex")(c); knex.migrate.latest();`, "knex.migrate.latest"),
    hit(
      `${listening} require("child_process").execSync("npx prisma migrate deploy");`,
      'require("child_process").execSync',
    ),
    hit(
      `${listening} const { spawnSync } = require("child_process"); spawnSync("npx", ["prisma", "db", "push"]);`,
      "spawnSync",
    ),
    hit(
      `${listening} const { migrate } = require("drizzle-orm/node-postgres/migrator"); (async () => { await migrate(db, o); })();`,
      "migrate",
    ),
    hit(`${listening} orm.getMigrator().up();`, "orm.getMigrator().up"),
    hit(`${listening} const { Umzug } = require("umzug"); const m = new Umzug({}); m.up();`, "m.up"),
    hit(
      'import { DataSource } from "typeorm"; export const db = new DataSource({ type: "postgres", synchronize: true });',
      "synchronize: true",
      ts,
    ),
    hit(
      `${listening} const db = new (require("typeorm").DataSource)({ type: "x" }); const dataSource = db; dataSource.runMigrations();`,
      "dataSource.runMigrations",
    ),
    miss(
      'import { DataSource } from "typeorm"; new DataSource({ type: "sqlite", synchronize: process.env.NODE_ENV !== "production" });',
      ts,
    ),
    miss('import { Entity } from "typeorm"; const options = { synchronize: true };', ts),
    miss('const knex = require("knex")(c); knex.migrate.latest();'),
    miss(`${listening} const knex = require("knex")(c); exports.migrate = () => knex.migrate.latest();`),
    miss(`${listening} const knex = require("knex")(c); app.post("/m", () => knex.migrate.latest());`),
    miss(
      `${listening} const knex = require("knex")(c); if (process.env.NODE_ENV === "development") knex.migrate.latest();`,
    ),
    miss(
      `${listening} const knex = require("knex")(c); if (process.env.NODE_APP_INSTANCE === "0") knex.migrate.latest();`,
    ),
    miss(
      `${listening} load(); function load() { return { up: named(async () => { await orm.getMigrator().up(); }, "up") }; }`,
    ),
    miss(`${listening} require("child_process").execSync("git rev-parse HEAD");`),
    hit(`${listening} const { getInstance } = require("db-migrate"); const m = getInstance(true, {}); m.up();`, "m.up"),
    miss(`${listening} const { getInstance } = require("db-migrate"); const m = getInstance(true, {}); m.check();`),
    miss(
      `${listening} const knex = require("knex")(c); async function migrate() { await knex.migrate.latest(); } withLock(migrate); migrate();`,
    ),
    miss(`${listening} folder.sync();`),
    miss(`${listening} const knex = require("knex")(c); knex.migrate.latest();`, oneWorker),
  ],
  "bot-per-worker": [
    hit(
      `${listening} const { Telegraf } = require("telegraf"); const bot = new Telegraf(t); bot.launch();`,
      "bot.launch",
    ),
    hit(`${listening} const Bot = require("node-telegram-bot-api"); const b = new Bot(t, { polling: true });`, "Bot"),
    hit(`${listening} const { Client } = require("discord.js"); const c = new Client({}); c.login(t);`, "c.login"),
    hit(`${listening} const { App } = require("@slack/bolt"); const s = new App({ socketMode: true });`, "App"),
    hit('const { Bot } = require("grammy"); const bot = new Bot(t); bot.start();', "bot.start", {
      app: { entry: true },
    }),
    hit(
      `${listening} const { Client } = require("whatsapp-web.js"); const c = new Client(); c.initialize();`,
      "c.initialize",
    ),
    miss('const { Bot } = require("grammy"); const bot = new Bot(t); bot.start();'),
    miss(
      `${listening} const { Telegraf } = require("telegraf"); const bot = new Telegraf(t); bot.launch({ webhook: { domain } });`,
    ),
    miss(`${listening} const Bot = require("node-telegram-bot-api"); const b = new Bot(t);`),
    miss(`${listening} const { App } = require("@slack/bolt"); const s = new App({ signingSecret });`),
    miss(
      `${listening} const { Telegraf } = require("telegraf"); const bot = new Telegraf(t); if (isLeader()) bot.launch();`,
    ),
    miss(`${listening} const { Client } = require("./client"); const c = new Client({}); c.login(t);`),
    miss(`${listening} const { Client } = require("discord.js"); const c = new Client({}); c.login(t);`, oneWorker),
  ],
  "file-database": [
    hit(`${listening} const Datastore = require("nedb"); const db = new Datastore({ filename: "x" });`, "Datastore"),
    hit(`${listening} const low = require("lowdb"); const db = low(adapter);`, "low"),
    hit(
      `import { JSONFilePreset } from "lowdb/node"; import app from "./app.js"; await JSONFilePreset("x", {}); app.listen(80);`,
      "JSONFilePreset",
      { file: "app.mjs" },
    ),
    hit(`${listening} const { Level } = require("level"); const db = new Level("x");`, "Level"),
    hit(
      'const s = require("json-server"); const server = s.create(); server.use(s.router("db.json")); server.listen(80);',
      "s.router",
    ),
    miss('const Datastore = require("nedb"); const db = new Datastore({ filename: "x" });'),
    miss(`${listening} const Database = require("better-sqlite3"); const db = new Database("x");`),
    miss(`${listening} const low = require("./lowdb"); const db = low(adapter);`),
    miss(`${listening} const low = require("lowdb"); const db = low(new Memory());`),
    miss(`${listening} const Datastore = require("nedb"); const db = new Datastore({ filename: "x" });`, oneWorker),
    hit(
      `${ownDatabase} app.post("/", (q, a) => { data.users[q.body.id] = q.body; save(); a.end(); });`,
      "fs.writeFile",
    ),
    hit(
      `${ownDatabase} app.post("/", (q, a) => { data = q.body; a.end(); }); setInterval(save, 1000);`,
      "fs.writeFile",
    ),
    hit(
      `${listening} const fs = require("fs"); const list = JSON.parse(fs.readFileSync("a.json")); app.post("/", (q, a) => { list.push(q.body); fs.writeFileSync("a.json", JSON.stringify(list, null, 2)); });`,
      "fs.writeFileSync",
    ),
    hit(
      `${listening} const fs = require("fs-extra"); const file = "a.json"; let all = {}; fs.readJson(file).then((read) => { all = read; }); app.put("/", async (q, a) => { all[q.body.a] = 1; await fs.outputJson(file, all); });`,
      "fs.outputJson",
    ),
    hit(
      `${listening} const fs = require("fs"); class Users { constructor(file) { this.file = file; this.all = new Map(JSON.parse(fs.readFileSync(this.file))); } add(u) { this.all.set(u.id, u); this.save(); } save() { fs.writeFileSync(this.file, JSON.stringify([...this.all])); } } const users = new Users("u.json"); app.post("/", (q, a) => { users.add(q.body); a.end(); });`,
      "fs.writeFileSync",
    ),
    hit(
      `${ownDatabase} const { WebSocketServer } = require("ws"); new WebSocketServer({ port: 81 }).on("connection", (s) => s.on("message", (m) => { data.last = m; save(); }));`,
      "fs.writeFile",
    ),
    miss(`${ownDatabase} app.get("/", (q, a) => a.json(data)); save();`),
    hit(
      `${listening} const fs = require("fs"); app.post("/", (q, a) => { const all = JSON.parse(fs.readFileSync("a.json")); all.push(q.body); fs.writeFileSync("a.json", JSON.stringify(all)); });`,
      "fs.writeFileSync",
    ),
    miss(
      `${listening} const fs = require("fs"); app.post("/", (q, a) => { const all = JSON.parse(fs.readFileSync("settings.json")); all.x = q.body; fs.writeFileSync("settings.json", JSON.stringify(all)); });`,
    ),
    miss(
      `${listening} const fs = require("fs"); app.get("/", (q, a) => { if (!fs.existsSync("a.json")) fs.writeFileSync("a.json", "[]"); a.json(JSON.parse(fs.readFileSync("a.json"))); });`,
    ),
    miss(
      `${listening} const fs = require("fs"); const seen = []; app.post("/", (q, a) => { seen.push(q.body); fs.writeFileSync("report.json", JSON.stringify(seen)); });`,
    ),
    miss(`${ownDatabase.replaceAll("data", "cache")} app.post("/", (q, a) => { cache.x = q.body; save(); });`),
    miss(`${ownDatabase} app.post("/", (q, a) => { data.x = q.body; save(); a.end(); });`, oneWorker),
  ],
  "log-file": [
    hit(`${listening} const log = require("fs").createWriteStream("access.log");`, 'require("fs").createWriteStream'),
    hit(`${winston} new winston.transports.File({ filename: "a.log", maxsize: 1e6 });`, "winston.transports.File"),
    hit(`${listening} const Daily = require("winston-daily-rotate-file"); new Daily({ filename: "a" });`, "Daily"),
    hit(
      `${listening} const rfs = require("rotating-file-stream"); rfs.createStream("a.log", { interval: "1d" });`,
      "rfs.createStream",
    ),
    miss(`${winston} new winston.transports.File({ filename: "a.log" });`),
    miss(`${winston} new winston.transports.File({ filename: \`a-\${process.pid}.log\`, maxsize: 1e6 });`),
    miss(`${listening} const log = require("fs").createWriteStream("access.log", { flags: "a" });`),
    miss(`${listening} app.get("/", (req, res) => { require("fs").createWriteStream("x.log"); });`),
    miss('const log = require("fs").createWriteStream("access.log");'),
  ],
  "broadcast-per-worker": [
    hit(
      'const WebSocket = require("ws"); const wss = new WebSocket.Server({ port: 80 }); wss.on("connection", (ws) => { ws.on("message", (m) => { wss.clients.forEach((c) => c.send(m)); }); });',
      "wss.clients",
    ),
    hit(
      'import { WebSocketServer } from "ws"; const wss = new WebSocketServer({ server }); function all(m) { for (const c of wss.clients) c.send(m); } app.post("/x", (req, res) => { all(req.body); });',
      "wss.clients",
    ),
    hit(
      `${gateway} @SubscribeMessage("m") say(client, text) { this.server.emit("m", text); this.server.to("a").emit("m", text); client.emit("ok"); } }`,
      ["this.server.emit", 'this.server.to("a").emit'],
      ts,
    ),
    miss(
      'import { WebSocketServer } from "ws"; const wss = new WebSocketServer({ server }); setInterval(() => { for (const c of wss.clients) c.send(uptime()); }, 1000);',
    ),
    miss(
      'import { WebSocketServer } from "ws"; const wss = new WebSocketServer({ server }); wss.on("connection", () => wss.clients.forEach((c) => c.ping()));',
    ),
    miss(
      'import { WebSocketServer } from "ws"; const wss = new WebSocketServer({ server }); redis.subscribe("x", (m) => { for (const c of wss.clients) c.send(m); }); wss.on("connection", (ws) => ws.on("message", (m) => { for (const c of wss.clients) c.send(m); }));',
    ),
    hit(`${connected} ws.on("message", (m) => { for (const c of clients) c.send(m); }); });`, "clients"),
    hit(`${connected} ws.on("message", all); }); function all(m) { clients.forEach((c) => c.send(m)); }`, "clients"),
    hit(
      'const { WebSocketServer } = require("ws"); const peers = {}; new WebSocketServer({ port: 80 }).on("connection", function (c) { const id = next(); peers[id] = { id, ws: c }; c.on("message", (m) => { Object.keys(peers).forEach((key) => { send(peers[key].ws, m); }); }); });',
      "Object.keys(peers)",
    ),
    hit(
      `${listening} const open = new Map(); app.get("/events", (req, res) => { open.set(req.ip, res); req.on("close", () => open.delete(req.ip)); }); app.post("/events", (req, res) => { for (const [, r] of open) r.write(req.body); res.end(); });`,
      "open",
    ),
    hit(
      `${listening} class Hub { rooms = new Map(); join(room, ws) { this.rooms.get(room).add(ws); } say(room, m) { for (const ws of this.rooms.get(room)) { ws.send(m); } } } const hub = new Hub(); app.post("/", (q, a) => { hub.say(q.body.room, "x"); a.end(); });`,
      "this.rooms.get(room)",
    ),
    hit(
      `${express} const clients = []; app.get("/", async (req, res) => { clients.push(res); req.on("close", () => clients.splice(0, 1)); }); app.listen(80); app.post("/", (req, res) => { clients.forEach((c) => c.write("x")); res.end(); });`,
      "clients",
    ),
    miss(`${connected} setInterval(() => { for (const c of clients) c.send("tick"); }, 1000); });`),
    miss(`${connected} ws.on("message", () => { for (const c of clients) c.ping(); }); });`),
    miss(`${connected} ws.on("message", (m) => { for (const c of clients) ws.send(c.name); }); });`),
    miss(`${connected} }); process.on("SIGTERM", () => { for (const c of clients) c.send("bye"); });`),
    miss(
      `${listening} const jobs = []; app.post("/", (q, a) => { jobs.push(q.body); jobs.forEach((job) => a.write(job)); a.end(); });`,
    ),
    miss(`${gateway} @SubscribeMessage("m") say(client, text) { client.emit("ok"); } }`, ts),
    miss(`${gateway} @SubscribeMessage("m") say(client, text) { this.server.emit("m", text); } }`, {
      ...ts,
      ...oneWorker,
    }),
  ],
  "socket-file-removed": [
    hit(
      `${express} const fs = require("fs"); const p = "/tmp/x.sock"; if (fs.existsSync(p)) fs.unlinkSync(p); app.listen(p);`,
      "fs.unlinkSync",
    ),
    hit(
      `${express} const fs = require("fs"); try { fs.unlinkSync("/tmp/x"); } catch {} app.listen({ path: "/tmp/x" });`,
      "fs.unlinkSync",
    ),
    hit(
      `${express} const fs = require("fs"); app.listen(process.env.S); process.on("exit", () => fs.rmSync(process.env.S));`,
      "fs.rmSync",
    ),
    hit(
      `${express} const fs = require("fs"); function run({ socket }) { app.listen(socket); } sockets.forEach((socket) => { fs.unlinkSync(socket); run({ socket }); });`,
      "fs.unlinkSync",
    ),
    hit(
      'var import_fs = __toESM(require("fs")); const server = require("net").createServer(); function open(socketPath) { import_fs.default.unlinkSync(socketPath); server.listen(xpipe.eq(socketPath)); }',
      "import_fs.default.unlinkSync",
    ),
    miss(
      `${express} const fs = require("fs"); function run({ socket }) { app.listen(socket); } fs.unlinkSync(mpvSocket); run({ socket });`,
    ),
    miss(`${express} const fs = require("fs"); fs.unlinkSync("/tmp/x.pid"); app.listen("/tmp/x.sock");`),
    miss(`${express} const fs = require("fs"); fs.unlinkSync(file); app.listen(3000);`),
    miss(
      `${express} const fs = require("fs"); const p = pathOf(); function pathOf() { return crypto.randomUUID(); } app.listen(p, () => fs.rmSync(p));`,
    ),
    miss(`${express} const fs = require("fs"); const p = "/tmp/x.sock"; fs.unlinkSync(p); app.listen(p);`, {
      app: { supervised: false },
    }),
  ],
};
