import { hit, miss, type RuleCase } from "./ruleCase.ts";
import { startupCases } from "./startupCases.ts";
import { workerCases } from "./workerCases.ts";

const http =
  'const http = require("http"); const server = http.createServer((req, res) => res.end()); server.listen(80); ';
const handled = (body: string, top = "") =>
  `const app = require("express")(); ${top} app.get("/", async (req, res) => { ${body} }); app.listen(80);`;
const nest = (text: string) =>
  `import { Controller, Get, Injectable, Scope } from "@nestjs/common"; import { Cron } from "@nestjs/schedule"; ${text}`;
const ts = { file: "a.ts" };
const graceful = { app: { gracefulReload: true } };

/** For each rule what it finds and, as important, what it leaves alone. */
export const ruleCases: Readonly<Record<string, readonly RuleCase[]>> = {
  "exit-before-close": [
    hit(`${http} process.on("SIGTERM", () => process.exit());`, "process.exit()"),
    miss(`${http} if (values.isIntegrationTest) { process.on("SIGTERM", () => process.exit(0)); }`),
    hit(`${http} if (values.isContest) { process.on("SIGTERM", () => process.exit(0)); }`, "process.exit(0)"),
    hit(`${http} process.on("SIGTERM", process.exit);`, "process.exit"),
    hit(
      `${http} function end(signal) { console.log(signal); process.exit(0); } process.on("SIGTERM", end.bind(null, "SIGTERM"));`,
      "process.exit(0)",
    ),
    hit(`${http} process.on("SIGTERM", () => { server.close(); process.exit(0); });`, "process.exit(0)"),
    hit(
      `${http} process.on("SIGINT", stop); function stop() { end(); } function end() { process.exit(1); }`,
      "process.exit(1)",
    ),
    hit(`${http} for (const s of ["SIGINT", "SIGTERM"]) process.on(s, () => process.exit(0));`, "process.exit(0)"),
    hit(
      `import { exit, once } from "node:process"; import { createServer } from "http"; createServer().listen(1); once("SIGTERM", () => exit(0));`,
      "exit(0)",
    ),
    miss(`${http} process.on("SIGTERM", () => server.close(() => process.exit(0)));`),
    miss(`${http} process.on("SIGTERM", async () => { await close(); process.exit(0); });`),
    miss(`${http} process.on("SIGTERM", () => close().finally(() => process.exit(0)));`),
    miss(`${http} process.on("SIGTERM", () => { server.close(); setTimeout(() => process.exit(1), 5000).unref(); });`),
    miss(
      `${http} let twice; process.on("SIGTERM", () => { if (twice) process.exit(1); twice = true; server.close(); });`,
    ),
    miss(`${http} process.on("uncaughtException", () => process.exit(1));`),
    miss('process.on("SIGINT", () => process.exit(1)); run();'),
    miss(`${http} const process = fake(); process.on("SIGTERM", () => process.exit(0));`),
  ],
  "signal-without-exit": [
    hit('process.on("SIGTERM", () => console.log("bye"));', '"SIGTERM"'),
    hit('process.on("SIGTERM", () => {});', '"SIGTERM"'),
    hit('process.once("SIGINT", () => { logger.info("bye"); });', '"SIGINT"'),
    hit(
      'process.on("SIGTERM", stop); function stop() { note(); } function note() { console.log("bye"); }',
      '"SIGTERM"',
    ),
    miss('process.on("SIGINT", () => {});'),
    miss('process.on("SIGHUP", () => console.log("again"));'),
    // A worker whose server has closed ends by itself.
    miss(`${http} process.on("SIGTERM", () => { console.log("closing"); server.close(); });`),
    miss(`${http} process.on("SIGTERM", () => server.close(() => console.log("closed")));`),
    hit(`${http} require("mongoose").connect(u); process.on("SIGTERM", () => server.close());`, '"SIGTERM"'),
    miss(`${http} require("mongoose").connect(u); process.on("SIGTERM", () => server.close(() => process.exit(0)));`),
    miss(
      `${http} process.on("SIGTERM", () => server.close(closed)); function closed() { note(); } const note = () => console.log(1);`,
    ),
    miss(
      `${http} let twice; process.on("SIGTERM", () => { if (twice) return; twice = true; process.exitCode = 1; server.close(); });`,
    ),
    miss('const app = require("fastify")(); app.listen({}); process.on("SIGINT", async () => { await app.close(); });'),
    miss(
      'const app = require("fastify")(); app.listen({}); process.on("SIGTERM", () => app.close().then(() => console.log(1)));',
    ),
    miss(`${http} process.on("SIGTERM", () => { server.close(); prisma.$disconnect(); });`),
    miss(`${http} process.on("SIGTERM", () => server.close(() => db.end()));`),
    miss(`${http} process.on("SIGTERM", () => console.log("bye")); process.on("SIGTERM", () => server.close());`),
    miss(`const client = require("http").createServer(f).listen(80); process.on("SIGTERM", () => client.close());`),
    miss(`${http} const io = new Server(server); process.on("SIGTERM", () => io.close());`),
    // The server holds what has closed only its pools; without a server nothing does.
    hit(`${http} process.on("SIGTERM", async () => { await pool.end(); console.log("bye"); });`, '"SIGTERM"'),
    hit(
      `${http} process.on("SIGINT", () => { mongoose.connection.close(() => { console.log("closed"); }); });`,
      '"SIGINT"',
    ),
    hit(`${http} process.on("SIGTERM", () => { redis.quit().then(() => console.log(1)); });`, '"SIGTERM"'),
    hit(`${http} process.on("SIGTERM", () => { prisma.$disconnect(); });`, '"SIGTERM"'),
    miss('process.on("SIGTERM", async () => { await pool.end(); console.log("bye"); });'),
    miss('process.on("SIGTERM", () => { redis.quit().then(() => console.log(1)); });'),
    miss(`${http} process.on("SIGTERM", () => { pool.end(() => process.exit(0)); });`),
    miss(`${http} process.on("SIGTERM", () => { pool.end(done); });`),
    miss(`${http} process.on("SIGTERM", () => { pool.end(() => server.close()); });`),
    miss(`${http} process.on("SIGTERM", async () => { await pool.end(); process.exit(0); });`),
    miss('process.on("SIGTERM", () => { lifecycle.stop(); });'),
    miss(`${http} process.on("SIGTERM", () => server.close(done));`),
    miss(`${http} process.on("SIGTERM", () => { server.close(); process.disconnect(); });`),
    miss('process.on("SIGTERM", () => server.close());'),
    miss('process.on("SIGTERM", () => { stopping = true; }); let stopping = false; while (!stopping) work();'),
    miss('process.on("SIGTERM", stop); import { stop } from "./stop.js";'),
    miss('process.on("SIGTERM", () => console.log("bye")); process.on("SIGTERM", () => process.exit());'),
    miss('process.on("SIGTERM", () => { console.log("bye"); setTimeout(() => process.exit(), 100); });'),
    miss('process.on("SIGTERM", () => { throw new Error("bye"); });'),
    miss('emitter.on("SIGTERM", () => console.log("bye"));'),
  ],
  "shutdown-message": [
    hit(http, "listen", graceful),
    hit(`${http} process.on("message", (m) => log(m));`, '"message"', graceful),
    miss(http),
    miss(`${http} process.on("message", (m) => { if (m === "shutdown") server.close(); });`, graceful),
    miss(`${http} require("./graceful.js")(server);`, graceful),
    miss("export const one = 1;", graceful),
    hit(`${http} const { fork } = require("child_process");`, "listen", graceful),
    hit(`${http} const fs = require("graceful-fs"); require("post-process"); require("closest");`, "listen", graceful),
    miss(`${http} require("./lib/gracefulExit");`, graceful),
    miss(`${http} require("./process");`, graceful),
    miss(`${http} require("close-with-grace");`, graceful),
    miss(`${http} require("@godaddy/terminus");`, graceful),
  ],
  "nested-cluster": [
    hit('const cluster = require("cluster"); cluster.fork();', "cluster.fork"),
    hit('import { fork, isPrimary } from "node:cluster"; if (isPrimary) fork();', "fork"),
    hit('import cluster from "node:cluster"; cluster.setupPrimary({});', "cluster.setupPrimary"),
    miss('import cluster from "node:cluster"; console.log(cluster.worker.id);'),
    miss('const cluster = require("cluster"); cluster.fork();', { app: { supervised: false } }),
    miss('const { fork } = require("child_process"); fork("./job.js");'),
  ],
  "worker-local-state": [
    miss(
      handled(
        "if (!infos) ask(url, (error, answer, body) => { infos = JSON.parse(body); res.send(infos); }); else res.send(infos);",
        "let infos;",
      ),
    ),
    hit(
      handled(
        "pendingOAuthFlows.set(req.url, 1); res.send(pendingOAuthFlows.get(req.ip));",
        "const pendingOAuthFlows = new Map();",
      ),
      "pendingOAuthFlows",
    ),
    miss(
      handled(
        "child.send({ id: req.url }); await new Promise((resolve, reject) => { asked[req.url] = { resolve, reject }; }); res.send(asked.x);",
        "const asked = {};",
      ),
    ),
    miss(
      handled(
        "let one = clients.get(req.url); if (!one) { one = connect(req.url); clients.set(req.url, one); } res.send(clients.size);",
        "const clients = new Map();",
      ),
    ),
    miss(handled("if (db === void 0) db = open(); res.send(db);", "let db;")),
    miss(
      handled(
        "if (list.length === 0) list = (await (await fetch('x')).json()).map(f); res.send(list);",
        "let list = [];",
      ),
    ),
    miss(
      handled(
        "secrets.set('a', req.body); res.send(secrets.get('a'));",
        "const secrets = { set(k, v) { save(k, v); }, get: (k) => load(k) };",
      ),
    ),

    miss(
      handled(
        "if (checkedAt < 5) { checkedAt = Date.now(); } else { checkedAt = 0; } res.send('x');",
        "let checkedAt = 0;",
      ),
    ),
    miss(
      handled(
        "generation += 1; const own = generation; await x(); if (own === generation) res.send('x');",
        "let generation = 0;",
      ),
    ),

    hit(handled("n++; res.json(n);", "let n = 0;"), "n"),
    hit(handled("res.json({ id: nextId++ });", "let nextId = 1;"), "nextId"),
    hit(handled("users[req.query.id] = req.query; res.json(users);", "const users = {};"), "users"),
    hit(handled("state.list.push(1); res.json(state.list);", "const state = { list: [] };"), "state"),
    hit(handled("keep(req); res.json(all);", "const all = new Set(); function keep(x) { all.add(x.ip); }"), "all"),
    hit(handled("if (req.query.mode) mode = req.query.mode; res.send(mode);", 'let mode = "a";'), "mode"),
    miss(handled("mode = req.query.mode; res.send(mode);", 'let mode = "a";')),
    hit(
      "export const users: string[] = []; export const add = (req: Request, res: Response) => { users.push(req.url); res.json(users); };",
      "users",
      { file: "a.ts" },
    ),
    hit(handled("refreshTokens.push(req.body); res.json(refreshTokens);", "let refreshTokens = [];"), "refreshTokens"),
    hit(
      handled("activeUsers.add(req.ip); res.json([...activeUsers]);", "const activeUsers = new Set();"),
      "activeUsers",
    ),
    hit(
      handled(
        "res.json(store.add(req.body));",
        "class Store { items = []; add(x) { this.items.push(x); return this.items; } } const store = new Store();",
      ),
      "this.items",
    ),
    hit(
      handled(
        "store.add(1); res.json(store.all());",
        "class Store { constructor() { this.items = new Map(); } add(x) { this.items.set(x, 1); } all() { return this.items; } } const store = new Store();",
      ),
      "this.items",
    ),
    hit(handled("res.json(ids.next());", "const ids = { last: 0, next() { return ++this.last; } };"), "this.last"),
    hit(
      nest(
        "@Injectable() export class Cats { private cats: string[] = []; add(cat: string) { this.keep(cat); return this.cats; } private keep(cat: string) { this.cats.push(cat); } }",
      ),
      "this.cats",
      ts,
    ),
    hit(
      nest(
        "@Controller() export class Cats { private seen = 0; @Get() show() { return { seen: this.count() }; } private count() { this.seen += 1; return this.seen; } }",
      ),
      "this.seen",
      ts,
    ),
    hit(
      nest(
        "@Injectable() export class Cats { accessor cats: string[] = []; add(cat: string) { this.cats.push(cat); return this.cats; } }",
      ),
      "this.cats",
      ts,
    ),
    hit(
      nest(
        "@Injectable() export class Drivers { private readonly drivers: string[] = []; create(one: string) { this.drivers.push(one); return this.drivers; } }",
      ),
      "this.drivers",
      ts,
    ),
    hit(
      nest(
        "@Injectable() export class Hooks { webhooks: string[] = []; create(one: string) { this.webhooks.push(one); return this.webhooks; } }",
      ),
      "this.webhooks",
      ts,
    ),
    miss(
      nest(
        '@Injectable() export class Words { private words: string[] = []; constructor() { this.fill(); } private fill() { this.words.push("a"); } all() { return this.words; } }',
      ),
      ts,
    ),
    miss(
      nest(
        '@Injectable() export class Words { #words: string[] = []; onModuleInit() { this.#fill(); } #fill() { this.#words.push("a"); } all() { return this.#words; } }',
      ),
      ts,
    ),
    miss(
      nest(
        "@Injectable() export class Rules { private rules = new Map(); onModuleInit() { for (const x of all) this.one(x); } private one = (x: string) => { this.rules.set(x, 1); }; get(x: string) { return this.rules.get(x); } }",
      ),
      ts,
    ),
    miss(
      nest(
        "@Injectable() export class Formats { private formats = new Map(); register(name: string, format: object) { this.formats.set(name, format); } get(name: string) { return this.formats.get(name); } }",
      ),
      ts,
    ),
    miss(
      nest(
        "@Injectable() export class FormatRegistry { private formats = new Map(); add(name: string, format: object) { this.formats.set(name, format); } get(name: string) { return this.formats.get(name); } }",
      ),
      ts,
    ),
    miss(
      nest(
        "@Injectable({ scope: Scope.REQUEST }) export class Basket { private items: string[] = []; add(x: string) { this.items.push(x); return this.items; } }",
      ),
      ts,
    ),
    miss(
      nest(
        '@Injectable() export class Jobs { private runs: string[] = []; @Cron("* * * * *") run() { this.runs.push("x"); } all() { return this.runs; } }',
      ),
      ts,
    ),
    miss(
      nest(
        '@Controller() export class Cats { private list: string[] = []; fill() { this.list.push("x"); } @Get() show() { return this.list; } }',
      ),
      ts,
    ),
    miss(
      "export class Tokens { private list: string[] = []; add(x: string) { this.list.push(x); return this.list; } }",
      ts,
    ),
    miss(
      handled(
        "rows = []; for (const x of load(req.url)) { rows.push(x); } for (const row of rows) { res.write(row); }",
        "let rows = [];",
      ),
    ),
    hit(
      handled(
        "if (req.query.all) { rows = []; } rows.push(req.url); for (const row of rows) { res.write(row); }",
        "let rows = [];",
      ),
      "rows",
    ),
    miss(
      handled(
        'if (req.query.native) { mark = "a"; } else { mark = "b"; } show(res);',
        'let mark = "a"; function show(res) { res.send(mark); }',
      ),
    ),
    hit(
      handled(
        'if (req.query.native) { mark = "a"; } else if (req.query.x) { mark = "b"; } show(res);',
        'let mark = "a"; function show(res) { res.send(mark); }',
      ),
      "mark",
    ),
    miss(
      handled(
        "if (!show(res, config)) { respondToTestRequest(req, () => { config = { ...config, ...req.body }; return config; }); }",
        "let config = { a: 1 };",
      ),
    ),
    miss(handled("const n = []; n.push(1); res.json(n);")),
    miss(handled("memo.set(req.url, 1); res.json(memo.get(req.url));", "const memo = new Map();")),
    miss(handled("hits++;", "let hits = 0; setInterval(() => console.log(hits), 1000);")),
    miss(handled("count++; res.on('close', () => count--); res.json(count);", "let count = 0;")),
    miss(handled("data ??= await load(); res.json(data);", "let data;")),
    miss(handled("if (!data) { data = await load(); } res.json(data);", "let data;")),
    miss(handled("if (data) return res.json(data); data = await load(); res.json(data);", "let data;")),
    miss(
      handled(
        "if (pages[req.url] != null) { res.send(pages[req.url]); } else { read(req.url, (e, data) => { pages[req.url] = data; res.send(data); }); }",
        "const pages = {};",
      ),
    ),
    miss("let last = 0; boot(step); function step(ctx, next) { last = ctx.now(); next(last + ctx.wait); }"),
    hit(
      "let last = 0; export default async (ctx, next) => { ctx.body = last; last = ctx.query.n; await next(); };",
      "last",
    ),
    hit(handled("list.forEach((x) => { all.push(x); }); res.json(all);", "const all = []; const list = [1];"), "all"),
    miss(handled("turn = (turn + 1) % 3; res.json(list[turn]);", "let turn = 0; const list = [1, 2, 3];")),
    miss(handled("proxy(targets[i++ % targets.length]);", 'let i = 0; const targets = ["a", "b"];')),
    miss(handled("i++; proxy(targets[i % targets.length]);", 'let i = 0; const targets = ["a", "b"];')),
    miss(handled("i++; if (i >= targets.length) i = 0; proxy(targets[i]);", 'let i = 0; const targets = ["a", "b"];')),
    hit(handled("proxy(targets[i++]);", 'let i = 0; const targets = ["a", "b"];'), "i"),
    miss(handled('count++; console.log("request", count); res.end();', "let count = 0;")),
    miss(handled('logger.info("request " + ++count); res.end();', "let count = 0;")),
    hit(handled("console.log(++count); res.json(count);", "let count = 0;"), "count"),
    miss(handled("token = req.query.t; res.json(token);", 'let token = "";')),
    miss(handled("activeRequests.add(req); res.json(activeRequests.size);", "const activeRequests = new Set();")),
    miss(
      handled(
        "res.json(rows.add(req.url));",
        "class Cache { rows = []; add(x) { this.rows.push(x); return this.rows; } } const rows = new Cache();",
      ),
    ),
    miss(
      "class Store { items = []; add(x) { this.items.push(x); return this.items; } } const store = new Store(); store.add(1);",
    ),
    miss(
      handled(
        "res.json(new Store().add(1));",
        "class Store { items = []; add(x) { this.items.push(x); return this.items; } }",
      ),
    ),
    miss(handled("last = {}; res.json(last);", "let last = { n: 1 };")),
    miss(handled("kept.set(req, 1); res.json(kept.get(req));", "const kept = new WeakMap();")),
    miss(handled("store.add(1); res.json(store.all());", 'const store = require("./store");')),
    miss(handled("res.json(list);", "const list = []; list.push(1);")),
    miss(`${handled("n++; res.json(n);", "let n = 0;")} import test from "node:test";`),
  ],
  "in-memory-store": [
    hit(
      'const Brute = require("rate-limiter-flexible/lib/ExpressBruteFlexible"); app.use(new Brute(Brute.LIMITER_TYPES.MEMORY, {}).prevent);',
      "Brute",
    ),
    miss(
      'const Brute = require("rate-limiter-flexible/lib/ExpressBruteFlexible"); app.use(new Brute(Brute.LIMITER_TYPES.REDIS, {}).prevent);',
    ),
    hit(
      'const session = require("express-session"); app.use(session(settings())); function settings() { const all = { secret }; all.name = "x"; return all; }',
      "session",
    ),
    miss(
      'const session = require("express-session"); app.use(session(settings())); function settings() { const all = { secret }; if (redis) all.store = redis; return all; }',
    ),
    hit('const session = require("express-session"); app.use(session({ secret }));', "session"),
    miss(
      'const { RateLimiterMemory, RateLimiterRedis } = require("rate-limiter-flexible"); switch (kind) { case "redis": limit = new RateLimiterRedis(o); break; default: limit = new RateLimiterMemory(o); }',
    ),
    hit('import session from "express-session"; app.use(session());', "session"),
    hit('import s from "express-session"; const o = { store: new s.MemoryStore() }; app.use(s(o));', "s.MemoryStore"),
    hit('import s from "express-session"; app.use(s({ store: redis ? new RedisStore({ redis }) : undefined }));', "s"),
    hit(
      'import s from "express-session"; let store; if (url) { store = new RedisStore({ url }); } app.use(s({ store }));',
      "s",
    ),
    miss(
      'import s from "express-session"; const live = process.env.NODE_ENV === "production"; app.use(s({ store: live ? new RedisStore({ url }) : undefined }));',
    ),
    hit('import { rateLimit } from "express-rate-limit"; app.use(rateLimit({ limit: 3 }));', "rateLimit"),
    hit('import { RateLimiterMemory } from "rate-limiter-flexible"; new RateLimiterMemory({});', "RateLimiterMemory"),
    hit('import limit from "@fastify/rate-limit"; app.register(limit);', "app.register"),
    hit('const app = require("fastify")(); app.register(require("@fastify/rate-limit"), { max: 1 });', "app.register"),
    hit('const app = require("fastify")(); app.register(import("@fastify/rate-limit"), { max: 1 });', "app.register"),
    hit('await fastify.register(await import("@fastify/session"), { secret });', "fastify.register"),
    hit('import s from "express-session"; if (process.env.NODE_ENV === "production") { app.use(s({ secret })); }', "s"),
    hit(handled("cache.del(req.url);", 'const Cache = require("node-cache"); const cache = new Cache();'), "Cache"),
    miss(handled("cache.set(req.url, 1);", 'const Cache = require("node-cache"); const cache = new Cache();')),
    hit(
      'import session from "express-session"; const common = { secret }; app.use(session({ ...common, resave: false }));',
      "session",
    ),
    hit(
      'import { ThrottlerModule } from "@nestjs/throttler"; ThrottlerModule.forRootAsync({ useFactory: () => ({ throttlers: [] }) });',
      "ThrottlerModule.forRootAsync",
      { file: "a.ts" },
    ),
    hit(
      'import { ThrottlerModule } from "@nestjs/throttler"; ThrottlerModule.forRootAsync({ inject: [C], useFactory: (c) => { return [{ ttl: c.get("x") }]; } });',
      "ThrottlerModule.forRootAsync",
      { file: "a.ts" },
    ),
    miss(
      'import { ThrottlerModule } from "@nestjs/throttler"; ThrottlerModule.forRootAsync({ useFactory: () => ({ throttlers: [], storage }) });',
      { file: "a.ts" },
    ),
    miss('import { ThrottlerModule } from "@nestjs/throttler"; ThrottlerModule.forRootAsync({ useClass: Options });', {
      file: "a.ts",
    }),
    miss('import session from "express-session"; const common = { store }; app.use(session({ ...common, secret }));'),
    miss(
      'import session from "express-session"; import { common } from "./c.js"; app.use(session({ ...common, secret }));',
    ),
    miss('app.register(import("@fastify/rate-limit"), { max: 1, redis });'),
    miss(
      'import s from "express-session"; if (process.env.NODE_ENV !== "production") { app.use(s({ secret })); } else { app.use(s({ secret, store })); }',
    ),
    miss(
      'import s from "express-session"; const isDev = process.env["NODE_ENV"] === "development"; if (isDev && on) app.use(s({ secret }));',
    ),
    miss(
      'import s from "express-session"; const store = url ? new RedisStore({ url }) : new s.MemoryStore(); app.use(s({ store }));',
    ),
    miss(
      'import s from "express-session"; if (url) { app.use(s({ store: new RedisStore({ url }) })); } else { app.use(s({})); }',
    ),
    miss('import session from "express-session"; app.use(session({ store, secret }));'),
    miss('import session from "express-session"; app.use(session({ ...options }));'),
    miss('import session from "express-session"; const o = {}; o.store = make(); app.use(session(o));'),
    miss('import session from "express-session"; import o from "./options.js"; app.use(session(o));'),
    miss('import limit from "@fastify/rate-limit"; app.register(limit, { redis });'),
    miss('import session from "cookie-session"; app.use(session({ keys }));'),
    miss("app.use(session({ secret }));"),
  ],
  "timer-per-worker": [
    hit(
      'const cron = require("node-cron"); function plan(when) { if (!cron.validate(when)) return; cron.schedule(when, send); }',
      "cron.schedule",
    ),
    miss('const { Cron } = require("croner"); Cron("*/10 * * * * *", () => io.local.emit("list", list()));'),
    hit(
      "let timer; function start() { if (timer) { return; } timer = setInterval(() => db.session.deleteMany({}), config.every * 1000); }",
      "setInterval",
    ),
    hit("setInterval(() => purge.bind(app)(), 20_000); function purge() { db.session.deleteMany({}); }", "setInterval"),
    miss('import { Cron } from "croner"; const next = new Cron(pattern, { timezone }).nextRun();'),
    miss("setInterval(() => db.point.createMany(buffer), config.flushEvery);"),
    miss("setInterval(() => db.worker.update({ where: { id }, data: { seen: new Date() } }), 10_000);"),
    miss("if (!process.env.JOBS) { return; } setInterval(() => db.session.deleteMany({}), config.every);"),
    miss('import { Cron } from "croner"; new Cron(rule, { name: "a" }, () => { if (this.shouldRunTasks) work(); });'),

    miss(
      'import { CronJob } from "cron"; export function scheduleSynchronizedJob(rule, work) { CronJob.from({ cronTime: rule, onTick: () => work() }); }',
    ),

    miss(
      nest(
        '@Injectable() export class Login { private configs = new Map(); @Cron("0 3 * * *") update() { for (const one of this.all) { this.fetchConfig(one).then((found) => { this.configs.set(one, found); }).catch((e) => { this.logger.error(String(e)); }); } } private async fetchConfig(one) { return await Issuer.discover(one); } }',
      ),
      ts,
    ),
    hit(
      nest(
        '@Injectable() export class Users { private lastRun = new Date(); constructor(private users) {} @Cron("0 3 * * *") update() { this.lastRun = new Date(); return this.users.removeInvalid(); } }',
      ),
      'Cron("0 3 * * *")',
      ts,
    ),
    hit(
      nest(
        '@Injectable() export class Users { private rows = []; @Cron("0 3 * * *") async update() { this.rows = await this.users.find(); await this.mail.report(this.rows); } }',
      ),
      'Cron("0 3 * * *")',
      ts,
    ),
    miss(
      "setInterval(heartbeat, HEARTBEAT_MS); function heartbeat() { db.worker.updateOne({ id }); db.session.deleteMany({}); } const HEARTBEAT_MS = 60_000;",
    ),
    miss(
      'import "./app.css"; import { useEffect } from "react"; export const Page = () => { useEffect(() => { setInterval(async () => { await fetch("/x", { method: "POST" }); }, 60_000); }); };',
    ),
    miss(
      'const cron = require("node-cron"); let prices; cron.schedule("0 * * * *", async () => { prices = await loadPrices(); }); exports.prices = () => prices;',
    ),
    hit('const cron = require("node-cron"); cron.schedule("* * * * *", () => send());', "cron.schedule"),
    hit('import { CronJob } from "cron"; new CronJob("* * * * *", send);', "CronJob"),
    hit('import { Cron } from "croner"; Cron("* * * * *", send);', "Cron"),
    hit('setInterval(() => db.collection("x").deleteMany({ old: true }), 60_000);', "setInterval"),
    hit('setInterval(async () => { await fetch(url, { method: "POST" }); }, 60 * 1000);', "setInterval"),
    hit('import { sendReports } from "./mail.js"; setInterval(sendReports, 24 * 60 * 60 * 1000);', "setInterval"),
    hit(
      'const mailer = require("./mailer"); setInterval(async () => { await mailer.notifyAll(); }, 60_000);',
      "setInterval",
    ),
    hit('import { scheduleTask } from "cronosjs"; scheduleTask("* * * * *", send);', "scheduleTask"),
    hit(
      'import { SimpleIntervalJob } from "toad-scheduler"; new SimpleIntervalJob({ minutes: 5 }, task);',
      "SimpleIntervalJob",
    ),
    hit(
      'const cron = require("node-cron"); const { reports } = require("./config"); function go() { if (!reports) return; cron.schedule("* * * * *", send); }',
      "cron.schedule",
    ),
    hit(
      'const cron = require("node-cron"); function go(options) { if (!options) return; cron.schedule("* * * * *", send); }',
      "cron.schedule",
    ),
    miss(
      'const cron = require("node-cron"); const { isLeader } = require("./config"); function go() { if (!isLeader) return; cron.schedule("* * * * *", send); }',
    ),
    hit(
      'const cron = require("node-cron"); function go() { if (!config.reports) return; cron.schedule("* * * * *", send); }',
      "cron.schedule",
    ),
    hit(
      'const cron = require("node-cron"); function go() { if (!this.options.mail.enabled) return; cron.schedule("* * * * *", send); }',
      "cron.schedule",
    ),
    miss(
      'const cron = require("node-cron"); function go() { if (!config.isLeader) return; cron.schedule("* * * * *", send); }',
    ),
    miss(
      'const cron = require("node-cron"); function go() { if (!state.mine) return; cron.schedule("* * * * *", send); }',
    ),
    hit('const Bree = require("bree"); new Bree({ jobs: ["mail"] }).start();', "Bree"),
    hit(
      'const cron = require("node-cron"); if (process.env.NODE_ENV !== "test") cron.schedule("* * * * *", send);',
      "cron.schedule",
    ),
    hit(
      'const cron = require("node-cron"); function go() { if (config.env === "test") return; cron.schedule("* * * * *", send); }',
      "cron.schedule",
    ),
    hit(
      'const cron = require("node-cron"); if (require.main === module && isProduction) { cron.schedule("* * * * *", send); }',
      "cron.schedule",
    ),
    hit(
      'const cron = require("node-cron"); function go() { if (!process.env.MAIL) throw new Error("no"); cron.schedule("* * * * *", send); }',
      "cron.schedule",
    ),
    miss('const cron = require("node-cron"); if (process.env.NODE_ENV === "test") cron.schedule("* * * * *", send);'),
    miss('const cron = require("node-cron"); if (process.env.CRON === "on") cron.schedule("* * * * *", send);'),
    miss(
      'const cron = require("node-cron"); if (process.env.NODE_ENV !== "test" && isLeader) cron.schedule("* * * * *", send);',
    ),
    miss('import { sendReports } from "./mail.js"; setInterval(sendReports, 30_000);'),
    miss('import { sendMetrics } from "./metrics.js"; setInterval(sendMetrics, 60_000);'),
    miss('import { refreshRates } from "./rates.js"; setInterval(refreshRates, 3_600_000);'),
    miss('import { sendReports } from "./mail.js"; setInterval(() => withLock(sendReports), 3_600_000);'),
    miss('const Agenda = require("agenda"); const agenda = new Agenda(o); agenda.every("5 minutes", "mail");'),
    miss('setInterval(() => db.collection("x").deleteMany({ old: true }), 60_000);', { app: { workers: 1 } }),
    miss('setInterval(() => db.collection("x").deleteMany({ old: true }), 60_000);', { app: { supervised: false } }),
    miss("setInterval(() => seen.clear(), 60_000); const seen = new Set();"),
    miss("setInterval(() => fetch(url), 60_000);"),
    miss("setTimeout(() => mail.sendMail({}), 60_000);"),
    miss(
      'const cron = require("node-cron"); if (process.env.NODE_APP_INSTANCE === "0") cron.schedule("* * * * *", send);',
    ),
    miss('const cron = require("node-cron"); cron.schedule("* * * * *", async () => { if (await lock()) send(); });'),
    miss('import { Cron } from "croner"; new Cron(pattern, () => {}).stop();'),
    miss('import { Cron } from "croner"; const next = Cron("* * * * *").nextRun();'),
    miss('import { schedule } from "node-cron"; schedule("* * * * *", send);', { file: "scripts/nightly.js" }),
  ],
  "sync-in-request": [
    miss(
      handled(
        "restart(); res.end();",
        'const fs = require("fs"); function start() { fs.readFileSync("cert.pem"); } function restart() { setTimeout(() => start()); }',
      ),
    ),
    hit(
      handled(
        "store.add(req.body); res.end();",
        'const fs = require("fs"); function Store() {} Store.prototype.add = function (x) { this.save(); }; Store.prototype.save = function () { fs.writeFileSync("x", "y"); }; const store = new Store();',
      ),
      "fs.writeFileSync",
    ),
    hit(
      handled(
        "db.add(req.body); res.end();",
        'const fs = require("fs"); const db = {}; db.add = function () { fs.writeFileSync("x", "y"); }; db.load = function () { fs.readFileSync("x"); };',
      ),
      "fs.writeFileSync",
    ),
    miss(
      handled(
        "cron.schedule(req.body, () => fs.readFileSync('x')); res.end();",
        'const fs = require("fs"); const cron = require("node-cron");',
      ),
    ),
    hit(
      handled(
        "const isNew = req.body; await locked(async () => { if (isNew) a(); else save(); }); function save() { fs.writeFileSync('x', 'y'); }",
        'const fs = require("fs");',
      ),
      "fs.writeFileSync",
    ),

    miss(handled("if (!page && fs.existsSync('x')) page = 1; res.send(page);", 'const fs = require("fs"); let page;')),
    miss(
      handled(
        "const made = cache && pages.get(1) || make(fs.readFileSync('x')); pages.set(1, made); res.send(made);",
        'const fs = require("fs"); const pages = new Map();',
      ),
    ),
    miss(
      handled(
        "if (!ready) { prepare(); ready = true; } res.send('x');",
        'const fs = require("fs"); let ready; function prepare() { fs.readFileSync("x"); }',
      ),
    ),

    hit(handled('res.send(fs.readFileSync("x"));', 'const fs = require("fs");'), "fs.readFileSync"),
    hit(
      handled("res.send(load());", 'const { readFileSync } = require("fs"); const load = () => readFileSync("x");'),
      "readFileSync",
    ),
    hit(handled('res.send(require("zlib").gzipSync("x"));'), 'require("zlib").gzipSync'),
    hit(handled("res.send(bcrypt.hashSync(req.body.p, 10));", 'const bcrypt = require("bcrypt");'), "bcrypt.hashSync"),
    hit(
      'import bcrypt from "bcryptjs"; export const login = (req, res) => res.send(bcrypt.compareSync(req.body.p, x));',
      "bcrypt.compareSync",
    ),
    miss(handled("res.send(hash);", 'const hash = require("bcrypt").hashSync("x", 10);')),
    hit(handled('res.send(cp.execSync("ls"));', 'const cp = require("child_process");'), "cp.execSync"),
    hit(
      'import { pbkdf2Sync } from "crypto"; export function login(req, res) { pbkdf2Sync(a, b, 1, 2, "sha1"); }',
      "pbkdf2Sync",
    ),
    hit(
      'import fs from "fs"; export default async (fastify) => { fastify.get("/x", async () => fs.statSync("x")); };',
      "fs.statSync",
    ),
    hit(
      'import fs from "fs"; import Koa from "koa"; new Koa().use(async (context) => { fs.statSync("x"); });',
      "fs.statSync",
    ),
    hit(
      'const fs = require("fs"); const app = require("express")(); const ctl = { show(q, a) { a.send(fs.readFileSync("x")); } }; app.get("/", ctl.show);',
      "fs.readFileSync",
    ),
    hit(
      'const fs = require("fs"); const app = require("express")(); class Ctl { show(q, a) { a.send(fs.readFileSync("x")); } } const ctl = new Ctl(); app.get("/", ctl.show.bind(ctl));',
      "fs.readFileSync",
    ),
    hit(
      handled(
        "res.send(files.load());",
        'const fs = require("fs"); const files = { load: () => fs.readFileSync("x") };',
      ),
      "fs.readFileSync",
    ),
    hit(
      handled('if (process.env.NODE_ENV === "production") fs.readFileSync("x");', 'const fs = require("fs");'),
      "fs.readFileSync",
    ),
    hit(
      'import fs from "fs"; export const a = { b: (req, res) => { log(req, res); } }; function log(request, response) { fs.appendFileSync("x", "y"); }',
      "fs.appendFileSync",
    ),
    miss('import fs from "fs"; log(1, 2); function log(request, response) { fs.appendFileSync("x", "y"); }'),
    miss(
      'import fs from "fs"; export default { configureServer(server) { server.middlewares.use((req, res, next) => { fs.readFileSync("x"); }); } };',
    ),
    miss(
      'const fs = require("fs"); module.exports = { devServer: { setupMiddlewares(all, { app }) { app.get("/x", (req, res) => res.send(fs.readFileSync("x"))); } } };',
    ),
    miss('export default { proxy: { "/api": { bypass: (req, res) => fs.existsSync("x") } } }; import fs from "fs";'),
    miss(
      'import fs from "fs"; import { Telegraf } from "telegraf"; bot.use(async (ctx, next) => { fs.readFileSync("x"); });',
    ),
    miss(handled('if (isDevelopment()) fs.readFileSync("x");', 'const fs = require("fs");')),
    miss(
      handled('if (process.env.NODE_ENV === "production") return; fs.readFileSync("x");', 'const fs = require("fs");'),
    ),
    miss(
      'import fs from "fs"; import { Injectable } from "@nestjs/common"; @Injectable() export class Files { read() { return fs.readFileSync("x"); } }',
      { file: "a.ts" },
    ),
    miss(handled("res.send(page);", 'const page = require("fs").readFileSync("x");')),
    miss(handled('page ??= fs.readFileSync("x"); res.send(page);', 'let page; const fs = require("fs");')),
    miss(
      handled(
        'if (!kept.has(1)) { kept.set(1, fs.readFileSync("x")); }',
        'const kept = new Map(); const fs = require("fs");',
      ),
    ),
    miss(handled('if (process.env.NODE_ENV === "test") fs.readFileSync("x");', 'const fs = require("fs");')),
    miss('import fs from "fs"; export function read() { return fs.readFileSync("x"); }'),
    miss('import fs from "fs"; cache.get("key", () => fs.readFileSync("x"));'),
    miss(handled('fake.readFileSync("x");')),
    miss(
      'import fs from "fs"; import http from "http"; const s = http.createServer((q, a) => { fs.writeFileSync("t", q.url); s.close(); });',
    ),
    miss(handled('res.send(require("crypto").randomFillSync(buffer));')),
  ],
  "random-port": [
    hit('require("http").createServer().listen(0);', "0"),
    hit('import fastify from "fastify"; fastify().listen({ port: 0, host: "::" });', "0"),
    hit('const app = require("express")(); const port = 0; app.listen(port);', "port"),
    hit('require("http").createServer().listen();', "listen"),
    hit('const app = require("express")(); app.listen(() => console.log("up"));', "listen"),
    hit('const app = require("fastify")(); app.listen({ host: "0.0.0.0" });', "listen"),
    hit('require("http").createServer().listen("0");', '"0"'),
    hit(
      'const server = require("http").createServer(); server.listen(0, () => { const { port } = server.address(); console.log("on", port); });',
      "0",
    ),
    hit('const s = require("express")().listen(0, () => console.log(s.address().port));', "0"),
    miss('const s = require("http").createServer(); s.listen(0, () => { proxyTo(s.address().port); });'),
    miss(
      'const s = require("http").createServer(); s.listen(0, () => { const { port } = s.address(); start(port); });',
    ),
    miss(
      'const s = require("http").createServer(); s.listen(0, () => { console.log(s.address()); use(s.address()); });',
    ),
    miss('const http = require("http"); http.createServer().listen(0, "127.0.0.1"); '),
    miss('const http = require("http"); http.createServer().listen({ port: 0, host: "localhost" }); '),
    miss('const http = require("http"); http.createServer().listen(0); http.createServer().listen(process.env.PORT);'),
    miss('const app = require("fastify")(); app.listen({ path: "/tmp/x.sock" });'),
    miss('const app = require("fastify")(); app.listen({ ...options });'),
    miss('const app = require("express")(); app.listen(...options);'),
    miss("app.listen();"),
    miss('require("http").createServer().listen(0);', { file: "test/helper.js" }),
    miss('require("express")().listen(80);'),
    miss('require("express")().listen(process.env.PORT || 0);'),
    miss('require("http").createServer().listen(0);', { app: { supervised: false } }),
    miss('import test from "node:test"; require("http").createServer().listen(0);'),
    miss('require("http").createServer().listen(0);', { file: "app.test.js" }),
  ],
  "socket-io-alone": [
    hit(
      'import { Server } from "socket.io"; const io = IS_DEVELOPMENT_ENV ? new Server(server, { cors }) : new Server(server);',
      "Server",
    ),
    hit('const io = require("socket.io").listen(server); io.sockets.emit("x");', 'require("socket.io").listen'),
    hit('const io = require("socket.io")(server);', 'require("socket.io")'),
    hit('import { Server } from "socket.io"; const io = new Server(3000, { cors: {} });', "Server"),
    hit(
      'import { Server } from "socket.io"; const io = new Server(1, { transports: ["websocket"] }); io.emit("x");',
      "Server",
    ),
    hit('import { Server } from "socket.io"; const io = new Server(1); io.adapter(createAdapter(a, b));', "Server"),
    miss(
      'import { Server } from "socket.io"; const io = new Server(1, { transports: ["websocket"] }); io.on("connection", (s) => s.emit("x"));',
    ),
    miss(
      'import { Server } from "socket.io"; const io = new Server(1, { transports: ["websocket"], adapter }); io.emit("x");',
    ),
    miss('import { Server } from "socket.io"; const io = new Server(1, options);'),
    miss('import { Server } from "socket.io"; const io = new Server(1);', { app: { workers: 1 } }),
    miss('import { Server } from "ws"; new Server({ server });'),
  ],
  "long-keep-alive": [
    hit(`${http} server.keepAliveTimeout = 65 * 1000;`, "65 * 1000"),
    hit('import fastify from "fastify"; fastify({ keepAliveTimeout: 72_000 });', "72_000"),
    hit(`${http} server.keepAliveTimeout = 4_500;`, "4_500", { app: { drainTimeout: 5_000 } }),
    hit(`${http} server.keepAliveTimeout = config.idle ?? 650_000;`, "config.idle ?? 650_000"),
    miss(`${http} server.keepAliveTimeout = config.idle || 5_000;`),
    miss(`${http} server.keepAliveTimeout = 5_000;`),
    miss(`${http} server.keepAliveTimeout = Number(process.env.KEEP_ALIVE);`),
    miss('import { Agent } from "undici"; new Agent({ keepAliveTimeout: 60_000 });'),
    miss("agent.keepAliveTimeout = 60_000;"),
  ],
  ...startupCases,
  ...workerCases,
};
