import { assertRuleFound, type RulePackage } from "./runRules.ts";

const cases: readonly RulePackage[] = [
  {
    rule: "exit-before-close",
    what: "prisma await, imported app",
    marked: ["process.exit(0)"],
    texts: {
      "src/app.js": `const express = require("express"); module.exports = express();`,
      "src/server.js": `const app = require("./app"); const { PrismaClient } = require("@prisma/client"); const prisma = new PrismaClient(); app.listen(3000, () => console.log(1)); process.on("SIGINT", async () => { await prisma.$disconnect(); process.exit(0); });`,
    },
  },
  {
    rule: "exit-before-close",
    what: "handler in other file, db",
    marked: ["process.exit(0)"],
    texts: {
      "src/db.js": `const mongoose = require("mongoose"); exports.connect = async () => { await mongoose.connect(u); process.on("SIGINT", async () => { await mongoose.connection.close(); process.exit(0); }); };`,
      "src/server.js": `const { connect } = require("./db"); const app = require("express")(); connect().then(() => app.listen(3000));`,
    },
  },
  {
    rule: "exit-before-close",
    what: "handler in other file, db (old cb)",
    marked: ["process.exit(0)"],
    texts: {
      "src/db.js": `const mongoose = require("mongoose"); mongoose.connect(u); process.on("SIGINT", function () { mongoose.connection.close(function () { console.log("x"); process.exit(0); }); });`,
      "src/server.js": `require("./db"); const app = require("express")(); app.listen(3000);`,
    },
  },
  {
    rule: "exit-before-close",
    what: "stop imported: exits",
    marked: ["stop"],
    texts: {
      "src/stop.js": `exports.stop = () => { console.log("x"); process.exit(0); };`,
      "src/server.js": `const { stop } = require("./stop"); require("express")().listen(1); process.on("SIGTERM", stop);`,
    },
  },
  {
    rule: "exit-before-close",
    what: "setupShutdown(server) imported fine",
    marked: [],
    texts: {
      "src/stop.js": `exports.setup = (server) => { process.on("SIGTERM", () => server.close(() => process.exit(0))); };`,
      "src/server.js": `const { setup } = require("./stop"); const s = require("express")().listen(1); setup(s);`,
    },
  },
  {
    rule: "exit-before-close",
    what: "setupShutdown(server) imported early",
    marked: ["process.exit(0)"],
    texts: {
      "src/stop.js": `exports.setup = (server) => { process.on("SIGTERM", () => { server.close(); process.exit(0); }); };`,
      "src/server.js": `const { setup } = require("./stop"); const s = require("express")().listen(1); setup(s);`,
    },
  },
  {
    rule: "exit-before-close",
    what: "tasks allSettled without server",
    marked: ["process.exit(0)"],
    texts: {
      "src/stop.js": `const { db } = require("./db"); async function down() { await Promise.all([db.end(), redis.quit()]); process.exit(0); } process.on("SIGTERM", down);`,
      "src/db.js": `const { Pool } = require('pg'); exports.db = new Pool();`,
      "src/server.js": `require("./stop"); require("express")().listen(1);`,
    },
  },
  {
    rule: "signal-without-exit",
    what: "other file exits",
    marked: [],
    texts: {
      "src/a.js": `process.on("SIGTERM", () => console.log("bye"));`,
      "src/server.js": `require("./a"); const s = require("express")().listen(1); process.on("SIGTERM", () => s.close(() => process.exit(0)));`,
    },
  },
  {
    rule: "signal-without-exit",
    what: "ioredis in another file",
    marked: ['"SIGTERM"'],
    texts: {
      "src/redis.js": `const Redis = require("ioredis"); module.exports = new Redis();`,
      "src/server.js": `require("./redis"); const s = require("express")().listen(1); process.on("SIGTERM", () => { s.close(() => { console.log("closed"); }); });`,
    },
  },
  {
    rule: "random-port",
    what: "exported server used by others: address elsewhere",
    marked: [],
    texts: {
      "src/a.js": `const http = require("http"); const server = http.createServer(h); server.listen(0); module.exports = server;`,
      "src/b.js": `const s = require("./a"); console.log(s.address().port);`,
    },
  },
  {
    rule: "random-port",
    what: "fixture server helper",
    marked: [],
    texts: {
      "src/testing/server.js": `const app = require("express")(); app.listen(0);`,
    },
  },
  {
    rule: "port-probe",
    what: "in tests",
    marked: [],
    texts: {
      "test/a.test.js": `const getPort = require("get-port"); const app = require("express")(); test("x", async () => { app.listen(await getPort()); });`,
    },
  },
  {
    rule: "migration-per-worker",
    what: "knex latest multi",
    marked: ["db.migrate.latest"],
    texts: {
      "src/db.js": `const knex = require("knex")(c); module.exports = knex;`,
      "src/server.js": `const db = require("./db"); const app = require("express")(); (async () => { await db.migrate.latest(); app.listen(1); })();`,
    },
  },
  {
    rule: "migration-per-worker",
    what: "sequelize sync model",
    marked: ["models.sequelize.sync"],
    texts: {
      "src/models/index.js": `const { Sequelize } = require("sequelize"); const sequelize = new Sequelize(u); module.exports = { sequelize };`,
      "src/server.js": `const models = require("./models"); const app = require("express")(); models.sequelize.sync().then(() => app.listen(1));`,
    },
  },
  {
    rule: "migration-per-worker",
    what: "db.sync alias",
    marked: ["db.sync"],
    texts: {
      "src/db.js": `const { Sequelize } = require("sequelize"); const db = new Sequelize(u); module.exports = db;`,
      "src/server.js": `const db = require("./db"); const app = require("express")(); db.sync({ alter: true }).then(() => app.listen(1));`,
    },
  },
  {
    rule: "migration-per-worker",
    what: "typeorm nest",
    marked: ["synchronize: true"],
    texts: {
      "src/app.module.ts": `import { TypeOrmModule } from "@nestjs/typeorm"; import { Module } from "@nestjs/common"; @Module({ imports: [TypeOrmModule.forRoot({ type: "postgres", host: "x", autoLoadEntities: true, synchronize: true })] }) export class AppModule {}`,
      "src/main.ts": `import { NestFactory } from "@nestjs/core"; import { AppModule } from "./app.module"; async function b() { const app = await NestFactory.create(AppModule); await app.listen(1); } b();`,
    },
  },
  {
    rule: "migration-per-worker",
    what: "typeorm nest async factory migrationsRun",
    marked: ["migrationsRun: true"],
    texts: {
      "src/app.module.ts": `import { TypeOrmModule } from "@nestjs/typeorm"; import { Module } from "@nestjs/common"; @Module({ imports: [TypeOrmModule.forRootAsync({ useFactory: (c) => ({ type: "postgres", url: c.get("x"), migrationsRun: true }) })] }) export class AppModule {}`,
      "src/main.ts": `import { NestFactory } from "@nestjs/core"; import { AppModule } from "./app.module"; async function b() { const app = await NestFactory.create(AppModule); await app.listen(1); } b();`,
    },
  },
  {
    rule: "migration-per-worker",
    what: "typeorm data-source for cli with migrations only",
    marked: [],
    texts: {
      "src/data-source.ts": `import { DataSource } from "typeorm"; export default new DataSource({ type: "postgres", url: "x", synchronize: false, migrations: [] });`,
      "src/main.ts": `import express from "express"; express().listen(1);`,
    },
  },
  {
    rule: "migration-per-worker",
    what: "typeorm initialize + runMigrations",
    marked: ["AppDataSource.runMigrations"],
    texts: {
      "src/data-source.ts": `import { DataSource } from "typeorm"; export const AppDataSource = new DataSource({ type: "postgres" });`,
      "src/main.ts": `import { AppDataSource } from "./data-source"; import express from "express"; AppDataSource.initialize().then(async () => { await AppDataSource.runMigrations(); express().listen(1); });`,
    },
  },
  {
    rule: "migration-per-worker",
    what: "drizzle in own fn file",
    marked: ["migrate"],
    texts: {
      "src/migrate.ts": `import { migrate } from "drizzle-orm/postgres-js/migrator"; import { db } from "./db"; export async function runMigrations() { await migrate(db, { migrationsFolder: "x" }); }`,
      "src/db.ts": `export const db = 1;`,
      "src/index.ts": `import { runMigrations } from "./migrate"; import express from "express"; await runMigrations(); express().listen(1);`,
    },
  },
  {
    rule: "migration-per-worker",
    what: "drizzle as script only",
    marked: [],
    texts: {
      "src/migrate.ts": `import { migrate } from "drizzle-orm/postgres-js/migrator"; import { db } from "./db"; await migrate(db, { migrationsFolder: "x" });`,
      "src/db.ts": `export const db = 1;`,
      "src/index.ts": `import { db } from "./db"; import express from "express"; express().listen(1);`,
    },
  },
  {
    rule: "migration-per-worker",
    what: "umzug",
    marked: ["umzug.up"],
    texts: {
      "src/umzug.js": `const { Umzug } = require("umzug"); exports.umzug = new Umzug({});`,
      "src/server.js": `const { umzug } = require("./umzug"); const app = require("express")(); umzug.up().then(() => app.listen(1));`,
    },
  },
  {
    rule: "migration-per-worker",
    what: "nest onModuleInit mikro",
    marked: ["this.orm.getMigrator().up"],
    texts: {
      "src/db.ts": `import { Injectable } from "@nestjs/common"; import { MikroORM } from "@mikro-orm/core"; @Injectable() export class Db { constructor(private orm: MikroORM) {} async onModuleInit() { await this.orm.getMigrator().up(); } }`,
      "src/main.ts": `import { NestFactory } from "@nestjs/core"; import { Db } from "./db"; async function b() { const app = await NestFactory.create(Db); await app.listen(1); } b();`,
    },
  },
  {
    rule: "migration-per-worker",
    what: "seed script require.main",
    marked: [],
    texts: {
      "src/seed.js": `const db = require("./db"); async function seed() { await db.sync(); } if (require.main === module) seed();`,
      "src/db.js": `const { Sequelize } = require("sequelize"); module.exports = new Sequelize(u);`,
      "src/server.js": `require("./db"); require("express")().listen(1);`,
    },
  },
  {
    rule: "metrics-per-worker",
    what: "registry other file",
    marked: ["register.metrics"],
    texts: {
      "src/metrics.js": `const client = require("prom-client"); const register = new client.Registry(); module.exports = { register };`,
      "src/server.js": `const { register } = require("./metrics"); const app = require("express")(); app.get("/metrics", async (req, res) => res.send(await register.metrics())); app.listen(1);`,
    },
  },
  {
    rule: "metrics-per-worker",
    what: "class service",
    marked: ["this.registry.metrics"],
    texts: {
      "src/metrics.ts": `import { Registry } from "prom-client"; export class MetricsService { private readonly registry = new Registry(); async getMetrics() { return this.registry.metrics(); } }`,
      "src/server.ts": `import express from "express"; import { MetricsService } from "./metrics"; const m = new MetricsService(); const app = express(); app.get("/metrics", async (req, res) => res.send(await m.getMetrics())); app.listen(1);`,
    },
  },
  {
    rule: "metrics-per-worker",
    what: "nest controller",
    marked: ["this.register.metrics"],
    texts: {
      "src/metrics.service.ts": `import { Injectable } from "@nestjs/common"; import * as client from "prom-client"; @Injectable() export class MetricsService { private readonly register: client.Registry; constructor() { this.register = new client.Registry(); } getMetrics() { return this.register.metrics(); } }`,
      "src/metrics.controller.ts": `import { Controller, Get } from "@nestjs/common"; import { MetricsService } from "./metrics.service"; @Controller("metrics") export class MetricsController { constructor(private readonly metrics: MetricsService) {} @Get() get() { return this.metrics.getMetrics(); } }`,
      "src/main.ts": `import { NestFactory } from "@nestjs/core"; import { MetricsController } from "./metrics.controller"; async function b() { const app = await NestFactory.create(MetricsController); await app.listen(1); } b();`,
    },
  },
  {
    rule: "metrics-per-worker",
    what: "nestjs-prometheus",
    marked: ["PrometheusModule.register"],
    texts: {
      "src/app.module.ts": `import { Module } from "@nestjs/common"; import { PrometheusModule } from "@willsoto/nestjs-prometheus"; @Module({ imports: [PrometheusModule.register()] }) export class AppModule {}`,
      "src/main.ts": `import { NestFactory } from "@nestjs/core"; import { AppModule } from "./app.module"; async function b() { const app = await NestFactory.create(AppModule); await app.listen(1); } b();`,
    },
  },
  {
    rule: "metrics-per-worker",
    what: "nestjs-prometheus async",
    marked: ["PrometheusModule.registerAsync"],
    texts: {
      "src/app.module.ts": `import { Module } from "@nestjs/common"; import { PrometheusModule } from "@willsoto/nestjs-prometheus"; @Module({ imports: [PrometheusModule.registerAsync({})] }) export class AppModule {}`,
      "src/main.ts": `import { NestFactory } from "@nestjs/core"; import { AppModule } from "./app.module"; async function b() { const app = await NestFactory.create(AppModule); await app.listen(1); } b();`,
    },
  },
  {
    rule: "metrics-per-worker",
    what: "otel exporter",
    marked: ["PrometheusExporter"],
    texts: {
      "src/otel.js": `const { PrometheusExporter } = require("@opentelemetry/exporter-prometheus"); const exporter = new PrometheusExporter({ port: 9464 });`,
      "src/server.js": `require("./otel"); require("express")().listen(1);`,
    },
  },
  {
    rule: "bot-per-worker",
    what: "telegraf",
    marked: ["bot.launch"],
    texts: {
      "src/bot.js": `const { Telegraf } = require("telegraf"); const bot = new Telegraf(t); module.exports = bot;`,
      "src/server.js": `const bot = require("./bot"); bot.launch(); require("express")().listen(1);`,
    },
  },
  {
    rule: "bot-per-worker",
    what: "nestjs-telegraf",
    marked: ["TelegrafModule.forRoot"],
    texts: {
      "src/app.module.ts": `import { Module } from "@nestjs/common"; import { TelegrafModule } from "nestjs-telegraf"; @Module({ imports: [TelegrafModule.forRoot({ token: "x" })] }) export class AppModule {}`,
      "src/main.ts": `import { NestFactory } from "@nestjs/core"; import { AppModule } from "./app.module"; async function b() { const app = await NestFactory.create(AppModule); await app.listen(1); } b();`,
    },
  },
  {
    rule: "bot-per-worker",
    what: "nestjs-telegraf webhook",
    marked: [],
    texts: {
      "src/app.module.ts": `import { Module } from "@nestjs/common"; import { TelegrafModule } from "nestjs-telegraf"; @Module({ imports: [TelegrafModule.forRoot({ token: "x", launchOptions: { webhook: { domain: "x" } } })] }) export class AppModule {}`,
      "src/main.ts": `import { NestFactory } from "@nestjs/core"; import { AppModule } from "./app.module"; async function b() { const app = await NestFactory.create(AppModule); await app.listen(1); } b();`,
    },
  },
  {
    rule: "bot-per-worker",
    what: "necord",
    marked: ["NecordModule.forRoot"],
    texts: {
      "src/app.module.ts": `import { Module } from "@nestjs/common"; import { NecordModule } from "necord"; @Module({ imports: [NecordModule.forRoot({ token: "x" })] }) export class AppModule {}`,
      "src/main.ts": `import { NestFactory } from "@nestjs/core"; import { AppModule } from "./app.module"; async function b() { const app = await NestFactory.create(AppModule); await app.listen(1); } b();`,
    },
  },
  {
    rule: "bot-per-worker",
    what: "discord subclass",
    marked: ["this.login"],
    texts: {
      "src/client.js": `const { Client } = require("discord.js"); class Bot extends Client { constructor() { super({}); } start() { this.login("x"); } } module.exports = Bot;`,
      "src/index.js": `const Bot = require("./client"); const b = new Bot(); b.start(); require("express")().listen(1);`,
    },
  },
  {
    rule: "bot-per-worker",
    what: "discord subclass login",
    marked: ["b.login"],
    texts: {
      "src/client.js": `const { Client } = require("discord.js"); class Bot extends Client { } module.exports = Bot;`,
      "src/index.js": `const Bot = require("./client"); const b = new Bot(); b.login("x"); require("express")().listen(1);`,
    },
  },
  {
    rule: "nested-cluster",
    what: "bench script",
    marked: [],
    texts: {
      "bench/run.js": `const cluster = require("cluster"); if (cluster.isMaster) cluster.fork(); else load();`,
    },
  },
  {
    rule: "nested-cluster",
    what: "separate cluster.js while server.js is the entry",
    marked: ["cluster.fork"],
    texts: {
      "cluster.js": `const cluster = require("cluster"); if (cluster.isMaster) cluster.fork(); else require("./server");`,
      "server.js": `require("express")().listen(1);`,
    },
  },
  {
    rule: "primary-only",
    what: "fork in other file",
    marked: [],
    texts: {
      "src/start.js": `const cluster = require("cluster"); if (cluster.isPrimary) { require("./fork").forkAll(); } else { require("express")().listen(1); }`,
      "src/fork.js": `const cluster = require("cluster"); exports.forkAll = () => { cluster.fork(); };`,
    },
  },
  {
    rule: "log4js-cluster",
    what: "const config",
    marked: ["log4js.configure"],
    texts: {
      "src/log.js": `const log4js = require("log4js"); const config = require("./log4js.config"); log4js.configure(config);`,
      "src/log4js.config.js": `module.exports = { appenders: {}, categories: {} };`,
      "src/server.js": `require("./log"); require("express")().listen(1);`,
    },
  },
  {
    rule: "log4js-cluster",
    what: "const config disabled",
    marked: [],
    texts: {
      "src/log.js": `const log4js = require("log4js"); const config = require("./log4js.config"); log4js.configure(config);`,
      "src/log4js.config.js": `module.exports = { disableClustering: true, appenders: {}, categories: {} };`,
      "src/server.js": `require("./log"); require("express")().listen(1);`,
    },
  },
  {
    rule: "exit-before-close",
    what: "await imported disconnect",
    marked: ["process.exit(0)"],
    texts: {
      "src/db.js": `const mongoose = require("mongoose"); let mongoConnection; exports.disconnect = async () => { try { if (mongoConnection) { await mongoConnection.close(); mongoConnection = null; } } catch (e) { console.error(e); } };`,
      "src/server.js": `const { disconnect } = require("./db"); const app = require("express")(); app.listen(3000); process.on("SIGTERM", async () => { await disconnect(); process.exit(0); });`,
    },
  },
  {
    rule: "exit-before-close",
    what: "await imported that closes server: fine",
    marked: [],
    texts: {
      "src/stop.js": `let server; exports.keep = (s) => { server = s; }; exports.stop = async () => { await new Promise((r) => server.close(r)); };`,
      "src/server.js": `const { stop, keep } = require("./stop"); const app = require("express")(); keep(app.listen(3000)); process.on("SIGTERM", async () => { await stop(); process.exit(0); });`,
    },
  },
  {
    rule: "exit-before-close",
    what: "installed by another file, close dropped",
    marked: ["process.exit(0)"],
    texts: {
      "src/life.ts": `import type { ServerType } from "@hono/node-server"; import { db } from "./db.js"; async function down(server: ServerType, signal: string) { console.log(signal); server.close((error) => { if (error) console.error(error); else console.log("closed"); }); const t = setTimeout(() => { console.warn("late"); }, 10_000); try { await db.close(); } catch (error) { console.error(error); } clearTimeout(t); process.exit(0); } export function install(server: ServerType) { process.on("SIGTERM", () => down(server, "SIGTERM")); }`,
      "src/db.ts": `export const db = make();`,
      "src/server.ts": `import { serve } from "@hono/node-server"; import { install } from "./life.js"; const server = serve({ fetch, port: 3000 }); install(server);`,
    },
  },
  {
    rule: "exit-before-close",
    what: "server.close in promise by other file fine",
    marked: [],
    texts: {
      "src/life.js": `exports.install = (server) => { process.on("SIGTERM", async () => { await new Promise((resolve) => server.close(resolve)); process.exit(0); }); };`,
      "src/server.js": `const { install } = require("./life"); install(require("express")().listen(1));`,
    },
  },
  {
    rule: "exit-before-close",
    what: "await app.close of unknown",
    marked: [],
    texts: {
      "src/server.js": `const { app } = require("./app"); app.listen(3000); process.on("SIGTERM", async () => { await app.close(); process.exit(0); });`,
      "src/app.js": `exports.app = build();`,
    },
  },
  {
    rule: "metrics-per-worker",
    what: "merged registries",
    marked: ["merged.metrics"],
    texts: {
      "src/m.ts": `import { Registry } from "prom-client"; export class M { one = new Registry(); async render() { const merged = Registry.merge([this.one]); return merged.metrics(); } }`,
      "src/s.ts": `import { M } from "./m"; import express from "express"; const m = new M(); const app = express(); app.get("/m", async (q, a) => a.send(await m.render())); app.listen(1);`,
    },
  },
  {
    rule: "primary-only",
    what: "throng of another file",
    marked: [],
    texts: {
      "src/index.js": `const throng = require("throng"); const { limit } = require("./limit"); limit(); throng({ worker: () => require("./main") });`,
      "src/limit.js": `const cluster = require("cluster"); exports.limit = () => { if (cluster.isWorker) { return; } setLimit(); };`,
    },
  },
  {
    rule: "bot-per-worker",
    what: "own polling",
    marked: ["axios.get"],
    texts: {
      "src/bot.ts": `import { Injectable } from "@nestjs/common"; import axios from "axios"; @Injectable() export class Bot { async onModuleInit() { this.start(); } start() { this.poll(); } async poll() { const r = await axios.get(\`https://api.telegram.org/bot\${this.token}/getUpdates\`); setTimeout(() => this.poll(), 10); } }`,
      "src/main.ts": `import { NestFactory } from "@nestjs/core"; import { Bot } from "./bot"; async function b() { const app = await NestFactory.create(Bot); await app.listen(1); } b();`,
    },
  },
  {
    rule: "exit-before-close",
    what: "exported app, imported close",
    marked: ["process.exit(0)"],
    texts: {
      "src/graph.js": `export async function closeDriver() { await driver.close(); }`,
      "src/index.js": `import express from "express"; import { closeDriver } from "./graph.js"; const app = express(); app.listen(4000, () => console.log("up")); process.on("SIGTERM", async () => { await closeDriver(); process.exit(0); }); export default app;`,
    },
  },
  {
    rule: "exit-before-close",
    what: "telemetry only",
    marked: ["process.exit(0)"],
    texts: {
      "src/otel.ts": `import { NodeSDK } from "@opentelemetry/sdk-node"; const sdk = new NodeSDK({}); sdk.start(); process.on("SIGTERM", () => { sdk.shutdown().then(() => console.log("down")).catch((error) => console.log(error)).finally(() => process.exit(0)); });`,
      "src/main.ts": `import "./otel"; import express from "express"; const app = express(); app.listen(1);`,
    },
  },
  {
    rule: "exit-before-close",
    what: "telemetry by own function",
    marked: ["process.exit(0)"],
    texts: {
      "src/otel.ts": `import { NodeSDK } from "@opentelemetry/sdk-node"; const sdk = new NodeSDK({}); const shutdown = async () => { try { await sdk.shutdown(); console.log("down"); } catch (error) { console.error(new ApiException("down", { error })); throw error; } }; process.on("SIGTERM", async () => { console.log("x"); await shutdown().finally(() => process.exit(0)); });`,
      "src/main.ts": `import "./otel"; import { NestFactory } from "@nestjs/core"; async function b() { const app = await NestFactory.create(M); await app.listen(1); } b();`,
    },
  },
  {
    rule: "exit-before-close",
    what: "telemetry without exit: fine",
    marked: [],
    texts: {
      "src/otel.ts": `import { NodeSDK } from "@opentelemetry/sdk-node"; const sdk = new NodeSDK({}); process.once("SIGTERM", () => { sdk.shutdown().catch((error) => console.log(error)); });`,
      "src/main.ts": `import "./otel"; import { NestFactory } from "@nestjs/core"; async function b() { const app = await NestFactory.create(M); app.enableShutdownHooks(); await app.listen(1); } b();`,
    },
  },
  {
    rule: "signal-without-exit",
    what: "telemetry beside Nest's hooks",
    marked: [],
    texts: {
      "src/otel.ts": `import { NodeSDK } from "@opentelemetry/sdk-node"; const sdk = new NodeSDK({}); process.once("SIGTERM", () => { sdk.shutdown().catch((error) => console.log(error)); });`,
      "src/main.ts": `import "./otel"; import { NestFactory } from "@nestjs/core"; async function b() { const app = await NestFactory.create(M); app.enableShutdownHooks(); await app.listen(1); } b();`,
    },
  },
  {
    rule: "signal-without-exit",
    what: "pool beside terminus",
    marked: [],
    texts: {
      "src/db.js": `process.on("SIGTERM", () => { pool.end(); });`,
      "src/s.js": `require("./db"); const { createTerminus } = require("@godaddy/terminus"); const s = require("http").createServer(h); createTerminus(s, {}); s.listen(1);`,
    },
  },
  {
    rule: "exit-before-close",
    what: "app of another file, queues closed",
    marked: ["process.exit(0)"],
    texts: {
      "src/app.ts": `import express from "express"; const app = express(); export default app;`,
      "src/queue.ts": `import { Worker, Queue } from "bullmq"; export const mailWorker = new Worker("m", f); export const mailQueue = new Queue("m"); export const closeMail = async () => { await mailWorker.close(); };`,
      "src/server.ts": `import app from "./app"; import { mailQueue, closeMail } from "./queue"; app.listen(3000, () => console.log("up")); const stop = async (signal: string) => { console.warn(signal); try { await closeMail(); await mailQueue.close(); process.exit(0); } catch (error) { process.exit(1); } }; process.on("SIGTERM", () => stop("SIGTERM"));`,
    },
  },
  {
    rule: "exit-before-close",
    what: "a worker of a queue in the process of a server",
    marked: ["process.exit(0)"],
    texts: {
      "src/worker.ts": `import { Worker } from "bullmq"; export const mailWorker = new Worker("m", f); process.on("SIGTERM", async () => { console.log("x"); await mailWorker.close(); process.exit(0); });`,
      "src/server.ts": `import "./worker"; import express from "express"; express().listen(3000);`,
    },
  },
  {
    rule: "exit-before-close",
    what: "a worker of a queue alone: fine",
    marked: [],
    texts: {
      "src/worker.ts": `import { Worker } from "bullmq"; export const mailWorker = new Worker("m", f); process.on("SIGTERM", async () => { await mailWorker.close(); process.exit(0); });`,
    },
  },
  {
    rule: "long-keep-alive",
    what: "replaced by another file",
    marked: [],
    texts: {
      "src/app.ts": `import Fastify from "fastify"; export const build = () => Fastify({ keepAliveTimeout: 72000 });`,
      "src/server.ts": `import { build } from "./app"; const app = build(); app.server.keepAliveTimeout = 5000; app.listen({ port: 1 });`,
    },
  },
  {
    rule: "long-keep-alive",
    what: "not replaced",
    marked: ["72000"],
    texts: {
      "src/app.ts": `import Fastify from "fastify"; export const build = () => Fastify({ keepAliveTimeout: 72000 });`,
      "src/server.ts": `import { build } from "./app"; const app = build(); app.listen({ port: 1 });`,
    },
  },
];

describe("the rules, over how packages end and start", () => {
  for (const one of cases) {
    it(`${one.rule}: ${one.what}`, () => {
      assertRuleFound(one);
    });
  }
});
