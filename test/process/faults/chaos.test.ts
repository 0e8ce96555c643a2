import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import type { SupervisorClient } from "../../../src/client/connection/supervisorClient.ts";
import { usualNode } from "../../support/process/nodeMatrix.ts";
import { isAlive, openDescriptors, signal } from "../../support/process/processes.ts";
import { describeOn } from "../../support/process/scene.ts";
import { parseFixtureAnswer } from "../../support/process/strictClient.ts";
import { openConnection, type StrictConnection } from "../../support/process/strictConnection.ts";
import { until } from "../../support/process/until.ts";

const sequences = 100;
const stepsEach = 4;
const mostWorkers = 4;

/** What may fail in the middle of such a mess without being a fault: the worker is gone, or the app is busy. */
const excusable = /workerNotFound|invalidState/;

/** A restart and a kill refuse clients, or leave them without any answer; one that has begun has to be whole. */
const unanswered = /ECONNREFUSED|ECONNRESET|EPIPE|before the answer|said that it closes/;

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

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

/** Asks all the time on one connection, opened again whenever it is gone; tells of answers that were not whole or another's. */
function askOn(port: number): { stop(): Promise<{ readonly whole: number; readonly broken: readonly string[] }> } {
  const broken: string[] = [];
  let whole = 0;
  let over = false;
  const run = async (): Promise<void> => {
    let connection: StrictConnection | undefined;
    for (let asked = 1; !over; asked += 1) {
      try {
        connection = connection?.usable ? connection : await openConnection({ port });
        const { url } = parseFixtureAnswer(await connection.ask(`GET /${asked} HTTP/1.1\r\nHost: localhost\r\n\r\n`));
        assert.equal(url, `/${asked}`);
        whole += 1;
      } catch (error) {
        const message = String(error);
        if (!unanswered.test(message)) {
          broken.push(message);
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
    connection?.close();
  };
  const running = run();
  return {
    async stop() {
      over = true;
      await running;
      return { whole, broken };
    },
  };
}

describeOn([usualNode()], "random commands and kills", (scene) => {
  it(`leave the app as it should be, ${sequences} times`, async () => {
    const seed = Number(process.env.HITLESS_CHAOS_SEED ?? randomInt(2 ** 31));
    console.log(`      seed ${seed} (set HITLESS_CHAOS_SEED to repeat)`);
    const random = seeded(seed);
    const { client, port, endpoint, pids } = await scene.run({
      fixture: "plain",
      config: { maxRestarts: 1_000, drainTimeout: 2_000, killTimeout: 1_000 },
    });
    const asking = [askOn(port), askOn(port)];
    scene.stage.onClose(async () => {
      await Promise.all(asking.map((asker) => asker.stop()));
    });
    const history: string[] = [];
    const descriptors: number[] = [];
    for (let sequence = 1; sequence <= sequences; sequence += 1) {
      const begun = Array.from({ length: stepsEach }, () => act(client, random));
      history.push(`${sequence}: ${(await Promise.all(begun)).join(", ")}`);
      const recent = history.slice(-3).join("\n");
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
      descriptors.push((openDescriptors(endpoint.pid) ?? 0) - 4 * workers.length);
    }
    for (const asker of asking) {
      const { whole, broken } = await asker.stop();
      assert.deepEqual(broken, []);
      assert.ok(whole > sequences, `${whole} whole answers`);
    }
    // Each worker has an IPC channel, two pipes and, while its port is shared, no more than one other descriptor.
    const early = Math.max(...descriptors.slice(0, 10));
    const late = Math.min(...descriptors.slice(-10));
    assert.ok(late <= early + 8, `open descriptors grew: ${descriptors.join(" ")}`);
  });
});
