import assert from "node:assert/strict";
import { packageOf, type RuleApp, runRules } from "./runRules.ts";

/** What the rules find in one file of a package, as `rule: what is marked`. */
function found(file: string, texts: Readonly<Record<string, string>>, app: Partial<RuleApp> = {}): string[] {
  const text = texts[file] ?? "";
  const all = runRules(text, `shop/${file}`, app, packageOf("shop", texts));
  return (all ?? []).map(({ ruleId, marked }) => `${ruleId}: ${marked}`);
}

const express = 'const app = require("express")();';
const nest = 'import { Controller, Get, Injectable, Post } from "@nestjs/common";';

describe("a quick fix of a signal handler", () => {
  it("is not offered where a server of another file would be cut off", () => {
    const app =
      'require("./metrics"); const app = require("express")(); app.listen(80); process.on("SIGTERM", () => process.exit(0));';
    const texts = { "app.js": app, "metrics.js": 'require("http").createServer(f).listen(9090);' };
    const fixesOf = (files: Readonly<Record<string, string>>) =>
      runRules(app, "shop/app.js", {}, packageOf("shop", files))
        ?.filter(({ ruleId }) => ruleId === "exit-before-close")
        .map(({ fixes }) => fixes.length);
    assert.deepEqual(fixesOf(texts), [0]);
    assert.deepEqual(fixesOf({ "app.js": app, "metrics.js": "" }), [1]);
  });
});

describe("the rules, across the files of a package", () => {
  it("know a handler of another file than its route", () => {
    const hash = 'const fs = require("fs"); exports.show = (q, a) => { a.send(fs.readFileSync("x")); };';
    const routes = (line: string) => `${express} const pages = require("./pages"); ${line} app.listen(80);`;
    const expected = ["sync-in-request: fs.readFileSync"];
    assert.deepEqual(found("pages.js", { "pages.js": hash, "app.js": routes('app.get("/", pages.show);') }), expected);
    assert.deepEqual(
      found("pages.js", { "pages.js": hash, "app.js": routes('app.get("/", wrap(pages.show));') }),
      expected,
    );
    assert.deepEqual(found("pages.js", { "pages.js": hash, "app.js": routes("pages.show();") }), []);
    assert.deepEqual(found("pages.js", { "pages.js": hash, "other.js": routes('app.get("/", show);') }), []);
  });

  it("know what a request calls in another file, and in the file behind it", () => {
    const texts = {
      "app.js": `${express} import { page } from "./pages.js"; app.get("/", (req, res) => res.send(page()));`,
      "pages.js": 'import { load } from "./files.js"; export function page() { return load("x"); }',
      "files.js": 'import fs from "fs"; export const load = (name) => fs.readFileSync(name);',
    };
    assert.deepEqual(found("files.js", texts), ["sync-in-request: fs.readFileSync"]);
    assert.deepEqual(
      found("files.js", { ...texts, "app.js": `${express} import { page } from "./pages.js"; page();` }),
      [],
    );
  });

  it("take what makes a handler, or begins something, for no handler", () => {
    const settings =
      "let settings; module.exports = { init(s) { settings = s; return (q, a) => a.send(settings); }, get: () => settings };";
    const texts = (line: string) => ({
      "app.js": `${express} const s = require("./settings"); ${line}`,
      "settings.js": settings,
    });
    assert.deepEqual(found("settings.js", texts("app.use(s.init({}));")), []);
    assert.deepEqual(
      found("settings.js", texts('app.get("/", (req, res) => { s.init({}); res.send(s.get()); });')),
      [],
    );
  });

  it("know the file of a socket that another file listens on", () => {
    const app = `${express} const config = require("./config"); require("./stop"); app.listen(config.socketPath);`;
    const stop = 'const fs = require("fs"); const { socketPath } = require("./config"); fs.unlinkSync(socketPath);';
    const config = 'module.exports = { socketPath: process.env.SOCKET || "/tmp/x.sock" };';
    const of = (texts: Readonly<Record<string, string>>) => found("stop.js", { "stop.js": stop, ...texts });
    const expected = ["socket-file-removed: fs.unlinkSync"];
    assert.deepEqual(of({ "app.js": app, "config.js": config }), expected);
    assert.deepEqual(of({ "app.js": app.replace("config.socketPath", "config.port"), "config.js": config }), []);
    assert.deepEqual(of({ "app.js": app.replace('require("./stop"); ', ""), "config.js": config }), []);
    const text = 'const fs = require("fs"); const { file } = require("./config"); fs.rmSync(file);';
    const named = { "stop.js": text, "config.js": 'exports.file = "/run/x.sock";' };
    assert.deepEqual(
      of({ ...named, "app.js": app.replace("config.socketPath", '"/run/x.sock"') }),
      expected.map((one) => one.replace("unlink", "rm")),
    );
    assert.deepEqual(of({ ...named, "app.js": app.replace("config.socketPath", '"/run/y.sock"') }), []);
  });

  it("know a database in a file, and the clients of a list, that another file changes", () => {
    const users =
      'const fs = require("fs"); const { file } = require("./config"); let users = JSON.parse(fs.readFileSync(file)); exports.add = (u) => { users.push(u); fs.writeFileSync(file, JSON.stringify(users)); };';
    const config = 'exports.file = "users.json";';
    const app = (line: string) => `${express} const users = require("./users"); ${line} app.listen(80);`;
    const of = (line: string) => found("users.js", { "users.js": users, "config.js": config, "app.js": app(line) });
    const expected = ["file-database: fs.writeFileSync"];
    assert.deepEqual(
      of('app.post("/", (q, a) => users.add(q.body));').filter((one) => one.startsWith("file-database")),
      expected,
    );
    assert.deepEqual(of("users.add({});"), []);
    const hub =
      "const all = new Set(); exports.join = (ws) => all.add(ws); exports.say = (text) => { for (const one of all) one.send(text); };";
    const chat = (line: string) =>
      `const { WebSocketServer } = require("ws"); const hub = require("./hub"); new WebSocketServer({ port: 80 }).on("connection", (ws) => { hub.join(ws); ${line} });`;
    const said = (line: string) => found("hub.js", { "hub.js": hub, "chat.js": chat(line) });
    assert.deepEqual(said('ws.on("message", (text) => hub.say(text));'), ["broadcast-per-worker: all"]);
    assert.deepEqual(said("setInterval(() => hub.say(Date.now()), 1000);"), []);
  });

  it("know functions that are set on what a file exports", () => {
    const of = (text: string, line: string) =>
      found("db.js", { "db.js": `const fs = require("fs"); ${text}`, "app.js": `${express} ${line}` });
    const set = 'set = function () { fs.writeFileSync("x", "y"); };';
    const expected = ["sync-in-request: fs.writeFileSync"];
    const line = 'const db = require("./db"); app.post("/", (q, a) => db.set(q.body));';
    assert.deepEqual(of(`const db = module.exports = {}; db.${set}`, line), expected);
    assert.deepEqual(of(`const db = {}; db.${set} module.exports = db;`, line), expected);
    assert.deepEqual(of(`const db = {}; const other = {}; other.${set} module.exports = db;`, line), []);
    const made = 'const Db = require("./db"); const db = new Db(); app.post("/", (q, a) => db.set(q.body));';
    assert.deepEqual(of(`function Db() {} Db.prototype.${set} module.exports = Db;`, made), expected);
  });

  it("know the server that an exit in another file cuts off", () => {
    const texts = {
      "app.js": `require("./signals"); ${express} app.listen(80);`,
      "signals.js": 'process.on("SIGTERM", () => process.exit(0));',
    };
    assert.deepEqual(found("signals.js", texts), ["exit-before-close: process.exit(0)"]);
    assert.deepEqual(found("signals.js", { ...texts, "app.js": 'require("./signals"); work();' }), []);
  });

  it("know the server that keeps a process whose pools have ended, and who else handles the signal", () => {
    const app = `require("./signals"); ${express} app.listen(80);`;
    const of = (signals: string, main: string) => found("signals.js", { "app.js": main, "signals.js": signals });
    const ends = 'process.on("SIGTERM", () => { pool.end(); });';
    const logs = 'process.on("SIGTERM", () => console.log("bye"));';
    const finding = ['signal-without-exit: "SIGTERM"'];
    assert.deepEqual(of(ends, app), finding);
    assert.deepEqual(of(ends, 'require("./signals"); work();'), []);
    assert.deepEqual(of(logs, app), finding);
    assert.deepEqual(of(logs, app.replace("app.listen", "const server = app.listen")), finding);
    assert.deepEqual(of(logs, `${app} process.on("SIGTERM", () => stop());`), []);
    assert.deepEqual(of(logs, `${app} process.on("SIGINT", () => stop());`), finding);
  });

  it("know a handler that is a method of another file's class", () => {
    const of = (text: string, line: string) =>
      found("pages.js", { "pages.js": `const fs = require("fs"); ${text}`, "app.js": `${express} ${line}` });
    const show = 'show(q, a) { a.send(fs.readFileSync("x")); }';
    const expected = ["sync-in-request: fs.readFileSync"];
    const made = 'const Pages = require("./pages"); const pages = new Pages();';
    assert.deepEqual(of(`module.exports = class { ${show} };`, `${made} app.get("/", pages.show);`), expected);
    assert.deepEqual(
      of(`module.exports = class { ${show} };`, `${made} app.get("/", (x, y) => pages.show(x));`),
      expected,
    );
    assert.deepEqual(
      of(
        `class P { ${show} } module.exports = { P };`,
        'const { P } = require("./pages"); const p = new P(); app.get("/", p.show.bind(p));',
      ),
      expected,
    );
    assert.deepEqual(
      of(`exports.P = class { static ${show} };`, 'const { P } = require("./pages"); app.get("/", P.show);'),
      expected,
    );
    assert.deepEqual(of(`module.exports = class { ${show.replace("q, a", "q")} };`, `${made} pages.show();`), []);
    assert.deepEqual(
      of(`module.exports = class { static ${show.replace("q, a", "q")} };`, `${made} app.get("/", pages.show);`),
      [],
    );
  });

  it("know the methods of an object that is put together", () => {
    const store = (of: string) =>
      `const all = {}; ${of}(x, { add(k, done) { read(k, (v) => { all[k] = v; done(); }); }, list: () => Object.keys(all) });`;
    const app = `${express} const store = require("./store"); app.post("/", (q, a) => store.add(q.body, () => a.end())); app.get("/", (q, a) => a.send(store.list()));`;
    for (const of of [
      "module.exports = _.extend",
      "module.exports = Object.assign",
      "const store = module.exports = Object.assign",
    ]) {
      assert.deepEqual(found("store.js", { "store.js": store(of), "app.js": app }), ["worker-local-state: all"], of);
    }
  });

  it("know that a model checks passwords while a server waits, and that a script does not", () => {
    const model =
      'const bcrypt = require("bcrypt"); module.exports = class { isRight(p) { return bcrypt.compareSync(p, this.hash); } };';
    const server = `${express} const User = require("./user"); app.listen(80);`;
    const expected = ["sync-in-request: bcrypt.compareSync"];
    assert.deepEqual(found("user.js", { "user.js": model, "app.js": server }), expected);
    assert.deepEqual(found("user.js", { "user.js": model, "app.js": 'require("./user");' }), []);
    const seed = 'const bcrypt = require("bcrypt"); exports.seedUsers = () => save(bcrypt.hashSync("x", 8));';
    assert.deepEqual(found("user.js", { "user.js": seed, "app.js": server }), []);
  });

  it("know a cache that requests of another file use", () => {
    const cache = (of: string) => `const NodeCache = require("node-cache"); ${of}`;
    const routes = (of: string, body: string) => `${express} const ${of} = require("./cache"); ${body}`;
    const del = 'app.put("/x", (q, a) => { cache.del("x"); a.end(); });';
    const expected = ["in-memory-store: NodeCache"];
    const both = (one: string, other: string) => found("cache.js", { "cache.js": one, "routes.js": other });
    assert.deepEqual(both(cache("module.exports = new NodeCache();"), routes("cache", del)), expected);
    assert.deepEqual(
      both(cache("const all = new NodeCache(); exports.cache = all;"), routes("{ cache }", del)),
      expected,
    );
    assert.deepEqual(both(cache("exports.cache = new NodeCache();"), routes("{ other: cache }", del)), []);
    const kept =
      'app.get("/x", (q, a) => { let v = cache.get("x"); if (!v) { v = 1; cache.set("x", v); } a.send(v); });';
    assert.deepEqual(both(cache("module.exports = new NodeCache();"), routes("cache", kept)), []);
    const code =
      'app.post("/code", (q, a) => { cache.set(q.ip, 7); a.end(); }); app.post("/in", (q, a) => a.send(cache.get(q.ip)));';
    assert.deepEqual(both(cache("module.exports = new NodeCache();"), routes("cache", code)), expected);
  });

  it("know options that stand in another file", () => {
    const of = (options: string, given: string) =>
      found("app.js", {
        "options.js": options,
        "app.js": `const session = require("express-session"); const options = require("./options"); ${express} app.use(session(${given}));`,
      });
    const expected = ["in-memory-store: session"];
    assert.deepEqual(of('module.exports = { secret: "x" };', "options"), expected);
    assert.deepEqual(of('module.exports = { secret: "x" };', "{ ...options, resave: false }"), expected);
    assert.deepEqual(of('exports.session = { secret: "x" };', "options.session"), expected);
    assert.deepEqual(of('module.exports = { secret: "x", store };', "{ ...options, resave: false }"), []);
    assert.deepEqual(of("module.exports = readOptions();", "options"), []);
  });

  it("know jobs in files of their own that a server imports, and leave other programs alone", () => {
    const job = 'const cron = require("node-cron"); cron.schedule("* * * * *", () => send());';
    const both = (main: string) => found("jobs/cron.js", { "jobs/cron.js": job, "app.js": main });
    assert.deepEqual(both(`${express} require("./jobs/cron"); app.listen(80);`), ["timer-per-worker: cron.schedule"]);
    assert.deepEqual(both('require("./jobs/cron");'), []);
    assert.deepEqual(both(`${express} app.listen(80);`), []);
  });

  it("know what holds a process open when its server has closed", () => {
    const signals = `${express} const server = app.listen(80); const debug = require("debug")("x"); require("./db");
      process.on("SIGTERM", () => { debug("bye"); server.close(() => { debug("closed"); }); });`;
    const both = (db: string, app = signals) => found("app.js", { "app.js": app, "db.js": db });
    const expected = ['signal-without-exit: "SIGTERM"'];
    assert.deepEqual(both('require("mongoose").connect("x");'), expected);
    assert.deepEqual(both('const { createClient } = require("redis"); exports.redis = createClient();'), expected);
    assert.deepEqual(both("setInterval(tick, 1000);"), expected);
    assert.deepEqual(both("setInterval(tick, 1000).unref();"), []);
    assert.deepEqual(both('const mongoose = require("mongoose"); exports.Cat = mongoose.model("Cat", {});'), []);
    assert.deepEqual(
      both('require("mongoose").connect("x");', signals.replace('debug("closed");', "mongoose.disconnect();")),
      [],
    );
  });

  it("do not go round in circles of imports", () => {
    const texts = {
      "a.js": `${express} import { b } from "./b.js"; export const a = () => b(); app.get("/", (req, res) => res.send(a()));`,
      "b.js": 'import { a } from "./a.js"; import fs from "fs"; export const b = () => fs.readFileSync("x") || a();',
    };
    assert.deepEqual(found("b.js", texts), ["sync-in-request: fs.readFileSync"]);
  });

  it("know the handlers of Next.js by the file", () => {
    const text = 'import fs from "fs"; export async function GET(x) { return new Response(fs.readFileSync("x")); }';
    assert.deepEqual(found("app/files/route.ts", { "app/files/route.ts": text }), ["sync-in-request: fs.readFileSync"]);
    assert.deepEqual(found("app/files/page.ts", { "app/files/page.ts": text }), []);
  });

  it("know what other frameworks call with a request", () => {
    const read = 'fs.readFileSync("x")';
    const of = (file: string, text: string) => found(file, { [file]: `import fs from "fs"; ${text}` });
    const expected = ["sync-in-request: fs.readFileSync"];
    for (const [file, text] of [
      ["app/actions.ts", `"use server"; export async function save(form) { return ${read}; }`],
      ["app/form.tsx", `export function Form() { async function save(form) { "use server"; return ${read}; } }`],
      ["server/api/x.ts", `export default defineEventHandler((event) => ${read});`],
      [
        "server/x.ts",
        `import { eventHandler } from "h3"; export default eventHandler({ handler: async () => ${read} });`,
      ],
      ["src/pages/feed.ts", `export const GET = () => new Response(${read});`],
      ["src/routes/+page.server.ts", `export const load = async () => ({ x: ${read} });`],
      ["src/routes/+page.server.ts", `export const actions = { default: async () => { ${read}; } };`],
      ["app/routes/users.tsx", `export async function loader({ request }) { return ${read}; }`],
      ["pages/users.tsx", `export const getServerSideProps = async () => ({ props: { x: ${read} } });`],
    ] as const) {
      const directive = text.startsWith('"use server";')
        ? { [file]: text.replace(";", '; import fs from "fs";') }
        : undefined;
      assert.deepEqual(directive === undefined ? of(file, text) : found(file, directive), expected, file);
    }
    assert.deepEqual(
      of("pages/users.tsx", `export const getStaticProps = async () => ({ props: { x: ${read} } });`),
      [],
    );
    assert.deepEqual(of("lib/users.tsx", `export async function loader({ request }) { return ${read}; }`), []);
    assert.deepEqual(
      of("server/x.ts", `import { eventHandler } from "./own"; export default eventHandler(() => ${read});`),
      [],
    );
  });

  it("know which methods of a service a request comes to", () => {
    const service = `${nest} @Injectable() export class Words { private words: string[] = [];
      add(word: string) { this.words.push(word); return this.words; } }`;
    const controller = (body: string) =>
      `${nest} import { Words } from "./words"; @Controller() export class C { constructor(private w: Words) {} ${body} }`;
    const of = (body: string) => found("words.ts", { "words.ts": service, "c.ts": controller(body) });
    assert.deepEqual(of('@Post() add() { return this.w.add("x"); }'), ["worker-local-state: this.words"]);
    assert.deepEqual(of('@Get() x() { return this.keep(); } private keep() { return this.w.add("x"); }'), [
      "worker-local-state: this.words",
    ]);
    assert.deepEqual(of('onModuleInit() { this.w.add("x"); }'), []);
    assert.deepEqual(of('onModuleInit() { this.fill(); } private fill() { this.w.add("x"); }'), []);
  });

  it("leave a service alone that does synchronous work at the start", () => {
    const service = `${nest} import fs from "fs"; @Injectable() export class Files { read() { return fs.readFileSync("x"); } }`;
    const controller = (body: string) =>
      `${nest} import { Files } from "./files"; @Controller() export class C { constructor(private f: Files) {} ${body} }`;
    const of = (body: string) => found("files.ts", { "files.ts": service, "c.ts": controller(body) });
    assert.deepEqual(of("@Get() x() { return this.f.read(); }"), ["sync-in-request: fs.readFileSync"]);
    assert.deepEqual(of("constructor() { this.f.read(); }"), []);
  });

  it("leave port 0 to a server that the app itself uses, beside one that clients use", () => {
    const inner = 'import http from "http"; export const proxy = http.createServer(f).listen(0);';
    const main = `import "./inner.js"; import http from "http"; http.createServer(f).listen(process.env.PORT);`;
    assert.deepEqual(found("inner.js", { "inner.js": inner, "main.js": main }), []);
    assert.deepEqual(found("inner.js", { "inner.js": inner, "main.js": 'import "./inner.js";' }), ["random-port: 0"]);
  });

  it("look for the message shutdown in all files of the process", () => {
    const graceful = { gracefulReload: true };
    const server = 'const app = require("express")(); app.listen(80);';
    const handler = 'process.on("message", (m) => { if (m === "shutdown") stop(); });';
    const deaf = 'process.on("message", (m) => log(m));';
    const main = `require("./ending-of-it"); ${server}`;
    assert.deepEqual(found("app.js", { "app.js": main, "ending-of-it.js": handler }, graceful), []);
    assert.deepEqual(found("app.js", { "app.js": main, "ending-of-it.js": deaf }, graceful), []);
    assert.deepEqual(found("ending-of-it.js", { "app.js": main, "ending-of-it.js": deaf }, graceful), [
      'shutdown-message: "message"',
    ]);
    assert.deepEqual(found("app.js", { "app.js": server, "ending-of-it.js": handler }, graceful), [
      "shutdown-message: listen",
    ]);
  });
});
