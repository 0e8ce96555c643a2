import { hit, miss, type RuleCase } from "./ruleCase.ts";

/** What the rules about the start of an app find, and what they leave alone. */
export const startupCases: Readonly<Record<string, readonly RuleCase[]>> = {
  "primary-only": [
    hit('const cluster = require("cluster"); if (cluster.isPrimary) migrate();', "cluster.isPrimary"),
    hit('import { isMaster } from "node:cluster"; isMaster && startJobs();', "isMaster"),
    hit('import cluster from "node:cluster"; if (!cluster.isWorker) { console.log(1); seed(); }', "!cluster.isWorker"),
    hit('import cluster from "node:cluster"; if (cluster.isWorker) serve(); else { migrate(); }', "cluster.isWorker"),
    miss('import cluster from "node:cluster"; if (cluster.isPrimary) console.log("alone");'),
    miss('import cluster from "node:cluster"; if (cluster.isPrimary) { cluster.fork(); migrate(); }'),
    miss('import cluster from "node:cluster"; if (cluster.isPrimary) {} else { serve(); }'),
    miss('import cluster from "./cluster.js"; if (cluster.isPrimary) migrate();'),
    miss('const cluster = require("cluster"); if (cluster.isPrimary) migrate();', { app: { supervised: false } }),
  ],
  "metrics-per-worker": [
    hit(
      'const app = require("express")(); const client = require("prom-client"); app.get("/m", async (q, a) => a.send(await client.register.metrics()));',
      "client.register.metrics",
    ),
    hit(
      'import { Registry } from "prom-client"; const all = new Registry(); export const show = async (req, res) => res.end(await all.metrics());',
      "all.metrics",
    ),
    hit(
      'import { PrometheusExporter } from "@opentelemetry/exporter-prometheus"; import app from "./app.js"; new PrometheusExporter({}); app.listen(80);',
      "PrometheusExporter",
    ),
    hit(
      'const app = require("express")(); const bundle = require("express-prom-bundle"); app.use(bundle()); app.listen(80);',
      "bundle",
    ),
    miss('const { PrometheusExporter } = require("@opentelemetry/exporter-prometheus"); new PrometheusExporter({});'),
    miss('import { register } from "prom-client"; export const show = async () => register.metrics();'),
    hit(
      'import { Registry } from "prom-client"; import app from "./app.js"; class Figures { static all = new Registry(); static text() { return Figures.all.metrics(); } } app.get("/m", (q, a) => a.send(Figures.text())); app.listen(80);',
      "Figures.all.metrics",
    ),
    miss(
      'import { register } from "prom-client"; register.setDefaultLabels({ worker: process.pid }); export const show = async (req, res) => res.end(await register.metrics());',
    ),
    miss(
      'import { AggregatorRegistry } from "prom-client"; const all = new AggregatorRegistry(); export const show = async (req, res) => res.end(await all.clusterMetrics());',
    ),
    miss(
      'import { register } from "prom-client"; export const show = async (req, res) => res.end(await register.metrics());',
      { app: { workers: 1 } },
    ),
  ],
  "port-probe": [
    hit('import getPort from "get-port"; import app from "./app.js"; app.listen(await getPort());', "getPort"),
    hit(
      'const pf = require("portfinder"); const app = require("express")(); pf.getPort((e, port) => app.listen(port));',
      "pf.getPort",
    ),
    hit(
      'const app = require("express")(); const detect = require("detect-port"); async function main() { const port = await detect(80); app.listen(port); }',
      "detect",
    ),
    hit(
      'const net = require("net"); const app = require("express")(); freePort(80).then((p) => app.listen(p)); function freePort(port) { return new Promise((done) => { const trial = net.createServer(); trial.listen(port, () => trial.close(() => done(port))); }); }',
      "net.createServer",
    ),
    miss(
      'const app = require("express")(); const detect = require("detect-port"); async function debug() { const port = await detect(9229); inspect(port); } app.listen(80);',
    ),
    hit(
      'const { Server } = require("http"); const app = require("express")(); find(80).then((p) => app.listen(p)); function find(port) { return new Promise((done) => { const trial = new Server(); trial.once("listening", () => { trial.close(); done(port); }); trial.listen(port); }); }',
      "Server",
    ),
    miss(
      'const server = require("net").createServer(); server.listen(80); process.on("SIGTERM", () => server.close(() => process.exit(0)));',
    ),
    miss(
      'const tcp = require("tcp-port-used"); const app = require("express")(); app.listen(80); async function portFor(tool) { let port = 90; while (await tcp.check(port)) port += 1; return port; }',
    ),
    miss('import getPort from "get-port"; spawnTool(await getPort());'),
    miss('import { getPort } from "./ports.js"; import app from "./app.js"; app.listen(getPort());'),
  ],
  "log4js-cluster": [
    hit('const log4js = require("log4js"); log4js.configure({ appenders, categories });', "log4js.configure"),
    hit('import { configure } from "log4js"; const o = { appenders }; configure(o);', "configure"),
    miss('const log4js = require("log4js"); log4js.configure({ disableClustering: true, appenders });'),
    miss('const log4js = require("log4js"); log4js.configure({ ...options });'),
    miss('const log4js = require("log4js"); log4js.configure("./log4js.json");'),
    hit('const log4js = require("log4js"); log4js.configure({ pm2: true, appenders });', "log4js.configure"),
    miss('const log4js = require("log4js"); log4js.configure({ appenders: [{ type: "console" }] });'),
  ],
};
