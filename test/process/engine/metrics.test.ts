import assert from "node:assert/strict";
import { testedNodes, usualNode } from "../../support/process/nodeMatrix.ts";
import { signal } from "../../support/process/processes.ts";
import { assertOutcome, assertUnnoticed, describeOn } from "../../support/process/scene.ts";
import type { TestApp } from "../../support/process/testApp.ts";
import { poll, until } from "../../support/process/until.ts";

/** The values of a scrape by their names and labels, as they are written. */
type Scrape = Readonly<Record<string, number>>;

async function scrape({ client }: Pick<TestApp, "client">): Promise<Scrape> {
  const response = await fetch(`${client.snapshot.app.health}/metrics`, { signal: AbortSignal.timeout(10_000) });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  const lines = (await response.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(
    lines.map((line) => {
      const [, series = "", value = ""] = /^(.*) (\S+)$/.exec(line) ?? assert.fail(line);
      return [series, Number(value)];
    }),
  );
}

/** The sum of all series of a name. */
function total(values: Scrape, name: string): number {
  const series = Object.entries(values).filter(([key]) => key === name || key.startsWith(`${name}{`));
  assert.notEqual(series.length, 0, `${name} is among ${Object.keys(values).join(" ")}`);
  return series.reduce((sum, [, value]) => sum + value, 0);
}

describeOn([usualNode()], "/metrics", (scene) => {
  it("tells of Hitless, also for an app that has no metrics", async () => {
    const app = await scene.run({ fixture: "plain", config: { health: 0 } });
    const first = await scrape(app);
    assert.equal(first['hitless_workers{state="ready"}'], 2);
    assert.equal(first.hitless_ready, 1);
    assert.equal(first.hitless_generation, 1);
    assert.equal(first['hitless_app_state{state="running"}'], 1);
    assert.equal(first.hitless_scrape_workers_missing, 0);
    assert.ok(total(first, "hitless_worker_cpu_seconds_total") > 0);
    assert.ok(total(first, "hitless_worker_memory_bytes") > 1e6);
    assertOutcome(await app.client.request("app/renew", { kind: "reload" }), "completed");
    const [worker] = app.client.snapshot.workers;
    signal(worker?.pid ?? 0, "SIGKILL");
    await until(
      app.client,
      "it is replaced",
      ({ workers }) =>
        workers.every(({ pid, state }) => pid !== worker?.pid && state === "ready") && workers.length === 2,
    );
    assert.equal((await scrape(app)).hitless_worker_crashes_total, 1);
    const good = app.read("server.js");
    app.write("server.js", "throw new Error('no');");
    assertOutcome(await app.client.request("app/renew", { kind: "reload" }), "rolledBack");
    app.write("server.js", good);
    const then = await scrape(app);
    assert.equal(then['hitless_renewals_total{kind="reload",outcome="completed"}'], 1);
    assert.equal(then['hitless_renewals_total{kind="reload",outcome="rolledBack"}'], 1);
    assert.equal(then['hitless_renewal_duration_seconds_count{kind="reload"}'], 2);
    assert.equal(then.hitless_renewal_requests_dropped_total, 0);
    assert.ok((then.hitless_worker_crashes_total ?? 0) > 1);
    assert.equal(then.hitless_generation, 2);
  });

  it("adds up the app's own counters over all workers, to as many as clients have counted, also across reloads", async () => {
    const app = await scene.run({ fixture: "metered", config: { health: 0, workers: 2 } });
    const strict = await scene.ask({ target: { port: app.port }, connections: 4, read: () => "metered" });
    let last = 0;
    for (let round = 0; round < 3; round += 1) {
      await poll("requests were answered", () => strict.counts.requests > (round + 1) * 50);
      if (round > 0) {
        const kind = round === 1 ? "gracefulReload" : "reload";
        assertOutcome(await app.client.request("app/renew", { kind }), "completed");
      }
      const now = total(await scrape(app), "requests_total");
      assert.ok(now >= last, `${now} after ${last}`);
      last = now;
    }
    const counts = await strict.stop();
    assertUnnoticed(counts);
    const end = await scrape(app);
    for (const name of ["requests_total", "jobs_total", "request_seconds_count"]) {
      assert.equal(total(end, name), counts.requests, name);
    }
    assert.equal(end['request_seconds_bucket{le="0.1"}'], counts.requests);
    assert.equal(end.open_requests, 0);
    // Of those workers that live, and of one registry that only its name tells.
    assert.equal(end.workers, 2);
    assert.equal(end.named_total, 6);
    assert.ok((end.process_resident_memory_bytes ?? 0) > 1e6);
    assert.equal(end.process_start_time_seconds, undefined);
  });

  it("keeps what a killed worker had counted when it was asked last", async () => {
    const app = await scene.run({ fixture: "metered", config: { health: 0, workers: 1, restartDelay: 0 } });
    for (let count = 0; count < 5; count += 1) {
      await (await fetch(`http://127.0.0.1:${app.port}/`)).text();
    }
    assert.equal(total(await scrape(app), "requests_total"), 5);
    const [worker] = app.client.snapshot.workers;
    signal(worker?.pid ?? 0, "SIGKILL");
    await until(app.client, "another serves", ({ workers }) =>
      workers.some(({ pid, state }) => pid !== worker?.pid && state === "ready"),
    );
    assert.equal(total(await scrape(app), "requests_total"), 5);
    await (await fetch(`http://127.0.0.1:${app.port}/`)).text();
    assert.equal(total(await scrape(app), "requests_total"), 6);
  });

  it("answers though a worker hangs, without its gauges, and says so", async () => {
    const app = await scene.run({ fixture: "metered", config: { health: 0, workers: 2, unresponsiveAfter: 0 } });
    await scrape(app);
    const { pid = 0 } = app.client.snapshot.workers[0] ?? {};
    signal(pid, "SIGSTOP");
    const values = await scrape(app);
    signal(pid, "SIGCONT");
    assert.equal(values.hitless_scrape_workers_missing, 1);
    assert.equal(values.workers, 1);
  });

  it("loads nothing into the app that it has not loaded itself", async () => {
    const app = await scene.run({ fixture: "metered", config: { health: 0, workers: 1 } });
    const modules = async (): Promise<string[]> =>
      (await (await fetch(`http://127.0.0.1:${app.port}/modules`)).text()).split("\n");
    const before = await modules();
    await scrape(app);
    const after = await modules();
    assert.deepEqual(
      after.filter((file) => !before.includes(file)).map((file) => file.replace(/^.*[\\/]/, "")),
      ["metrics.cjs"],
    );
  });
});

// What of a CommonJS package stands in `require.cache` when an ES module imports it is Node's own business.
describeOn(testedNodes(), "/metrics of an app of ES modules", (scene) => {
  it("has the default registry of its prom-client", async () => {
    const app = await scene.run({ fixture: "metered", config: { health: 0, workers: 1, entry: "server.mjs" } });
    await (await fetch(`http://127.0.0.1:${app.port}/`)).text();
    assert.equal((await scrape(app)).module_requests_total, 1);
  });
});
