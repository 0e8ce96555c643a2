import { assertRuleFound, type RulePackage } from "../runRules.ts";

const server = `require("./log"); require("express")().listen(1);`;
const listens = `import express from "express"; const app = express();`;

const cases: readonly RulePackage[] = [
  {
    rule: "log4js-cluster",
    what: "a script beside the app",
    marked: [],
    texts: {
      "tasks/log.js": `const log4js = require("log4js"); log4js.configure({ appenders: {}, categories: {} });`,
      "tasks/check.js": `require("./log");`,
      "app.js": `require("express")().listen(1);`,
    },
  },
  {
    rule: "log4js-cluster",
    what: "options of a JSON file, by a path that counts from the app's folder",
    marked: ["log4js.configure"],
    texts: {
      "config/log4js.json": `{ "appenders": { "out": { "type": "stdout" } }, "categories": {} }`,
      "src/log.js": `const log4js = require("log4js"); log4js.configure("./config/log4js.json");`,
      "src/server.js": server,
    },
  },
  {
    rule: "log4js-cluster",
    what: "options of a JSON file beside, by a joined path",
    marked: ["configure"],
    texts: {
      "config/log4js.json": `{ "appenders": { "out": { "type": "stdout" } }, "categories": {} }`,
      "src/log.js": `const path = require("path"); const { configure } = require("log4js"); configure(path.join(__dirname, "../config/log4js.json"));`,
      "src/server.js": server,
    },
  },
  {
    rule: "log4js-cluster",
    what: "a JSON file that switches clustering off, or is of the first version",
    marked: [],
    texts: {
      "config/log4js.json": `{ "disableClustering": true, "appenders": {}, "categories": {} }`,
      "config/old.log4js.json": `{ "appenders": [{ "type": "console" }] }`,
      "src/log.js": `const log4js = require("log4js"); log4js.configure("config/log4js.json"); log4js.configure("config/old.log4js.json");`,
      "src/server.js": server,
    },
  },
  {
    rule: "log4js-cluster",
    what: "options that a function of another file gives, in an app of express-generator",
    marked: ["log4js.configure"],
    texts: {
      "log.js": `const log4js = require("log4js"); const options = require("./options"); log4js.configure(options(process.env));`,
      "options.js": `module.exports = (env) => { return { appenders: {}, categories: {} }; };`,
      "app.js": `require("./log"); module.exports = require("express")();`,
      "bin/www": `#!/usr/bin/env node\nconst app = require("../app"); require("http").createServer(app).listen(1);`,
    },
  },
  {
    rule: "bot-per-worker",
    what: "a session that the start and a request open",
    marked: ["client.initialize"],
    texts: {
      "whatsapp.js": `import pkg from "whatsapp-web.js"; const { Client } = pkg; class Service { async open(id) { const client = new Client({}); await client.initialize(); } } export default new Service();`,
      "app.js": `${listens} import service from "./whatsapp.js"; app.post("/s/:id", (req, res) => service.open(req.params.id)); app.listen(1, async () => { await service.open("default"); });`,
    },
  },
  {
    rule: "bot-per-worker",
    what: "a session that only a request opens",
    marked: [],
    texts: {
      "whatsapp.js": `import pkg from "whatsapp-web.js"; const { Client } = pkg; class Service { async open(id) { const client = new Client({}); await client.initialize(); } } export default new Service();`,
      "app.js": `${listens} import service from "./whatsapp.js"; app.post("/s/:id", (req, res) => service.open(req.params.id)); app.listen(1);`,
    },
  },
  {
    rule: "bot-per-worker",
    what: "sessions of all users that are opened again at the start",
    marked: ["manager.restoreSessions"],
    texts: {
      "manager.js": `import makeWASocket from "@whiskeysockets/baileys"; export class Manager { async restoreSessions() { for (const id of this.ids()) await this.open(id); } open(id) { this.all.set(id, makeWASocket({})); } }`,
      "app.js": `${listens} import { Manager } from "./manager.js"; const manager = new Manager(); (async () => { await manager.restoreSessions(); app.listen(1); })();`,
    },
  },
  {
    rule: "bot-per-worker",
    what: "what only reads the sessions",
    marked: [],
    texts: {
      "manager.js": `import makeWASocket from "@whiskeysockets/baileys"; export class Manager { constructor() { this.loadUserSessions(); } loadUserSessions() { this.users = read(); } open(id) { return makeWASocket({}); } }`,
      "app.js": `${listens} import { Manager } from "./manager.js"; const manager = new Manager(); app.post("/", (q, r) => manager.open(q.id)); app.listen(1);`,
    },
  },
  {
    rule: "bot-per-worker",
    what: "a bot that a function of another file makes, if there is a token",
    marked: ["bot.launch"],
    texts: {
      "bot.js": `const { Telegraf } = require("telegraf"); module.exports.createBot = function createBot() { if (!process.env.TOKEN) return null; const bot = new Telegraf(process.env.TOKEN); bot.start(f); return bot; };`,
      "app.js": `const { createBot } = require("./bot"); require("express")().listen(1); const bot = createBot(); if (bot) { bot.launch(); }`,
    },
  },
  {
    rule: "bot-per-worker",
    what: "bots that are started once in each worker, of grammY's runner and of VK",
    marked: ["runTg", "vk.updates.start"],
    texts: {
      "telegram.js": `const { run: runTg } = require("@grammyjs/runner"); exports.createBot = (bot) => { let runner = null; return { start: () => { if (!runner) runner = runTg(bot); return runner; } }; };`,
      "vk.js": `const { VK } = require("vk-io"); exports.createVk = () => { const vk = new VK({ token }); return { start: () => vk.updates.start() }; };`,
      "app.js": `const { createBot } = require("./telegram"); const { createVk } = require("./vk"); createBot().start(); createVk().start(); require("express")().listen(1);`,
    },
  },
  {
    rule: "bot-per-worker",
    what: "a bot behind a lock",
    marked: [],
    texts: {
      "app.js": `const { Telegraf } = require("telegraf"); const bot = new Telegraf(t); require("express")().listen(1); (async () => { const held = await redis.set("bot", 1, "NX"); if (!held) return; bot.launch(); })();`,
    },
  },
  {
    rule: "migration-per-worker",
    what: "the statements of a file, and tables of Sequelize in Nest",
    marked: ["query", "synchronize: true"],
    texts: {
      "db.js": `import { readFileSync } from "node:fs"; import { query } from "./pool.js"; export const start = async () => { const schema = readFileSync("db/schema.sql", "utf8"); await query(schema); };`,
      "module.ts": `import { Module } from "@nestjs/common"; import { SequelizeModule } from "@nestjs/sequelize"; @Module({ imports: [SequelizeModule.forRoot({ dialect: "mysql", host: "db", autoLoadModels: true, synchronize: true })] }) export class AppModule {}`,
      "app.js": `${listens} import { start } from "./db.js"; import "./module"; app.listen(1, async () => { await start(); });`,
    },
  },
  {
    rule: "exit-before-close",
    what: "the log is in colours",
    marked: ["process.exit(0)"],
    texts: {
      "db.js": `const mongoose = require("mongoose"); const chalk = require("chalk"); process.on("SIGINT", function () { mongoose.connection.close(function () { console.log(chalk.yellow("closed")); process.exit(0); }); });`,
      "app.js": `require("./db"); require("express")().listen(1);`,
    },
  },
  {
    rule: "broadcast-per-worker",
    what: "an emitter's own methods",
    marked: ["bus.publish"],
    texts: {
      "bus.js": `import { EventEmitter } from "node:events"; class Bus extends EventEmitter { publish(id, event) { this.emit(id, event); } subscribe(id, listener) { this.on(id, listener); return () => this.off(id, listener); } } export const bus = new Bus();`,
      "ws.js": `import { WebSocketServer } from "ws"; import { bus } from "./bus.js"; export const attach = (server) => { const wss = new WebSocketServer({ server }); wss.on("connection", (socket, req) => { const send = (event) => socket.send(JSON.stringify(event)); const stop = bus.subscribe(req.url, send); socket.on("close", stop); }); };`,
      "app.js": `${listens} import { attach } from "./ws.js"; import { bus } from "./bus.js"; app.post("/:id", (req, res) => { bus.publish(req.params.id, req.body); res.end(); }); attach(app.listen(1));`,
    },
  },
  {
    rule: "broadcast-per-worker",
    what: "a client that is put into a list of rooms, and nothing sent",
    marked: [],
    texts: {
      "app.js": `${listens} import { WebSocketServer } from "ws"; const rooms = new Map(); const wss = new WebSocketServer({ server: app.listen(1) }); wss.on("connection", (ws) => { rooms.set("a", [{ ws }]); ws.on("message", (text) => { const left = rooms.get(text).filter((one) => one.ws !== ws); rooms.set(text, []); for (let i = 0; i < left.length; i++) rooms.get(text).push(left[i]); ws.send("ok"); }); });`,
    },
  },
  {
    rule: "broadcast-per-worker",
    what: "a list of connections of each user that one is added to",
    marked: [],
    texts: {
      "app.js": `const { Server } = require("ws"); function Path(server) { const self = this; this.sockets = {}; new Server({ server }).on("connection", (ws) => { const id = ws.user; if (!self.sockets[id]) self.sockets[id] = []; self.sockets[id].push(ws); ws.send("ok"); }); } new Path(require("express")().listen(1));`,
    },
  },
  {
    rule: "bot-per-worker",
    what: "updates that an own function asks Telegram for",
    marked: ["call"],
    texts: {
      "app.js": `const { call } = require("./call"); async function poll() { for (;;) { await call(token, "getUpdates", { timeout: 30 }); } } poll(); require("express")().listen(1);`,
      "call.js": `exports.call = (token, method, body) => fetch("https://api.telegram.org/bot" + token + "/" + method, { body });`,
    },
  },
  {
    rule: "signal-without-exit",
    what: "what ends when the server has closed",
    marked: [],
    texts: {
      "app.js": `const mongoose = require("mongoose"); mongoose.connect(u); const server = require("express")().listen(1); process.on("SIGINT", () => { console.log("x"); server.close(); }); server.on("close", () => { mongoose.disconnect(); });`,
    },
  },
  {
    rule: "socket-file-removed",
    what: "only when another program has the address",
    marked: [],
    texts: {
      "app.js": `const fs = require("fs"); const path = "/tmp/app.sock"; const server = require("http").createServer(f); server.on("error", (e) => { if (e.code === "EADDRINUSE") { fs.unlinkSync(path); server.listen(path); } }); server.listen(path);`,
    },
  },
];

describe("the rules, over what apps start and who gets their messages", () => {
  for (const one of cases) {
    it(`${one.rule}: ${one.what}`, () => {
      assertRuleFound(one);
    });
  }
});
