import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../../support/paths.ts";
import { analysisOf, applied, appOf, type Found, type RuleApp, runRules, sourcesBelow } from "./runRules.ts";

/** The source, after the only fix of the only finding of a rule. */
function fixed(ruleId: string, text: string, file = "app.js", app: Partial<RuleApp> = {}): string {
  const [finding, ...more] = runRules(text, file, app)?.filter((it) => it.ruleId === ruleId) ?? [];
  assert.ok(finding !== undefined && more.length === 0, `${ruleId} finds one thing`);
  return finding.fixes[0] === undefined ? text : applied(text, finding.fixes[0]);
}

const listening = 'const server = require("http").createServer(f).listen(80);\n';

const unmarked = "const server = require('http').createServer(f).listen(80)\nwork()\n";

const cases: readonly (readonly [rule: string, before: string, after: string])[] = [
  [
    "exit-before-close",
    `${listening}process.on("SIGTERM", () => process.exit(3));`,
    `${listening}process.on("SIGTERM", () => server.close(() => process.exit(3)));`,
  ],
  [
    "exit-before-close",
    `${listening}process.on("SIGTERM", process.exit);`,
    `${listening}process.on("SIGTERM", () => server.close(() => process.exit(0)));`,
  ],
  [
    "exit-before-close",
    `${listening}process.on("SIGTERM", () => { log(1); server.close(); process.exit() })`,
    `${listening}process.on("SIGTERM", () => { log(1); server.close(() => process.exit()) })`,
  ],
  [
    "exit-before-close",
    'import { exit } from "process";\nimport fastify from "fastify";\nconst app = fastify();\nawait app.listen({ port: 80 });\nprocess.on("SIGINT", () => exit(2));',
    'import { exit } from "process";\nimport fastify from "fastify";\nconst app = fastify();\nawait app.listen({ port: 80 });\nprocess.on("SIGINT", () => app.close().then(() => exit(2), () => process.exit(1)));',
  ],
  [
    "exit-before-close",
    'const app = require("express")();\napp.listen(80);\nprocess.on("SIGTERM", () => process.exit(0));',
    'const app = require("express")();\nconst server = app.listen(80);\nprocess.on("SIGTERM", () => server.close(() => process.exit(0)));',
  ],
  [
    "exit-before-close",
    'const app = new (require("koa"))();\nprocess.on("SIGTERM", () => {\n  console.log(1);\n  process.exit(0);\n});\napp.listen(80, () => console.log(2));',
    'const app = new (require("koa"))();\nprocess.on("SIGTERM", () => {\n  console.log(1);\n  server.close(() => process.exit(0));\n});\nconst server = app.listen(80, () => console.log(2));',
  ],
  [
    "signal-without-exit",
    'const app = require("express")();\napp.listen(80);\nprocess.on("SIGTERM", () => { console.log("bye"); });',
    'const app = require("express")();\nconst server = app.listen(80);\nprocess.on("SIGTERM", () => { console.log("bye"); server.close(() => process.exit(0)); });',
  ],
  [
    "signal-without-exit",
    `${listening}process.on("SIGTERM", () => {\n  console.log("bye");\n});`,
    `${listening}process.on("SIGTERM", () => {\n  console.log("bye");\n  server.close(() => process.exit(0));\n});`,
  ],
  [
    "signal-without-exit",
    `${listening}process.on("SIGTERM", () => { console.log("bye") });`,
    `${listening}process.on("SIGTERM", () => { console.log("bye"); server.close(() => process.exit(0)); });`,
  ],
  [
    "signal-without-exit",
    `${listening}process.on("SIGTERM", () => {})`,
    `${listening}process.on("SIGTERM", () => { server.close(() => process.exit(0)); })`,
  ],
  [
    "exit-before-close",
    `${listening}process.on("SIGTERM", () => {\n  // no more of them\n  server.close(); // begins\n  // and now\n  process.exit(0);\n});`,
    `${listening}process.on("SIGTERM", () => {\n  // no more of them\n  // begins\n  // and now\n  server.close(() => process.exit(0));\n});`,
  ],
  [
    "exit-before-close",
    `${listening}process.on("SIGTERM", () => {\n  server.close(() => {\n    console.log("closed");\n  });\n  process.exit(0);\n});`,
    `${listening}process.on("SIGTERM", () => {\n  server.close(() => {\n    console.log("closed");\n    process.exit(0);\n  });\n});`,
  ],
  [
    "exit-before-close",
    `${listening}process.on("SIGTERM", () => { server.close(() => console.log(1)); process.exit(0); });`,
    `${listening}process.on("SIGTERM", () => { server.close(() => { console.log(1); process.exit(0); }); });`,
  ],
  [
    "signal-without-exit",
    `${listening}process.on("SIGTERM", () => {\n  // for later\n});`,
    `${listening}process.on("SIGTERM", () => {\n  // for later\n  server.close(() => process.exit(0));\n});`,
  ],
  [
    "signal-without-exit",
    `${unmarked}process.on('SIGTERM', () => {\n    console.log('bye') // all\n})`,
    `${unmarked}process.on('SIGTERM', () => {\n    console.log('bye') // all\n    server.close(() => process.exit(0))\n})`,
  ],
  [
    "signal-without-exit",
    `${unmarked}process.on('SIGTERM', () => console.log('bye'))`,
    `${unmarked}process.on('SIGTERM', () => { console.log('bye'); server.close(() => process.exit(0)) })`,
  ],
  [
    "signal-without-exit",
    `${listening}require("mongoose").connect(url);\nprocess.on("SIGTERM", () => {\n  server.close();\n});`,
    `${listening}require("mongoose").connect(url);\nprocess.on("SIGTERM", () => {\n  server.close(() => process.exit(0));\n});`,
  ],
  [
    "signal-without-exit",
    `${listening}require("mongoose").connect(url);\nprocess.on("SIGTERM", () => server.close(() => console.log("closed")));`,
    `${listening}require("mongoose").connect(url);\nprocess.on("SIGTERM", () => server.close(() => { console.log("closed"); process.exit(0); }));`,
  ],
  [
    "exit-before-close",
    `${listening}process.on("SIGTERM", async () => {\n  console.log("bye");\n  await pool.end();\n  process.exit(0);\n});`,
    `${listening}process.on("SIGTERM", async () => {\n  console.log("bye");\n  await new Promise((resolve) => server.close(resolve));\n  await pool.end();\n  process.exit(0);\n});`,
  ],
  [
    "exit-before-close",
    'const app = require("fastify")();\napp.listen({ port: 80 });\nprocess.on("SIGTERM", async () => { await pool.end(); process.exit(0); });',
    'const app = require("fastify")();\napp.listen({ port: 80 });\nprocess.on("SIGTERM", async () => { await app.close(); await pool.end(); process.exit(0); });',
  ],
  [
    "exit-before-close",
    `${listening}process.on("SIGTERM", async () => { await server.close(); await pool.end(); process.exit(0); });`,
    `${listening}process.on("SIGTERM", async () => { await new Promise((resolve) => server.close(resolve)); await pool.end(); process.exit(0); });`,
  ],
  [
    "exit-before-close",
    `${listening}process.on("SIGTERM", async () => { try { await pool.end(); process.exit(0); } catch { process.exit(1); } });`,
    `${listening}process.on("SIGTERM", async () => { try { await new Promise((resolve) => server.close(resolve)); await pool.end(); process.exit(0); } catch { process.exit(1); } });`,
  ],
  [
    "exit-before-close",
    'import { serve } from "@hono/node-server";\nserve({ fetch, port: 80 });\nprocess.on("SIGTERM", () => process.exit(0));',
    'import { serve } from "@hono/node-server";\nconst server = serve({ fetch, port: 80 });\nprocess.on("SIGTERM", () => server.close(() => process.exit(0)));',
  ],
  [
    "primary-only",
    'const cluster = require("cluster");\nfunction plan() { if (!cluster.isPrimary) return; start(); }',
    'const cluster = require("cluster");\nfunction plan() { if (!((process.env.NODE_APP_INSTANCE ?? "0") === "0")) return; start(); }',
  ],
  [
    "primary-only",
    'import cluster from "cluster";\nif (cluster.isPrimary && config.jobs) { start(); }',
    'import cluster from "cluster";\nif (((process.env.NODE_APP_INSTANCE ?? "0") === "0") && config.jobs) { start(); }',
  ],
  [
    "log-file",
    `${listening}const log = require("fs").createWriteStream("a.log");`,
    `${listening}const log = require("fs").createWriteStream("a.log", { flags: "a" });`,
  ],
  [
    "socket-file-removed",
    'const fs = require("fs");\nconst path = "/tmp/x";\nif (fs.existsSync(path)) {\n  fs.unlinkSync(path);\n}\nrequire("http").createServer(f).listen(path);',
    'const fs = require("fs");\nconst path = "/tmp/x";\nrequire("http").createServer(f).listen(path);',
  ],
  [
    "socket-file-removed",
    'const fs = require("fs");\ntry { fs.unlinkSync("/tmp/x"); } catch {}\nrequire("http").createServer(f).listen("/tmp/x");',
    'const fs = require("fs");\nrequire("http").createServer(f).listen("/tmp/x");',
  ],
  [
    "socket-file-removed",
    'const fs = require("fs");\nprocess.on("exit", () => { note(); fs.rmSync("/tmp/x"); });\nrequire("http").createServer(f).listen("/tmp/x");',
    'const fs = require("fs");\nprocess.on("exit", () => { note(); });\nrequire("http").createServer(f).listen("/tmp/x");',
  ],
  [
    "log4js-cluster",
    'require("log4js").configure({\n  pm2: true,\n  appenders,\n});',
    'require("log4js").configure({\n  disableClustering: true,\n  pm2: true,\n  appenders,\n});',
  ],
  [
    "bot-per-worker",
    `${listening}const { Telegraf } = require("telegraf");\nconst bot = new Telegraf(t);\nbot.launch();`,
    `${listening}const { Telegraf } = require("telegraf");\nconst bot = new Telegraf(t);\nif ((process.env.NODE_APP_INSTANCE ?? "0") === "0") {\n  bot.launch();\n}`,
  ],
  [
    "timer-per-worker",
    'const cron = require("cron");\nfunction plan() {\n    new cron.CronJob("* * * * *", () => {\n        // All.\n        send();\n    });\n}',
    'const cron = require("cron");\nfunction plan() {\n    new cron.CronJob("* * * * *", () => {\n        if ((process.env.HITLESS_LEADER ?? "1") !== "1") {\n            return;\n        }\n        // All.\n        send();\n    });\n}',
  ],
  [
    "timer-per-worker",
    'const job = require("node-schedule").scheduleJob("a", rule, async function () { "use strict"; await send(); });',
    'const job = require("node-schedule").scheduleJob("a", rule, async function () { "use strict"; if ((process.env.HITLESS_LEADER ?? "1") !== "1") { return; } await send(); });',
  ],
  [
    "timer-per-worker",
    'require("cron").CronJob.from({ cronTime: "* * * * *", onTick() { a(); }, start: true });\nrequire("cron").validate()',
    'require("cron").CronJob.from({ cronTime: "* * * * *", onTick() { if ((process.env.HITLESS_LEADER ?? "1") !== "1") { return; } a(); }, start: true });\nrequire("cron").validate()',
  ],
  [
    "timer-per-worker",
    'const db = require("pg");\r\nsetInterval(() => {\r\n  db.query("delete from a");\r\n}, 60000);',
    'const db = require("pg");\r\nsetInterval(() => {\r\n  if ((process.env.HITLESS_LEADER ?? "1") !== "1") {\r\n    return;\r\n  }\r\n  db.query("delete from a");\r\n}, 60000);',
  ],
  [
    "sync-in-request",
    'const fs = require("fs");\nexports.a = async (req, res) => { res.send(fs.readFileSync("a")); };',
    'const fs = require("fs");\nexports.a = async (req, res) => { res.send(await fs.promises.readFile("a")); };',
  ],
  [
    "sync-in-request",
    'import * as fs from "node:fs";\nexport async function a(req, res) { if (fs.statSync("a").isFile()) res.end(); }',
    'import * as fs from "node:fs";\nexport async function a(req, res) { if ((await fs.promises.stat("a")).isFile()) res.end(); }',
  ],
  [
    "random-port",
    'require("http").createServer(f).listen();',
    'require("http").createServer(f).listen(Number(process.env.PORT ?? 3000));',
  ],
  [
    "random-port",
    'new (require("koa"))().listen(() => done());',
    'new (require("koa"))().listen(Number(process.env.PORT ?? 3000), () => done());',
  ],
  [
    "random-port",
    'require("fastify")().listen({ host });',
    'require("fastify")().listen({ port: Number(process.env.PORT ?? 3000), host });',
  ],
  [
    "random-port",
    'require("fastify")().listen();',
    'require("fastify")().listen({ port: Number(process.env.PORT ?? 3000) });',
  ],
  [
    "random-port",
    'require("http").createServer(f).listen(0, done);',
    'require("http").createServer(f).listen(Number(process.env.PORT ?? 3000), done);',
  ],
];

/** Where the code around would make a fix wrong, there is none. */
const unfixed: readonly (readonly [rule: string, text: string])[] = [
  [
    "exit-before-close",
    `${listening}const other = require("http").createServer(f); process.on("SIGTERM", () => process.exit());`,
  ],
  ["exit-before-close", `${listening}process.on("SIGTERM", () => { process.exit(); log(); });`],
  ["exit-before-close", `${listening}process.on("SIGTERM", () => { const exit = process.exit(); });`],
  [
    "exit-before-close",
    `${listening}process.on("SIGTERM", stop); function stop() { end(); } function end() { process.exit(); }`,
  ],
  [
    "exit-before-close",
    `${listening}process.on("SIGTERM", () => { server.close(() => { db.end(); }); process.exit(0); });`,
  ],
  ["exit-before-close", `${listening}process.on("SIGTERM", () => { server.close(closeDb); process.exit(0); });`],
  [
    "signal-without-exit",
    `${listening}function stop() { console.log(1); } process.on("SIGTERM", stop); if (twice) stop();`,
  ],
  // Another server of the process would be cut off.
  [
    "exit-before-close",
    `${listening}require("http").createServer(g).listen(81); process.on("SIGTERM", () => process.exit());`,
  ],
  [
    "exit-before-close",
    `${listening}["SIGTERM", "uncaughtException"].forEach((e) => process.on(e, () => process.exit()));`,
  ],
  ["exit-before-close", `${listening}process.on("SIGTERM", () => { pool.end(); process.exit(); });`],
  // Each worker has to serve.
  [
    "primary-only",
    'const cluster = require("cluster"); if (cluster.isPrimary) { require("http").createServer(f).listen(80); }',
  ],
  ["primary-only", 'const cluster = require("cluster"); if (cluster.isWorker) { serve(); } else { start(); }'],
  // The pool has to outlive the requests in flight.
  ["signal-without-exit", `${listening}process.on("SIGTERM", () => { pool.end(); });`],
  [
    "exit-before-close",
    'if (go) { require("http").createServer(f).listen(80); } process.on("SIGTERM", () => process.exit());',
  ],
  [
    "exit-before-close",
    'const app = require("express")(); app.listen(80); app.listen(81); process.on("SIGTERM", () => process.exit());',
  ],
  ["signal-without-exit", 'process.on("SIGTERM", () => { console.log("bye"); });'],
  ["timer-per-worker", 'const { CronJob } = require("cron"); const job = new CronJob("* * * * *", f);'],
  ["timer-per-worker", 'require("node-cron").schedule("0 7 * * *", () => send());'],
  ["sync-in-request", 'const fs = require("fs"); exports.a = (req, res) => { fs.readFileSync("a"); };'],
  [
    "sync-in-request",
    'const fs = require("fs"); exports.a = async (req, res) => { all.map((x) => fs.readFileSync(x)); };',
  ],
  [
    "sync-in-request",
    'const fs = require("fs"); exports.a = async (req, res) => { fs.statSync("a", { throwIfNoEntry: false }); };',
  ],
  ["sync-in-request", 'const fs = require("fs"); exports.a = async (req, res) => { fs.openSync("a"); };'],
  ["sync-in-request", 'const fs = require("fs"); exports.a = async (req, res) => { fs.readFileSync(0); };'],
  ["sync-in-request", 'const fs = require("fs"); exports.a = async (req, res) => { fs.writeFileSync(fd, "x"); };'],
  ["sync-in-request", 'const fs = require("fs"); exports.a = async (req, res) => { fs.readFileSync(req.file.fd); };'],
  ["sync-in-request", 'const fs = require("fs"); exports.a = async (req, res) => { fs.readFileSync(...list); };'],
  [
    "sync-in-request",
    'const fs = require("fs"); const log = fs.openSync("x"); exports.a = async (req, res) => { fs.appendFileSync(log, "x"); };',
  ],
  [
    "sync-in-request",
    'const fs = require("fs"); let log; log = 1; log = fs.openSync("x"); exports.a = async (req, res) => { fs.appendFileSync(log, "x"); };',
  ],
  [
    "sync-in-request",
    'const { readFileSync } = require("fs"); exports.a = async (req, res) => { readFileSync("a"); };',
  ],
  ["random-port", "const port = 0; require('http').createServer(f).listen(port);"],
];

describe("a quick fix", () => {
  for (const [ruleId, before, after] of cases) {
    it(`of ${ruleId} makes ${JSON.stringify(after)}`, () => {
      assert.equal(fixed(ruleId, before), after);
    });
  }

  for (const [ruleId, text] of unfixed) {
    it(`of ${ruleId} is not offered for ${JSON.stringify(text)}`, () => {
      assert.equal(fixed(ruleId, text), text);
    });
  }

  it("leaves, in the example apps, code that parses and where the rule finds nothing more there", () => {
    let count = 0;
    const keyOf = ({ ruleId, marked }: Found) => `${ruleId} ${marked}`;
    for (const { file, text } of sourcesBelow(join(projectRoot, "test", "fixtures", "apps"))) {
      const before = runRules(text, file, appOf(text)) ?? [];
      for (const finding of before) {
        for (const fix of finding.fixes) {
          const after = applied(text, fix);
          const left = runRules(after, file, appOf(text))?.map(keyOf);
          const wanted = before.filter((other) => other !== finding).map(keyOf);
          assert.equal(analysisOf(after, file)?.module.broken, false, after);
          // One function may be the listener of two signals.
          assert.deepEqual(
            left?.filter((key) => !wanted.includes(key)),
            [],
            after,
          );
          assert.ok(left !== undefined && left.length < before.length, after);
          count += 1;
        }
      }
    }
    assert.ok(count >= 8, `${count} fixes`);
  });

  it("of a signal handler lets a request end that SIGTERM finds half answered", async function () {
    if (process.platform === "win32") {
      this.skip();
    }
    const source = `
      const server = require("http").createServer((req, res) => {
        res.write("half ");
        process.on("message", () => res.end("whole"));
      });
      server.listen(0, () => process.send(server.address().port));
      process.on("SIGTERM", () => { process.send("asked"); process.exit(0); });`;
    assert.equal(await answerOf(source), "cut off");
    assert.equal(await answerOf(fixed("exit-before-close", source, "app.js", { supervised: true })), "half whole");
    const silent = source.replace("process.exit(0);", "").replace('process.send("asked")', "console.log(1)");
    const repaired = fixed("signal-without-exit", silent).replace("console.log(1)", 'process.send("asked")');
    assert.equal(await answerOf(repaired), "half whole");
  });
});

/** What a client gets whose answer is half written when the server is told SIGTERM. */
async function answerOf(source: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "hitless-fix-"));
  const file = join(folder, "app.cjs");
  writeFileSync(file, source);
  const child = spawn(process.execPath, [file], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const exit = once(child, "exit");
  try {
    const [port] = await once(child, "message");
    const asking = request({ port, host: "127.0.0.1", agent: false }).end();
    const [response] = await once(asking, "response");
    response.setEncoding("utf8");
    let body = "";
    response.on("data", (chunk: string) => {
      body += chunk;
    });
    await once(response, "data");
    const ended = new Promise<string>((resolve) => {
      response.on("end", () => resolve(body));
      response.on("error", () => resolve("cut off"));
    });
    const asked = once(child, "message");
    child.kill("SIGTERM");
    await asked;
    if (child.connected) {
      child.send("go on", () => {});
    }
    const answer = await ended;
    await exit;
    return answer;
  } finally {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}
