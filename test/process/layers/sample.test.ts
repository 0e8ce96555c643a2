import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Profiler } from "node:inspector";
import { join } from "node:path";
import { connect } from "node:tls";
import { isBusyPart } from "../../../src/shared/facts/isBusyPart.ts";
import type { CpuSample } from "../../../src/shared/layers/sample.ts";
import { attachDebugger } from "../../support/process/debugger.ts";
import { testedNodes, usualNode } from "../../support/process/nodeMatrix.ts";
import { wineVersion } from "../../support/process/notHere/wine.ts";
import { describeOn } from "../../support/process/scene.ts";
import type { TestApp } from "../../support/process/testApp.ts";
import { poll, within } from "../../support/process/until.ts";
import { runLayersApp } from "./layersApp.ts";

/** What the fixture does, and the part in which at least 80 % of the time must land. */
const places: Readonly<Record<string, string>> = {
  own: "code",
  package: "package:busy-package",
  inlined: "package:small-package",
  json: "v8",
  regexp: "v8",
  sorted: "v8",
  wasm: "package:wasm-package",
  zlib: "binding:zlib",
  brotli: "binding:zlib/brotli",
  zstd: "binding:zlib/zstd",
  sqlite: "binding:sqlite",
  crypto: "binding:crypto",
  fs: "binding:fs",
  gc: "gc",
};
const leastShare = 0.8;

/** On the other versions of Node.js only those that the profiler of V8 has shown differently over the years. */
const placesElsewhere = ["package", "inlined", "json", "regexp", "sorted", "wasm", "brotli", "gc"];

async function begin(app: TestApp, job: string): Promise<void> {
  await (await fetch(`http://127.0.0.1:${app.port}/?job=${job}`)).text();
}

/** Has a server negotiate one TLS session after the other. */
function shakeHands(port: number): { stop(): void } {
  let stopped = false;
  const next = (): void => {
    if (!stopped) {
      const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false }, () => socket.destroy());
      socket.once("error", () => socket.destroy()).once("close", next);
    }
  };
  for (let i = 0; i < 4; i += 1) {
    next();
  }
  return {
    stop() {
      stopped = true;
    },
  };
}

function toldOf({ parts, ticks }: CpuSample): string {
  return `${parts.map(({ id, share }) => `${id} ${share.toFixed(2)}`).join(", ")} of ${ticks} ticks`;
}

/** Of the time that was not idle. */
function shareOf(sample: CpuSample, id: string): number {
  const busy = sample.parts.filter(isBusyPart);
  const all = busy.reduce((sum, { share }) => sum + share, 0);
  return (busy.find((part) => part.id === id)?.share ?? 0) / all;
}

/**
 * A sample in which most of the time is that of one part. Where nothing tells how long the thread waited for a CPU, such waits are
 * taken for work, and on a machine that is busy with other things a second may be of little else: then another one is taken.
 */
async function sampleMostlyOf(app: TestApp, id: string, about: string = id): Promise<CpuSample> {
  let sample = await app.client.request("layers/sample", { seconds: 1 });
  if (sample.waitedMs === undefined) {
    await poll(
      () => `${about} has its time: ${toldOf(sample)}`,
      async () => {
        const isSo = shareOf(sample, id) >= leastShare;
        sample = isSo ? sample : await app.client.request("layers/sample", { seconds: 1 });
        return isSo;
      },
    );
  }
  assert.ok(shareOf(sample, id) >= leastShare, `${about}: ${toldOf(sample)}`);
  return sample;
}

/** What Node.js 20 does not have. */
const placesSince22 = ["zstd", "sqlite"];

describeOn(testedNodes(), "a CPU sample", (scene) => {
  const known = Object.keys(places).filter((job) => scene.node.major !== "20" || !placesSince22.includes(job));
  const jobs = scene.node === usualNode() ? known : placesElsewhere;
  it(`gives the time to whose it is: ${jobs.join(", ")}`, async () => {
    const app = await runLayersApp(scene, { nodeArgs: ["--expose-gc"] });
    for (const job of jobs) {
      await begin(app, job);
      // V8 of Node.js 20 shows few of its own functions: it can't be told there, and the sample says so.
      const place = job === "sorted" && scene.node.major === "20" ? "unsure" : (places[job] ?? "");
      const sample = await sampleMostlyOf(app, place, job);
      const told = `${job}: ${toldOf(sample)}`;
      assert.ok(Math.abs(sample.parts.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-9, told);
      assert.ok(sample.ticks > 0 && !sample.cancelled);
    }
  });
});

/** The share of it that the worker was idle. */
function idleShare({ parts }: CpuSample): number {
  return parts.find(({ kind }) => kind === "idle")?.share ?? 0;
}

/** In which the worker waited for a CPU: nobody can tell what it would have done. */
function unknownShare({ waitedMs, durationMs, parts }: CpuSample): number {
  const unknown = parts.find(({ kind }) => kind === "idleOrLoop")?.share ?? 0;
  return unknown + (waitedMs === undefined ? 0.2 : waitedMs / durationMs);
}

/** @param slices When it worked, in epoch milliseconds. */
function busyShare(slices: readonly (readonly [from: number, to: number])[], sample: CpuSample): number {
  const end = sample.startedAt + sample.durationMs;
  const ms = slices.map(([from, to]) => Math.min(to, end) - Math.max(from, sample.startedAt));
  return ms.reduce((sum, each) => sum + Math.max(0, each), 0) / sample.durationMs;
}

describeOn(testedNodes(), "a CPU sample", (scene) => {
  it("tells how much of the time a worker was idle, all of it or half", async () => {
    const app = await runLayersApp(scene);
    const sampled = () => app.client.request("layers/sample", { seconds: 1 });
    const ask = async (query: string) => (await fetch(`http://127.0.0.1:${app.port}/?${query}`)).text();
    // On a machine that is busy with other things a second may be of nothing but waiting for a CPU.
    await poll("a worker that does nothing is idle", async () => {
      const sample = await sampled();
      return idleShare(sample) >= 0.95 - unknownShare(sample);
    });
    await ask("job=own&pause=20");
    const told: string[] = [];
    const what = () => `a worker that works half of the time is idle for the rest: ${told.join("; ")}`;
    await poll(what, async () => {
      const sample = await sampled();
      const busy = busyShare(JSON.parse(await ask("slices")) as [number, number][], sample);
      told.push(`${busy}, ${toldOf(sample)}`);
      return busy > 0.2 && Math.abs(1 - idleShare(sample) - busy) <= 0.05 + unknownShare(sample);
    });
  });
});

describeOn([usualNode()], "a CPU sample", (scene) => {
  it("keeps V8 from inlining while it is taken, and no longer", async () => {
    const app = await runLayersApp(scene);
    await begin(app, "inlined");
    /** Which of the caller and the callee any other profiler sees: of inlined code V8 before 14 names the caller only. */
    const busiest = async (): Promise<string | undefined> => {
      const response = await fetch(`http://127.0.0.1:${app.port}/?profile=300`);
      const ticks = Object.entries((await response.json()) as Record<string, number>);
      return ticks.sort((one, other) => other[1] - one[1])[0]?.[0];
    };
    const asBefore = await busiest();
    await sampleMostlyOf(app, "package:small-package");
    // Hot code is optimized again soon, then as before.
    const isTold = Number(scene.node.major) >= 26;
    assert.equal(asBefore === "exports.step", isTold, `${asBefore}`);
    await poll("the functions are inlined again", async () => ((await busiest()) === "exports.step") === isTold);
  });

  it("counts what the event loop does in native code before any JavaScript runs", async () => {
    const app = await runLayersApp(scene, { entry: "tls/server.cjs" });
    const clients = shakeHands(app.port);
    // Linux tells the CPU time of a thread, elsewhere Node.js since 22.19.
    const isKnown = process.platform === "linux" || Number(scene.node.major) >= 22;
    const negotiating = isKnown ? "loop/openssl" : "idleOrLoop";
    try {
      let sample = await app.client.request("layers/sample", { seconds: 1 });
      // On a machine that is full the clients may have had no CPU.
      await poll("the worker has negotiated sessions", async () => {
        sample = await app.client.request("layers/sample", { seconds: 1 });
        return sample.parts.some(({ id, share }) => id === negotiating && share > 0.03);
      });
      const idle = sample.parts.find(({ kind }) => kind === "idle")?.selfMs ?? 0;
      const told = JSON.stringify(sample.parts.map(({ id, share }) => [id, share]));
      assert.equal(sample.cpuMs !== undefined, isKnown, "the CPU time of the thread is known");
      // The profiler's own time is not counted.
      const { cpuMs = 0, durationMs } = sample;
      assert.ok(idle + cpuMs <= durationMs * 1.1, `${told} ${cpuMs} ${durationMs}`);
    } finally {
      clients.stop();
    }
  });

  it("names the busiest functions with their places", async () => {
    const app = await runLayersApp(scene);
    await begin(app, "own");
    const { parts } = await app.client.request("layers/sample", { seconds: 1 });
    const [busiest] = parts.find(({ id }) => id === "code")?.functions ?? [];
    const jobs = readFileSync(join(app.folder, "jobs.js"), "utf8").split("\n");
    assert.deepEqual([busiest?.name, busiest?.at?.line], ["own", jobs.indexOf("  own() {") + 1]);
    assert.match(busiest?.at?.file ?? "", /layers[\\/]jobs\.js$/);
  });

  it("leaves out how busy the event loop was meanwhile, which it disturbs", async () => {
    const app = await runLayersApp(scene);
    const pulse = () => app.client.request("layers/pulse", {});
    assert.notEqual((await pulse()).uv.utilisation, undefined);
    const sample = await app.client.request("layers/sample", { seconds: 1 });
    assert.ok(sample.ticks > 0);
    assert.equal((await pulse()).uv.utilisation, undefined);
    let latest: number | undefined;
    // A look that comes too soon is answered with the one before it.
    await poll("it is measured again", async () => {
      latest = (await pulse()).uv.utilisation;
      return latest !== undefined;
    });
    // By Wine, waiting for a CPU makes more of it on a machine that is busy.
    assert.ok((latest ?? 1) < (wineVersion === undefined ? 0.5 : 1), `${latest}`);
  });

  it("ends early when it is cancelled, with what there is", async () => {
    const app = await runLayersApp(scene);
    await begin(app, "own");
    const controller = new AbortController();
    const asked = app.client.request("layers/sample", { seconds: 60 }, { signal: controller.signal });
    // A second one is refused as long as the first is being taken, so the first is.
    const other = await app.connect();
    await poll("a second sample is refused", () =>
      other.request("layers/sample", { seconds: 1 }).then(
        () => false,
        (error: Error) => /is being sampled already/.test(error.message),
      ),
    );
    controller.abort();
    const sample = await within("the cancelled sample", asked);
    assert.ok(sample.cancelled);
    assert.ok(sample.durationMs < 60_000);
    // The next one may be taken.
    assert.equal((await other.request("layers/sample", { seconds: 1 })).cancelled, false);
  });

  it("leaves a debugger alone, and the coverage it collects", async () => {
    const app = await runLayersApp(scene, { nodeArgs: ["--inspect=127.0.0.1:0"] });
    const debugging = await attachDebugger(app);
    try {
      await debugging.ask("Profiler.enable");
      await debugging.ask("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
      await app.client.request("layers/facts", {});
      await begin(app, "own");
      await sampleMostlyOf(app, "code");
      const coverage = (await debugging.ask("Profiler.takePreciseCoverage")) as Profiler.TakePreciseCoverageReturnType;
      const jobs = coverage.result.find(({ url }) => url.endsWith("/jobs.js"));
      const counted = jobs?.functions.find(({ functionName }) => functionName === "own")?.ranges[0]?.count ?? 0;
      assert.ok(counted > 10, `own was counted ${counted} times`);
    } finally {
      debugging.close();
    }
  });
});
