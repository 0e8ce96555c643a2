import { hit, miss, type RuleCase } from "./ruleCase.ts";

const express = 'const app = require("express")();';
const listening = `${express} app.listen(80);`;
const oneWorker = { app: { workers: 1 } };
const gateway =
  'import { WebSocketGateway, WebSocketServer, SubscribeMessage } from "@nestjs/websockets"; @WebSocketGateway() class Chat { @WebSocketServer() server; ';
const ts = { file: "app.ts" };
const winston = `${listening} const winston = require("winston");`;

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
