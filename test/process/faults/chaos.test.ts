import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { join } from "node:path";
import type { SupervisorClient } from "../../../src/client/connection/supervisorClient.ts";
import type { RenewalReport } from "../../../src/shared/report.ts";
import { assertHonestMeanwhile, assertNothingLostMeanwhile } from "../../support/process/honesty.ts";
import { usualNode } from "../../support/process/nodeMatrix.ts";
import { startPersistentClient } from "../../support/process/persistentClient.ts";
import { isAlive, openDescriptors, signal } from "../../support/process/processes.ts";
import { describeOn, type Scene } from "../../support/process/scene.ts";
import { seededNumbers } from "../../support/process/seededNumbers.ts";
import { until } from "../../support/process/until.ts";
import { startUpstream, watchWebSocket } from "../../support/process/webSocketWatch.ts";

/** The same in each run, so that two runs of one commit do the same: both kinds of scheduling, each with a socket that the app removes. */
const usualSeeds = [20, 36];
const usualTimes = 4;
const times = 5;
/** So many in the first of several seeds: what is left open now and then shows only in time. */
const longTimes = 12;
const stepsEach = 4;

/** After every so many sequences the app is renewed while nothing else happens to it: that loses nothing. */
const calmEvery = 2;

const mostWorkers = 4;

/** How the app cleans up on `shutdown`; the seeds take turns. */
const styles = ["closesOnly", "closeAndExit", "exitAtOnce", "disconnect", "destroy", "stoppable"];
const messageBytes = 200_000;

/** Each worker has an IPC channel, two pipes and, while its ports are shared, no more than one other descriptor. */
const descriptorsOfWorker = 4;

/** `HITLESS_CHAOS_SEEDS`: `7`, `1-25`, or `random` for one by chance. */
function seedsOfRun(): readonly number[] {
  const { HITLESS_CHAOS_SEEDS: wanted } = process.env;
  if (wanted === undefined) {
    return usualSeeds;
  }
  if (wanted === "random") {
    return [randomInt(2 ** 31)];
  }
  const [, first, last] = /^(\d+)(?:-(\d+))?$/.exec(wanted) ?? assert.fail(`HITLESS_CHAOS_SEEDS: ${wanted}`);
  return Array.from({ length: Number(last ?? first) - Number(first) + 1 }, (_, index) => Number(first) + index);
}

/** What may fail in the middle of such a mess without being a fault: the worker is gone, or the app is busy. */
const excusable = /workerNotFound|invalidState/;

/** The supervisor has noticed that this worker is dead. */
async function isGone(client: SupervisorClient, pid: number | undefined): Promise<void> {
  await until(client, `worker process ${pid} is gone`, ({ workers }) => workers.every((worker) => worker.pid !== pid));
}

/** One random act. Resolves when it has been answered, however it went. */
async function act(client: SupervisorClient, random: () => number): Promise<string> {
  const { workers } = client.snapshot;
  const worker = workers[Math.floor(random() * workers.length)];
  const choice = Math.floor(random() * 8);
  const id = worker?.id ?? 1;
  const acts: readonly (readonly [string, () => Promise<unknown>])[] = [
    ["reload", () => client.request("app/renew", { kind: "reload" })],
    ["restart", () => client.request("app/renew", { kind: "restart" })],
    ["graceful reload", () => client.request("app/renew", { kind: "gracefulReload" })],
    [`reload of ${id}`, () => client.request("app/renew", { kind: "reload", worker: id })],
    ["cancel", () => client.request("app/cancelRenewal", {})],
    ["scale", () => client.request("app/scale", { workers: 1 + Math.floor(random() * mostWorkers) })],
    [
      `kill of ${id}`,
      async () => {
        await client.request("app/killWorker", { worker: id });
        await isGone(client, worker?.pid);
      },
    ],
    [
      `SIGKILL to ${worker?.pid}`,
      async () => {
        if (worker !== undefined) {
          signal(worker.pid, "SIGKILL");
          await isGone(client, worker.pid);
        }
      },
    ],
  ];
  const [name, run] = acts[choice] ?? ["nothing", async () => undefined];
  try {
    await run();
    return name;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    assert.match(code, excusable, `${name}: ${String(error)}`);
    return `${name} (${code})`;
  }
}

/** The app, and all who ask it, of one seed. */
async function startShapes(scene: Scene, seed: number) {
  const STYLE = styles[seed % styles.length] ?? assert.fail();
  const scheduling = Math.floor(seed / styles.length) % 2 === 0 ? "roundRobin" : "shared";
  const UNLINKS = Math.floor(seed / (2 * styles.length)) % 2 === 0 ? "" : "yes";
  const upstream = await startUpstream(messageBytes);
  scene.stage.onClose(() => upstream.close());
  const path = join(scene.stage.runtimeFolder, "app");
  const onPosix = process.platform !== "win32";
  const app = await scene.run({
    fixture: "shapes",
    config: {
      workers: 2,
      scheduling,
      maxRestarts: 1_000,
      drainTimeout: 3_000,
      // Long: a worker that is told to go ends by itself, however busy the machine is.
      killTimeout: 10_000,
      env: { STYLE, UNLINKS, UPSTREAM: String(upstream.port), ...(onPosix ? { SOCKET: path } : {}) },
    },
  });
  const { port } = app;
  const preamble = "PROXY TCP4 203.0.113.7 127.0.0.1 40000 80\r\n";
  const clients = (
    [
      { target: { port } },
      { target: { port }, path: "/slow/20" },
      { target: { port }, fresh: true },
      { target: { port: port + 1 } },
      { target: { port: port + 2, preamble }, address: "203.0.113.7" },
      ...(onPosix ? [{ target: { path } }, { target: { path }, fresh: true }] : []),
    ] as const
  ).map(startPersistentClient);
  const webSocket = watchWebSocket(`ws://127.0.0.1:${port + 3}`, upstream.message);
  scene.stage.onClose(async () => {
    await Promise.all([...clients, webSocket].map((client) => client.stop()));
  });
  return { app, clients, webSocket, what: `${STYLE}, ${scheduling}${UNLINKS && ", removes its socket"}` };
}

/** Runs the sequences of one seed. */
async function runSeed(scene: Scene, seed: number, times: number): Promise<void> {
  const random = seededNumbers(seed);
  const { app: testApp, clients, webSocket, what } = await startShapes(scene, seed);
  const { client, port, endpoint, pids, reports } = testApp;
  /** Those of renewals during which nothing else happened. */
  const calm: RenewalReport[] = [];
  const history: string[] = [];
  const descriptors: number[] = [];
  for (let sequence = 1; sequence <= times; sequence += 1) {
    const begun = Array.from({ length: stepsEach }, () => act(client, random));
    history.push(`${sequence}: ${(await Promise.all(begun)).join(", ")}`);
    const recent = `${what}\n${history.slice(-3).join("\n")}`;
    const { app, workers } = await until(
      client,
      `the app is at rest after\n${recent}\n`,
      (state) =>
        state.app.state === "running" &&
        state.renewal === undefined &&
        state.workers.length === state.app.desiredWorkers &&
        state.workers.every((worker) => worker.state === "ready"),
      30_000,
    );
    assert.deepEqual(
      workers.map(({ slot }) => slot),
      Array.from({ length: app.desiredWorkers }, (_, index) => index + 1),
      recent,
    );
    assert.deepEqual(
      new Set([...pids].filter(isAlive)),
      new Set(workers.map(({ pid }) => pid)),
      `processes that live, and workers, after\n${recent}`,
    );
    const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: "close" } });
    assert.equal(response.status, 200, recent);
    assert.equal(((await response.json()) as { url: string }).url, "/", recent);
    if (sequence % calmEvery === 0) {
      await Promise.all(clients.map((asking) => asking.answered())).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${recent}`);
      });
      const kind = sequence % (2 * calmEvery) === 0 ? "reload" : "gracefulReload";
      const report = await client.request("app/renew", { kind });
      const { outcome, traffic, killed } = report;
      const told = { outcome, failed: traffic?.failed, killed };
      assert.deepEqual(told, { outcome: "completed", failed: 0, killed: 0 }, `${report.reason ?? ""}\n${recent}`);
      calm.push(report);
    }
    descriptors.push((openDescriptors(endpoint.pid) ?? 0) - descriptorsOfWorker * workers.length);
  }
  const all = `${what}\n${history.join("\n")}`;
  for (const asking of clients) {
    const { whole, broken, losses } = await asking.stop();
    assert.deepEqual(broken, [], all);
    assert.ok(whole > times, `${whole} whole answers in\n${all}`);
    assertHonestMeanwhile(reports, losses, all);
    assertNothingLostMeanwhile(calm, losses, all);
  }
  const { whole, broken } = await webSocket.stop();
  assert.deepEqual(broken, [], all);
  assert.ok(whole > 0, `no message was passed on in\n${all}`);
  if (times === longTimes) {
    const early = Math.max(...descriptors.slice(0, 3));
    const late = Math.min(...descriptors.slice(-3));
    assert.ok(late <= early + 8, `open descriptors grew: ${descriptors.join(" ")}`);
  }
}

describeOn([usualNode()], "random commands and kills leave the app as it should be", (scene) => {
  const seeds = seedsOfRun();
  for (const [index, seed] of seeds.entries()) {
    const count = process.env.HITLESS_CHAOS_SEEDS === undefined ? usualTimes : index === 0 ? longTimes : times;
    it(`seed ${seed}, ${count} times`, () => runSeed(scene, seed, count));
  }
});
