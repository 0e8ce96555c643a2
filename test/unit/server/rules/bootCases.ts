import { hit, miss, type RuleCase } from "./ruleCase.ts";

const express = 'const express = require("express"); const app = express(); ';
const es = 'import express from "express"; const app = express(); ';
const served = `${express} const server = app.listen(3000); `;
const ts = { file: "app.ts" };

/** More of what apps do at their start. */
export const bootCases: Readonly<Record<string, readonly RuleCase[]>> = {
  "port-probe": [
    hit(
      `import getPort from "get-port"; ${es} const port = await getPort({ port: 3000 }); app.listen(port);`,
      "getPort",
      { file: "a.mjs" },
    ),
    hit(
      `import getPort, { portNumbers } from "get-port"; ${es} app.listen(await getPort({ port: portNumbers(3000, 3100) }));`,
      "getPort",
      { file: "a.mjs" },
    ),
    hit(
      `import { getPort } from "get-port-please"; import { createServer } from "http"; const port = await getPort(); createServer(h).listen({ port });`,
      "getPort",
      { file: "a.mjs" },
    ),
    hit(
      `import { getRandomPort } from "get-port-please"; import { createServer } from "http"; const port = await getRandomPort(); createServer(h).listen({ port });`,
      "getRandomPort",
      { file: "a.mjs" },
    ),
    hit(
      `const portfinder = require("portfinder"); ${express} portfinder.basePort = 3000; portfinder.getPort((err, port) => { app.listen(port); });`,
      "portfinder.getPort",
    ),
    hit(
      `const portfinder = require("portfinder"); ${express} portfinder.getPortPromise({ port: 3000 }).then((port) => { app.listen(port); });`,
      "portfinder.getPortPromise",
    ),
    hit(
      `const detect = require("detect-port"); ${express} detect(3000).then((p) => { const port = p === 3000 ? 3000 : p; app.listen(port); });`,
      "detect",
    ),
    hit(
      `import detect from "detect-port"; ${es} async function start() { const wanted = 3000; const port = await detect(wanted); if (port !== wanted) console.log("in use"); app.listen(port); } start();`,
      "detect",
      ts,
    ),
    hit(
      `const tcp = require("tcp-port-used"); ${express} tcp.check(3000, "127.0.0.1").then((used) => { app.listen(used ? 3001 : 3000); });`,
      "tcp.check",
    ),
    hit(`const fp = require("find-free-port"); ${express} fp(3000).then(([port]) => { app.listen(port); });`, "fp"),
    hit(
      `const portscanner = require("portscanner"); ${express} portscanner.findAPortNotInUse(3000, 3010, "127.0.0.1", (e, port) => { app.listen(port); });`,
      "portscanner.findAPortNotInUse",
    ),
    hit(
      `const net = require("net"); ${express} function isFree(port) { return new Promise((res) => { const s = net.createServer(); s.once("error", () => res(false)); s.once("listening", () => { s.close(); res(true); }); s.listen(port); }); } async function start() { let port = 3000; while (!(await isFree(port))) port++; app.listen(port); } start();`,
      "net.createServer",
    ),
    hit(
      `const net = require("net"); ${express} function isFree(port) { return new Promise((res) => { const s = net.createServer(); s.once("error", () => res(false)); s.once("listening", () => { s.close(() => res(true)); }); s.listen(port); }); } isFree(3000).then((free) => { if (!free) { console.error("port in use"); process.exit(1); } app.listen(3000); });`,
      "net.createServer",
    ),
    miss(
      `${express} function start(port) { const s = app.listen(port); s.on("error", (e) => { if (e.code === "EADDRINUSE") start(port + 1); }); } start(3000);`,
    ),
    miss(
      `const getPort = require("get-port"); ${express} app.listen(3000); async function open() { const port = await getPort(); spawn("x", ["--port", port]); }`,
    ),
    miss(`const tcp = require("tcp-port-used"); ${express} tcp.waitUntilUsed(5432).then(() => app.listen(3000));`),
    miss(
      `const reach = require("is-port-reachable"); ${express} reach(6379, { host: "redis" }).then((ok) => { app.listen(3000); });`,
    ),
    hit(
      `import { serve } from "@hono/node-server"; import getPort from "get-port"; serve({ fetch, port: await getPort({ port: 3000 }) });`,
      "getPort",
      { file: "a.mjs" },
    ),
    miss(
      `const getPort = require("get-port"); ${express} (async () => { const port = process.env.NODE_ENV === "production" ? 3000 : await getPort(); app.listen(port); })();`,
    ),
    hit(
      `import getPort from "get-port"; import { NestFactory } from "@nestjs/core"; async function b() { const app = await NestFactory.create(M); const port = await getPort({ port: 3000 }); await app.listen(port); } b();`,
      "getPort",
      ts,
    ),
  ],
  "migration-per-worker": [
    hit(
      `${express} const knex = require("knex")(cfg); knex.migrate.latest().then(() => app.listen(1));`,
      "knex.migrate.latest",
    ),
    hit(
      `const { Sequelize, DataTypes } = require("sequelize"); ${served} const db = new Sequelize(u); const User = db.define("user", {}); User.sync();`,
      "User.sync",
    ),
    hit(
      `import { Sequelize, Model } from "sequelize"; ${es} const db = new Sequelize(u); class User extends Model {} User.init({}, { sequelize: db }); await User.sync({ alter: true }); app.listen(1);`,
      "User.sync",
      ts,
    ),
    miss(`const { Sequelize } = require("sequelize"); ${served} const db = new Sequelize(u); db.authenticate();`),
    hit(
      `import { createConnection } from "typeorm"; ${es} createConnection({ type: "postgres", synchronize: true }).then(() => app.listen(1));`,
      "synchronize: true",
      ts,
    ),
    hit(
      `import { exec } from "node:child_process"; import { promisify } from "node:util"; ${es} const run = promisify(exec); await run("npx prisma migrate deploy"); app.listen(1);`,
      "run",
      { file: "a.mjs" },
    ),
    hit(
      `import { execa } from "execa"; ${es} await execa("npx", ["prisma", "migrate", "deploy"]); app.listen(1);`,
      "execa",
      { file: "a.mjs" },
    ),
    hit(
      `import { drizzle } from "drizzle-orm/node-postgres"; import { migrate } from "drizzle-orm/node-postgres/migrator"; ${es} const db = drizzle(pool); await migrate(db, { migrationsFolder: "./drizzle" }); app.listen(1);`,
      "migrate",
      { file: "a.mjs" },
    ),
    hit(
      `const mongoose = require("mongoose"); ${express} mongoose.connect(u).then(async () => { await User.syncIndexes(); app.listen(1); }); const User = mongoose.model("u", s);`,
      "User.syncIndexes",
    ),
    hit(
      `import runner from "node-pg-migrate"; ${es} await runner({ dir: "m", direction: "up" }); app.listen(1);`,
      "runner",
      { file: "a.mjs" },
    ),
    hit(
      `import { MikroORM } from "@mikro-orm/core"; ${es} const orm = await MikroORM.init(); await orm.getSchemaGenerator().updateSchema(); app.listen(1);`,
      "orm.getSchemaGenerator().updateSchema",
      { file: "a.mjs" },
    ),
    hit(
      `import { MikroORM } from "@mikro-orm/core"; ${es} const orm = await MikroORM.init(); await orm.schema.updateSchema(); app.listen(1);`,
      "orm.schema.updateSchema",
      { file: "a.mjs" },
    ),
    hit(
      `import { MikroORM } from "@mikro-orm/core"; ${es} const orm = await MikroORM.init(); await orm.migrator.up(); app.listen(1);`,
      "orm.migrator.up",
      { file: "a.mjs" },
    ),
    hit(
      `import { Migrator } from "kysely"; ${es} const m = new Migrator({ db }); const { error } = await m.migrateToLatest(); app.listen(1);`,
      "m.migrateToLatest",
      { file: "a.mjs" },
    ),
    miss(
      `const { Pool } = require("pg"); const pool = new Pool(); ${express} async function initDb() { await pool.query("CREATE TABLE IF NOT EXISTS users (id serial)"); } initDb().then(() => app.listen(1));`,
    ),
    miss(`const { execSync } = require("child_process"); ${served} execSync("npx prisma generate");`),
    hit(
      `const { up, database } = require("migrate-mongo"); ${express} (async () => { const { db, client } = await database.connect(); await up(db, client); app.listen(1); })();`,
      "up",
    ),
    miss(
      `const { Sequelize } = require("sequelize"); ${served} const db = new Sequelize(u); if (process.env.NODE_ENV === "test") db.sync({ force: true });`,
    ),
    miss(
      `const { Sequelize } = require("sequelize"); ${served} const db = new Sequelize(u); if (process.env.RUN_MIGRATIONS === "true") db.sync();`,
    ),
    miss(
      `import { DataSource } from "typeorm"; ${es} export const d = new DataSource({ type: "postgres", synchronize: process.env.NODE_ENV === "development" }); app.listen(1);`,
      ts,
    ),
    hit(
      `const db = require("./knex"); ${express} db.knex.migrate.latest({ directory: "x" }).then(() => app.listen(1));`,
      "db.knex.migrate.latest",
    ),
    miss(
      `const Database = require("better-sqlite3"); const db = new Database("x.db"); db.exec("CREATE TABLE IF NOT EXISTS a (id)"); ${served}`,
    ),
    hit(
      `import { runMigrations } from "@acme/toolkit"; ${es} await runMigrations("./migrations", "up"); app.listen(1);`,
      "runMigrations",
      { file: "a.mjs" },
    ),
  ],
  "metrics-per-worker": [
    hit(
      `const client = require("prom-client"); ${express} client.collectDefaultMetrics(); app.get("/metrics", async (req, res) => { res.set("Content-Type", client.register.contentType); res.end(await client.register.metrics()); }); app.listen(1);`,
      "client.register.metrics",
    ),
    hit(
      `const { Registry } = require("prom-client"); const register = new Registry(); ${express} app.get("/metrics", async (req, res) => res.send(await register.metrics())); app.listen(1);`,
      "register.metrics",
    ),
    hit(
      `const client = require("prom-client"); const register = new client.Registry(); ${express} app.get("/metrics", async (req, res) => res.send(await register.metrics())); app.listen(1);`,
      "register.metrics",
    ),
    hit(
      `const client = require("prom-client"); const f = require("fastify")(); f.get("/metrics", async (req, reply) => { reply.type(client.register.contentType); return client.register.metrics(); }); f.listen({ port: 1 });`,
      "client.register.metrics",
    ),
    hit(
      `const promBundle = require("express-prom-bundle"); ${express} const m = promBundle({ includeMethod: true }); app.use(m); app.listen(1);`,
      "promBundle",
    ),
    miss(
      `const { OTLPMetricExporter } = require("@opentelemetry/exporter-metrics-otlp-http"); new OTLPMetricExporter(); ${served}`,
    ),
    hit(
      `const swStats = require("swagger-stats"); ${express} app.use(swStats.getMiddleware({})); app.listen(1);`,
      "swStats.getMiddleware",
    ),
    hit(`${express} app.use(require("express-status-monitor")()); app.listen(1);`, 'require("express-status-monitor")'),
    hit(
      `const client = require("prom-client"); const Koa = require("koa"); const Router = require("@koa/router"); const app = new Koa(); const r = new Router(); r.get("/metrics", async (ctx) => { ctx.body = await client.register.metrics(); }); app.use(r.routes()); app.listen(1);`,
      "client.register.metrics",
    ),
    hit(
      `const client = require("prom-client"); const http = require("http"); http.createServer(async (req, res) => { if (req.url === "/metrics") res.end(await client.register.metrics()); }).listen(1);`,
      "client.register.metrics",
    ),
    miss(`const client = require("prom-client"); new client.Pushgateway("x"); ${served}`),
    hit(
      `import client from "prom-client"; ${es} app.get("/metrics", async (_req, res) => { res.end(await client.register.metrics()); }); app.listen(1);`,
      "client.register.metrics",
      ts,
    ),
    hit(
      `import * as prom from "prom-client"; ${es} app.get("/metrics", async (_req, res) => { res.end(await prom.register.metrics()); }); app.listen(1);`,
      "prom.register.metrics",
      ts,
    ),
    hit(
      `import client from "prom-client"; ${es} app.get("/stats", async (_req, res) => { res.json(await client.register.getMetricsAsJSON()); }); app.listen(1);`,
      "client.register.getMetricsAsJSON",
      ts,
    ),
    hit(
      `import { prometheus } from "@hono/prometheus"; import { serve } from "@hono/node-server"; import { Hono } from "hono"; const app = new Hono(); const { printMetrics, registerMetrics } = prometheus(); app.use("*", registerMetrics); app.get("/metrics", printMetrics); serve(app);`,
      "prometheus",
      ts,
    ),
    hit(
      `import { register } from "prom-client"; ${es}const h = async (req, res) => { res.send(await register.metrics()); }; app.get("/metrics", h); app.listen(1);`,
      "register.metrics",
      ts,
    ),
    hit(
      `const client = require("prom-client"); client.register.setDefaultLabels({ app: "shop" }); ${express} app.get("/m", async (q, a) => a.send(await client.register.metrics())); app.listen(1);`,
      "client.register.metrics",
    ),
    miss(
      `const f = require("fastify")(); f.register(require("fastify-metrics"), { endpoint: null }); f.listen({ port: 1 });`,
    ),
  ],
  "bot-per-worker": [
    hit(
      `import { Telegraf } from "telegraf"; ${es} class B { private bot: Telegraf; constructor() { this.bot = new Telegraf(t); } start() { this.bot.launch(); } } new B().start(); app.listen(1);`,
      "this.bot.launch",
      ts,
    ),
    hit(`import { Bot } from "grammy"; ${es} const bot = new Bot("x"); bot.start(); app.listen(1);`, "bot.start", ts),
    miss(
      `import { Bot, webhookCallback } from "grammy"; ${es} const bot = new Bot("x"); app.use(webhookCallback(bot, "express")); app.listen(1);`,
      ts,
    ),
    hit(
      `import { run } from "@grammyjs/runner"; import { Bot } from "grammy"; ${es} const bot = new Bot("x"); run(bot); app.listen(1);`,
      "run",
      ts,
    ),
    hit(
      `const TelegramBot = require("node-telegram-bot-api"); ${served} const bot = new TelegramBot(token, { polling: true });`,
      "TelegramBot",
    ),
    miss(
      `const TelegramBot = require("node-telegram-bot-api"); ${served} const bot = new TelegramBot(token, { webHook: true });`,
    ),
    hit(
      `const TelegramBot = require("node-telegram-bot-api"); ${served} const bot = new TelegramBot(token, { polling: { interval: 300 } });`,
      "TelegramBot",
    ),
    hit(
      `const { Client, GatewayIntentBits } = require("discord.js"); ${served} const client = new Client({ intents: [] }); client.on("ready", f); client.login(process.env.T);`,
      "client.login",
    ),
    hit(
      `const Discord = require("discord.js"); ${served} const client = new Discord.Client(); client.login("x");`,
      "client.login",
    ),
    miss(`const { REST, Routes } = require("discord.js"); ${served} const rest = new REST().setToken("x");`),
    hit(
      `const { App } = require("@slack/bolt"); const app = new App({ token, appToken, socketMode: true }); (async () => { await app.start(3000); })();`,
      "App",
      { app: { entry: true } },
    ),
    miss(
      `const { App } = require("@slack/bolt"); const app = new App({ token, signingSecret }); (async () => { await app.start(3000); })();`,
    ),
    hit(
      `const mineflayer = require("mineflayer"); ${served} const bot = mineflayer.createBot({ host: "x" });`,
      "mineflayer.createBot",
    ),
    hit(
      `const { Client, LocalAuth } = require("whatsapp-web.js"); ${served} const client = new Client({ authStrategy: new LocalAuth() }); client.initialize();`,
      "client.initialize",
    ),
    hit(
      `import makeWASocket from "@whiskeysockets/baileys"; ${es} async function start() { const sock = makeWASocket({ auth }); } start(); app.listen(1);`,
      "makeWASocket",
      ts,
    ),
    miss(
      `import makeWASocket from "@whiskeysockets/baileys"; ${es} app.post("/session", async (req, res) => { const sock = makeWASocket({ auth }); res.end(); }); app.listen(1);`,
      ts,
    ),
    hit(
      `const sdk = require("matrix-js-sdk"); ${served} const client = sdk.createClient({ baseUrl }); client.startClient();`,
      "client.startClient",
    ),
    hit(
      `const tmi = require("tmi.js"); ${served} const client = new tmi.Client({ channels: [] }); client.connect();`,
      "client.connect",
    ),
    hit(
      `import { ChatClient } from "@twurple/chat"; ${es} const chat = new ChatClient({ channels: [] }); await chat.connect(); app.listen(1);`,
      "chat.connect",
      ts,
    ),
    hit(
      `const { ImapFlow } = require("imapflow"); ${served} const client = new ImapFlow({}); client.connect();`,
      "client.connect",
    ),
    miss(
      `const { ImapFlow } = require("imapflow"); ${express} app.get("/mails", async (q, r) => { const client = new ImapFlow({}); await client.connect(); r.end(); }); app.listen(1);`,
    ),
    hit(
      `const Imap = require("imap"); ${served} const imap = new Imap({}); imap.once("ready", f); imap.connect();`,
      "imap.connect",
    ),
    miss(
      `const { Kafka } = require("kafkajs"); ${served} const c = new Kafka({}).consumer({ groupId: "a" }); c.connect(); c.run({ eachMessage });`,
    ),
    miss(`const { Worker } = require("bullmq"); ${served} new Worker("q", f);`),
    miss(`const mqtt = require("mqtt"); ${served} const c = mqtt.connect(u); c.subscribe("x");`),
    miss(
      `const { Client } = require("discord.js"); ${served} const client = new Client({}); if (process.env.NODE_APP_INSTANCE === "0") client.login("x");`,
    ),
    hit(
      `const { Client } = require("discord.js"); ${served} const client = new Client({}); if (process.env.DISCORD_TOKEN) client.login(process.env.DISCORD_TOKEN);`,
      "client.login",
    ),
    hit(
      `const { Client } = require("discord.js"); const config = require("./config"); ${served} const client = new Client({}); if (config.discord.enabled) { client.login(config.discord.token); }`,
      "client.login",
    ),
    hit(
      `const { TelegramClient } = require("telegram"); ${served} const c = new TelegramClient(s, id, hash, {}); c.connect();`,
      "c.connect",
    ),
    miss(`const { Bot } = require("viber-bot"); ${served} const bot = new Bot({}); app.use("/v", bot.middleware());`),
    miss(`class Client { login() {} } ${served} const c = new Client(); c.login("x");`),
    hit(`const venom = require("venom-bot"); ${served} venom.create({ session: "x" }).then(start);`, "venom.create"),
    hit(
      `const wpp = require("@wppconnect-team/wppconnect"); ${served} wpp.create({ session: "x" }).then(start);`,
      "wpp.create",
    ),
    hit(`const irc = require("irc"); ${served} const c = new irc.Client("x", "y", {});`, "irc.Client"),
    miss(`const { Client } = require("discord.js"); const client = new Client({}); client.login("x");`),
    miss(
      `${express} app.get("/u", async (q, r) => { r.json(await fetch("https://api.telegram.org/bot1/getUpdates")); }); app.listen(1);`,
    ),
  ],
  "socket-file-removed": [
    hit(
      `const fs = require("fs"); ${express} const sock = "/tmp/a.sock"; if (fs.existsSync(sock)) fs.unlinkSync(sock); app.listen(sock);`,
      "fs.unlinkSync",
    ),
    hit(
      `const fs = require("fs"); ${express} try { fs.unlinkSync(process.env.SOCKET_PATH); } catch {} app.listen(process.env.SOCKET_PATH);`,
      "fs.unlinkSync",
    ),
    hit(
      `import { rm } from "fs/promises"; import http from "http"; const path = process.env.SOCK; await rm(path, { force: true }); http.createServer(h).listen(path);`,
      "rm",
      { file: "a.mjs" },
    ),
    hit(
      `const fs = require("fs"); const http = require("http"); const s = "/run/x.sock"; fs.unlink(s, () => http.createServer(h).listen(s));`,
      "fs.unlink",
    ),
    hit(
      `const fs = require("fs"); const f = require("fastify")(); const path = "/run/x.sock"; fs.rmSync(path, { force: true }); f.listen({ path });`,
      "fs.rmSync",
    ),
    hit(
      `const fs = require("fs"); ${express} const sock = "/tmp/a.sock"; app.listen(sock); process.on("exit", () => fs.unlinkSync(sock));`,
      "fs.unlinkSync",
    ),
    hit(
      `const fs = require("fs"); ${express} const port = process.env.PORT || 3000; if (isNaN(port) && fs.existsSync(port)) { fs.unlinkSync(port); } app.listen(port);`,
      "fs.unlinkSync",
    ),
    miss(`const fs = require("fs"); ${served} process.on("exit", () => fs.unlinkSync("/run/app.pid"));`),
    miss(
      `const fs = require("fs"); const net = require("net"); const s = "/tmp/x-" + process.pid + ".sock"; fs.rmSync(s, { force: true }); net.createServer(h).listen(s);`,
    ),
    miss(
      `const fs = require("fs"); ${express} app.post("/u", (q, r) => { fs.unlinkSync(q.file.path); r.end(); }); app.listen(1);`,
    ),
  ],
  "log4js-cluster": [
    hit(
      `const log4js = require("log4js"); log4js.configure({ appenders: { o: { type: "stdout" } }, categories: { default: { appenders: ["o"], level: "info" } } });`,
      "log4js.configure",
    ),
    hit(
      `import * as log4js from "log4js"; log4js.configure({ appenders: {}, categories: {} });`,
      "log4js.configure",
      ts,
    ),
    miss(`const log4js = require("log4js"); const l = log4js.getLogger(); l.level = "debug";`),
    miss(`const log4js = require("log4js"); log4js.configure("./config/log4js.json");`),
    hit(
      `const log4js = require("log4js"); log4js.addLayout("json", f); log4js.configure({ appenders: a, categories: b });`,
      "log4js.configure",
    ),
    hit(
      `const log = require("log4js").configure({ appenders: {}, categories: {} }).getLogger();`,
      'require("log4js").configure',
    ),
    hit(
      `import { configure, Configuration } from "log4js"; const c: Configuration = { appenders: {}, categories: {} }; configure(c);`,
      "configure",
      ts,
    ),
  ],
};
