import { hit, miss, type RuleCase } from "./ruleCase.ts";

const express = 'const express = require("express"); const app = express(); ';
const es = 'import express from "express"; const app = express(); ';
const served = `${express} const server = app.listen(3000); `;
const ts = { file: "app.ts" };
const dropped = `${express} app.listen(3000); `;

/** More of how apps end, and how they are made of several processes. */
export const lifecycleCases: Readonly<Record<string, readonly RuleCase[]>> = {
  "exit-before-close": [
    hit(`${served} process.on("SIGTERM", () => { console.log("x"); process.exit(0); });`, "process.exit(0)"),
    hit(
      `${served} function bye() { process.exit(0); } process.on("SIGTERM", bye); process.on("SIGINT", bye);`,
      "process.exit(0)",
    ),
    hit(
      `${served} const bye = (s) => { log.info(s); process.exit(0); }; process.once("SIGTERM", bye);`,
      "process.exit(0)",
    ),
    hit(
      `${served} ["SIGINT","SIGTERM"].forEach((s) => process.on(s, () => { console.log(s); process.exit(0); }));`,
      "process.exit(0)",
    ),
    hit(
      `${served} const signals = ["SIGINT","SIGTERM"]; for (const s of signals) { process.once(s, async () => { console.log(s); process.exit(0); }); }`,
      "process.exit(0)",
    ),
    hit(
      `const app = require('express')(); app.listen(1); ['INT','TERM'].forEach(s => process.on(\`SIG\${s}\`, () => process.exit()));`,
      "process.exit()",
    ),
    hit(
      `${served} const signals = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }; Object.keys(signals).forEach((signal) => { process.on(signal, () => { console.log(signal); process.exit(128 + signals[signal]); }); });`,
      "process.exit(128 + signals[signal])",
    ),
    miss(
      `${served} const signals = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }; const shutdown = (signal, value) => { server.close(() => { process.exit(128 + value); }); }; Object.keys(signals).forEach((signal) => { process.on(signal, () => { shutdown(signal, signals[signal]); }); });`,
    ),
    hit(
      `${dropped} const mongoose = require("mongoose"); process.on("SIGINT", async () => { await mongoose.connection.close(); process.exit(0); });`,
      "process.exit(0)",
    ),
    hit(
      `${served} const mongoose = require("mongoose"); server.on("listening", () => console.log("x")); process.on("SIGINT", async () => { await mongoose.connection.close(); process.exit(0); });`,
      "process.exit(0)",
    ),
    hit(
      `${dropped} const mongoose = require("mongoose"); process.on("SIGINT", () => { mongoose.connection.close(() => { process.exit(0); }); });`,
      "process.exit(0)",
    ),
    hit(
      `${dropped} process.on("SIGTERM", () => { sequelize.close().then(() => process.exit(0)); });`,
      "process.exit(0)",
    ),
    hit(
      `${dropped} process.on("SIGTERM", () => { prisma.$disconnect().finally(() => process.exit(0)); });`,
      "process.exit(0)",
    ),
    miss(
      `${served} process.on("SIGTERM", () => { util.promisify(server.close.bind(server))().then(() => process.exit(0)); });`,
    ),
    miss(
      `${served} process.on("SIGTERM", () => { server.close(async () => { await prisma.$disconnect(); process.exit(0); }); });`,
    ),
    miss(
      `${served} process.on("SIGTERM", async () => { await new Promise((r) => server.close(r)); await pool.end(); process.exit(0); });`,
    ),
    hit(
      `${served} process.on("SIGTERM", async () => { server.close(); await pool.end(); process.exit(0); });`,
      "process.exit(0)",
    ),
    hit(
      `${served} process.on("SIGTERM", async () => { server.close(() => console.log("closed")); await mongoose.disconnect(); process.exit(0); });`,
      "process.exit(0)",
    ),
    miss(
      `${served} process.on("SIGTERM", () => { server.close(() => process.exit(0)); setTimeout(() => process.exit(1), 10000).unref(); });`,
    ),
    miss(
      `${served} const exitHandler = () => { if (server) { server.close(() => { process.exit(1); }); } else { process.exit(1); } }; process.on("SIGTERM", exitHandler);`,
    ),
    hit(
      `${served} process.on("SIGTERM", async () => { try { await pool.end(); } finally { process.exit(0); } });`,
      "process.exit(0)",
    ),
    miss(
      `${served} process.on("SIGTERM", async () => { try { await closeServer(server); } finally { process.exit(0); } });`,
    ),
    hit(
      `${dropped} process.on("SIGTERM", async () => { try { await mongoose.disconnect(); process.exit(0); } catch (e) { process.exit(1); } });`,
      "process.exit(0)",
    ),
    miss(
      `const app = require("fastify")(); app.listen({ port: 1 }); process.on("SIGTERM", async () => { await app.close(); process.exit(0); });`,
    ),
    hit(
      `const app = require("fastify")(); app.listen({ port: 1 }); process.on("SIGTERM", () => { app.close(); process.exit(0); });`,
      "process.exit(0)",
    ),
    miss(
      `import { NestFactory } from "@nestjs/core"; async function b() { const app = await NestFactory.create(M); await app.listen(1); process.on("SIGTERM", async () => { await app.close(); process.exit(0); }); } b();`,
      ts,
    ),
    hit(
      `import { NestFactory } from "@nestjs/core"; async function b() { const app = await NestFactory.create(M); await app.listen(1); process.on("SIGINT", () => { console.log("x"); process.exit(0); }); } b();`,
      "process.exit(0)",
      ts,
    ),
    hit(
      `import { serve } from "@hono/node-server"; import { Hono } from "hono"; const app = new Hono(); serve({ fetch: app.fetch, port: 3000 }); process.on("SIGTERM", () => process.exit(0));`,
      "process.exit(0)",
      ts,
    ),
    miss(
      `import { serve } from "@hono/node-server"; import { Hono } from "hono"; const app = new Hono(); const server = serve(app); process.on("SIGTERM", () => { server.close((e) => { process.exit(e ? 1 : 0); }); });`,
      ts,
    ),
    hit(
      `import { serve } from "@hono/node-server"; import { Hono } from "hono"; const app = new Hono(); const server = serve(app); process.on("SIGINT", () => { server.close(); process.exit(0); });`,
      "process.exit(0)",
      ts,
    ),
    hit(
      `import { ApolloServer } from "@apollo/server"; import { startStandaloneServer } from "@apollo/server/standalone"; const server = new ApolloServer({}); await startStandaloneServer(server, { listen: { port: 4000 } }); process.on("SIGTERM", () => process.exit(0));`,
      "process.exit(0)",
      ts,
    ),
    miss(
      `const Hapi = require("@hapi/hapi"); const init = async () => { const server = Hapi.server({ port: 3000 }); await server.start(); process.on("SIGTERM", async () => { await server.stop({ timeout: 10000 }); process.exit(0); }); }; init();`,
    ),
    hit(
      `const Hapi = require("@hapi/hapi"); const init = async () => { const server = Hapi.server({ port: 3000 }); await server.start(); process.on("SIGTERM", () => { console.log("x"); process.exit(0); }); }; init();`,
      "process.exit(0)",
    ),
    hit(
      `const Koa = require("koa"); const app = new Koa(); app.listen(3000); process.on("SIGTERM", () => { console.log("bye"); process.exit(0); });`,
      "process.exit(0)",
    ),
    hit(
      `import http from "node:http"; const s = http.createServer(); s.listen(1); process.on("SIGTERM", () => { console.log("bye"); process.exit(0); });`,
      "process.exit(0)",
    ),
    hit(
      `class Server { constructor() { this.app = require("express")(); } start() { this.server = this.app.listen(3000); process.on("SIGTERM", () => this.stop()); } stop() { console.log("stop"); process.exit(0); } } new Server().start();`,
      "process.exit(0)",
    ),
    hit(
      `class Server { constructor() { this.app = require("express")(); process.on("SIGTERM", this.stop.bind(this)); } start() { this.server = this.app.listen(3000); } stop() { console.log("stop"); process.exit(0); } } new Server().start();`,
      "process.exit(0)",
    ),
    miss(
      `class Server { constructor() { this.app = require("express")(); } start() { this.server = this.app.listen(3000); process.on("SIGTERM", () => this.stop()); } stop() { this.server.close(() => process.exit(0)); } } new Server().start();`,
    ),
    miss(`${served} process.on("unhandledRejection", () => process.exit(1));`),
    miss(`${served} const { createTerminus } = require("@godaddy/terminus"); createTerminus(server, { onSignal }); `),
    miss(
      `const cluster = require("cluster"); if (cluster.isMaster) { cluster.fork(); process.on("SIGTERM", () => { process.exit(0); }); } else { require("express")().listen(3000); }`,
    ),
    miss(`#!/usr/bin/env node
const ora = require("ora"); process.on("SIGINT", () => { process.exit(130); }); run();`),
    hit(
      `const http = require("http"); const s = http.createServer(); const io = require("socket.io")(s); s.listen(1); process.on("SIGINT", () => { io.close(); process.exit(0); });`,
      "process.exit(0)",
    ),
    miss(
      `const http = require("http"); const s = http.createServer(); const io = require("socket.io")(s); s.listen(1); process.on("SIGINT", () => { io.close(() => process.exit(0)); });`,
    ),
    hit(
      `const { WebSocketServer } = require("ws"); const wss = new WebSocketServer({ port: 8080 }); process.on("SIGINT", () => { wss.close(); process.exit(0); });`,
      "process.exit(0)",
    ),
    miss(
      `${served} process.on("SIGTERM", async () => { await Promise.allSettled([new Promise((r) => server.close(r)), pool.end()]); process.exit(0); });`,
    ),
    miss(`${served} process.on("SIGTERM", async () => { server.close(); await sleep(5000); process.exit(0); });`),
    hit(
      `${dropped} ["exit", "SIGINT", "SIGTERM", "uncaughtException"].forEach((e) => process.on(e, () => { console.log(e); process.exit(); }));`,
      "process.exit()",
    ),
    hit(`${dropped} process.on("SIGTERM", () => { logger.info("x"); return process.exit(0); });`, "process.exit(0)"),
    miss(`${dropped} process.on("SIGTERM", () => { logger.info("x"); process.kill(process.pid, "SIGKILL"); });`),
    miss(
      `${dropped} process.on("SIGTERM", () => { logger.info("x"); logger.end(); setTimeout(() => process.exit(0), 500); });`,
    ),
    hit(
      `${es}app.listen(1); const signals: NodeJS.Signals[] = ["SIGINT", "SIGTERM"]; signals.forEach((signal) => { process.on(signal, () => { process.exit(0); }); });`,
      "process.exit(0)",
      ts,
    ),
    hit(
      `${es}app.listen(1); for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(0));`,
      "process.exit(0)",
      ts,
    ),
    hit(
      `${served} let down = false; process.on("SIGTERM", () => { if (down) return; down = true; console.log("x"); process.exit(0); });`,
      "process.exit(0)",
    ),
    miss(
      `${served} let down = false; process.on("SIGTERM", () => { if (down) return; down = true; server.close(() => process.exit(0)); });`,
    ),
    miss(
      `${served} process.on("SIGTERM", async () => { server.close(); await new Promise((r) => setTimeout(r, 5000)); process.exit(0); });`,
    ),
    miss(
      `const { promisify } = require("util"); ${served} const close = promisify(server.close.bind(server)); process.on("SIGTERM", async () => { await close(); process.exit(0); });`,
    ),
    hit(
      `${dropped} process.on("SIGINT", async () => { if (db) { await db.end(); } process.exit(0); });`,
      "process.exit(0)",
    ),
    miss(`${served} process.on("SIGINT", async () => { server.close(); await host.dispose(); process.exit(0); });`),
    miss(
      `const server = makeServer(); server.listen(1); process.once("SIGTERM", () => { void (async () => { await server.stop(); await database.disconnect(); process.exit(0); })(); });`,
    ),
    miss(
      `${served} const close = async () => { await stopAll(server); }; process.once("SIGINT", () => { void close().finally(() => process.exit(130)); });`,
    ),
  ],
  "signal-without-exit": [
    hit(`${served} process.on("SIGTERM", () => { console.log("bye"); });`, '"SIGTERM"'),
    hit(`${served} require("mongoose").connect(u); process.on("SIGTERM", () => { server.close(); });`, '"SIGTERM"'),
    hit(
      `let server; const mongoose = require("mongoose"); const app = require("express")(); mongoose.connect(u).then(() => { server = app.listen(1); }); process.on("SIGTERM", () => { logger.info("SIGTERM received"); if (server) { server.close(); } });`,
      '"SIGTERM"',
    ),
    miss(`${served} process.on("SIGTERM", () => { server.close(); });`),
    miss(`${served} process.on("SIGTERM", () => { server.close(() => { console.log("closed"); }); });`),
    hit(
      `${served} require("mongoose").connect(u); ["SIGINT", "SIGTERM"].forEach((s) => process.on(s, () => server.close()));`,
      "s",
    ),
    hit(`${served} setInterval(work, 1000); process.on("SIGTERM", () => server.close());`, '"SIGTERM"'),
    miss(`${served} setInterval(work, 1000).unref(); process.on("SIGTERM", () => server.close());`),
    miss(
      `${served} const { PrismaClient } = require("@prisma/client"); const p = new PrismaClient(); process.on("SIGTERM", () => server.close());`,
    ),
    miss(
      `${served} const { Pool } = require("pg"); const p = new Pool(); process.on("SIGTERM", () => server.close());`,
    ),
    miss(`${served} process.on("SIGTERM", () => emitter.emit("down"));`),
    hit(`${dropped} process.on("SIGTERM", async () => { await pool.end(); });`, '"SIGTERM"'),
    miss(
      `const app = require("fastify")(); app.listen({ port: 1 }); const shutdown = () => { void app.close().catch(() => { process.exitCode = 1; }); }; process.once("SIGTERM", shutdown);`,
    ),
    miss(`${dropped} process.once("SIGTERM", () => bot.stop("SIGTERM"));`),
    miss(
      `${dropped} process.on("SIGTERM", () => killAll()); function killAll() { for (const one of children) one.kill(0); }`,
    ),
  ],
  "random-port": [
    hit(`${express} app.listen(0);`, "0"),
    miss(`${express} app.listen(process.env.PORT || 0);`),
    miss(
      `const http = require("http"); const s = http.createServer(h); s.listen(0, () => { const { port } = s.address(); start(port); });`,
    ),
    miss(`const http = require("http"); http.createServer(h).listen(0, "127.0.0.1");`),
    miss(
      `const http = require("http"); function open() { return new Promise((r) => { const s = http.createServer(h); s.listen(0, () => r(s)); }); }`,
    ),
    miss(
      `const http = require("http"); export function startCallback() { const server = http.createServer(h); server.listen(0); return server; }`,
    ),
    miss(`const net = require("net"); const s = net.createServer(h); s.listen(0); `),
    hit(`const f = require("fastify")(); f.listen({ host: "0.0.0.0" });`, "listen"),
    hit(`${express} app.listen();`, "listen"),
    hit(`${express} app.listen(() => console.log("up"));`, "listen"),
    hit(
      `import { NestFactory } from "@nestjs/core"; async function b() { const app = await NestFactory.create(M); await app.listen(0); console.log(await app.getUrl()); } b();`,
      "0",
      ts,
    ),
    miss(
      `import { NestFactory } from "@nestjs/core"; async function b() { const app = await NestFactory.create(M); await app.listen(0); register(await app.getUrl()); } b();`,
      ts,
    ),
    hit(`const PORT = 0; ${express} app.listen(PORT);`, "PORT"),
    miss(`const http = require("http"); const s = http.createServer(h); s.listen(0).unref();`),
    miss(
      `const http = require("http"); module.exports = (opts) => { const s = http.createServer(opts.handler).listen(opts.port || 0); return s; };`,
    ),
  ],
  "nested-cluster": [
    hit(
      `const cluster = require("cluster"); const os = require("os"); if (cluster.isMaster) { for (let i = 0; i < os.cpus().length; i++) cluster.fork(); cluster.on("exit", () => cluster.fork()); } else { require("./server"); }`,
      "cluster.fork",
    ),
    hit(
      `const throng = require("throng"); throng({ workers: 4, start }); function start() { require("express")().listen(1); }`,
      "throng",
    ),
    hit(`import throng from "throng"; throng({ worker, count: 4 });`, "throng", { file: "a.mjs" }),
    miss(
      `const pm2 = require("pm2"); pm2.connect((err) => { pm2.start({ script: "server.js", instances: "max", exec_mode: "cluster" }, () => pm2.disconnect()); });`,
    ),
    miss(
      `const farm = require("worker-farm"); const w = farm(require.resolve("./child")); require("express")().listen(1);`,
    ),
    miss(`const Piscina = require("piscina"); new Piscina({ filename: "x" }); require("express")().listen(1);`),
    hit(`require("cluster-service").start({ workers: "./worker.js" });`, 'require("cluster-service").start'),
    hit(
      `const sticky = require("sticky-session"); const server = require("http").createServer(h); if (!sticky.listen(server, 3000)) { server.once("listening", f); }`,
      "sticky.listen",
    ),
    hit(
      `const cluster = require("cluster"); const { setupMaster } = require("@socket.io/sticky"); if (cluster.isMaster) { const h = require("http").createServer(); setupMaster(h, {}); cluster.fork(); h.listen(3000); } else {}`,
      "cluster.fork",
    ),
    hit(`require("egg").startCluster({ baseDir: __dirname });`, 'require("egg").startCluster'),
    miss(
      `import cluster from "node:cluster"; console.log(cluster.worker?.id); import express from "express"; express().listen(1);`,
      { file: "a.mjs" },
    ),
    hit(
      `const cluster = require("cluster"); if (process.env.NODE_ENV === "production" && cluster.isPrimary) { cluster.fork(); } else { require("./s"); }`,
      "cluster.fork",
    ),
    hit(
      `import cluster from "cluster"; import os from "os"; export class ClusterService { static clusterize(cb: Function) { if (cluster.isPrimary) { for (let i = 0; i < os.cpus().length; i++) cluster.fork(); } else cb(); } }`,
      "cluster.fork",
      ts,
    ),
    hit(`const recluster = require("recluster"); const c = recluster("./server.js"); c.run();`, "recluster"),
    hit(`const { fork } = require("node:cluster"); fork();`, "fork"),
    hit(
      `const cluster = require("cluster"); cluster.setupMaster({ exec: "./w.js" }); const w = cluster.fork();`,
      "cluster.fork",
    ),
  ],
  "long-keep-alive": [
    hit(`${served} server.keepAliveTimeout = 65000; server.headersTimeout = 66000;`, "65000"),
    hit(`${served} server.keepAliveTimeout = 65 * 1000;`, "65 * 1000"),
    miss(`${served} server.keepAliveTimeout = 5000;`),
    hit(`const http = require("http"); http.createServer({ keepAliveTimeout: 60_000 }, h).listen(1);`, "60_000"),
    hit(`const f = require("fastify")({ keepAliveTimeout: 120000 });`, "120000"),
    hit(
      `import { NestFactory } from "@nestjs/core"; async function b() { const app = await NestFactory.create(M); const server = app.getHttpServer(); server.keepAliveTimeout = 61000; await app.listen(1); } b();`,
      "61000",
      ts,
    ),
    hit(
      `import { NestFactory } from "@nestjs/core"; async function b() { const app = await NestFactory.create(M); const server = await app.listen(1); server.keepAliveTimeout = 61000; } b();`,
      "61000",
      ts,
    ),
    hit(`const app = require("fastify")(); app.server.keepAliveTimeout = 61000; app.listen({ port: 1 });`, "61000"),
    miss(
      `const http = require("http"); const agent = new http.Agent({ keepAlive: true }); agent.keepAliveTimeout = 60000;`,
    ),
    miss(`const { Agent } = require("undici"); new Agent({ keepAliveTimeout: 60000 });`),
    miss(`const { Pool } = require("undici"); const server = new Pool("http://x", { keepAliveTimeout: 60000 });`),
    hit(`const KEEP = 75 * 1000; ${served} server.keepAliveTimeout = KEEP;`, "KEEP"),
    hit(`${served} server.keepAliveTimeout = 30 * 60 * 1000;`, "30 * 60 * 1000"),
    hit(
      `import { serve } from "@hono/node-server"; const server = serve({ fetch, port: 1, serverOptions: { keepAliveTimeout: 65000 } });`,
      "65000",
      ts,
    ),
  ],
  "primary-only": [
    hit(`const cluster = require("cluster"); ${served} if (cluster.isPrimary) { startCron(); }`, "cluster.isPrimary"),
    hit(
      `import cluster from "cluster"; ${es} app.listen(1); if (cluster.isMaster) { migrate(); }`,
      "cluster.isMaster",
      { file: "a.mjs" },
    ),
    hit(
      `const cluster = require("cluster"); ${served} function jobs() { if (!cluster.isPrimary) return; startCron(); } jobs();`,
      "!cluster.isPrimary",
    ),
    hit(
      `const cluster = require("cluster"); ${served} function jobs() { if (cluster.isWorker) return; startCron(); } jobs();`,
      "cluster.isWorker",
    ),
    hit(
      `const cluster = require("cluster"); ${served} const isMain = cluster.isPrimary; if (isMain) { startCron(); }`,
      "isMain",
    ),
    hit(
      `const cluster = require("cluster"); ${served} if (cluster.isMaster && config.cron) { startCron(); }`,
      "cluster.isMaster && config.cron",
    ),
    miss(`const cluster = require("cluster"); ${served} if (cluster.isPrimary || !cluster.worker) { startCron(); }`),
    miss(`const cluster = require("cluster"); ${served} if (cluster.worker.id === 1) { startCron(); }`),
    miss(`const cluster = require("cluster"); ${served} if (!cluster.worker) { startCron(); }`),
    miss(
      `const cluster = require("cluster"); if (cluster.isPrimary) { seed(); cluster.fork(); } else require("express")().listen(1);`,
    ),
    hit(
      `const cluster = require("cluster"); const app = require("express")(); if (cluster.isPrimary) { app.listen(3000); }`,
      "cluster.isPrimary",
    ),
    hit(
      `const cluster = require("cluster"); if (cluster.isPrimary) { setup(); } else { require("express")().listen(3000); }`,
      "cluster.isPrimary",
    ),
    miss(`const { isMainThread } = require("worker_threads"); ${served} if (isMainThread) { startCron(); }`),
    miss(`const cluster = require("cluster"); ${served} if (cluster.isWorker) { process.on("message", f); }`),
    miss(`const cluster = require("cluster"); ${served} if (cluster.isMaster) console.log("Master");`),
    hit(
      `const cluster = require("cluster"); const { AggregatorRegistry } = require("prom-client"); if (cluster.isPrimary) { app.get("/cluster_metrics", h); }`,
      "cluster.isPrimary",
    ),
  ],
};
