import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { errorOutputSchema, layersOutputSchema, statusOutputSchema } from "../../../src/shared/cliOutput.ts";
import { assertCode, type CliRun, type CliWorld, openCliWorld, readyPattern } from "../cli/hitless.ts";

const canary = "canary-1b7d2e";

const server = `
const { once } = require("node:events");
const { createServer } = require("node:http");
const { Worker } = require("node:worker_threads");
async function endThreads() {
  const threads = Array.from({ length: 30 }, () => new Worker("setInterval(() => {}, 1_000)", { eval: true }));
  await Promise.all(threads.map((thread) => once(thread, "online").then(() => thread.terminate())));
  threadsEnded += threads.length;
}
let threadsEnded = 0;
function busy() {
  for (let i = 0, sum = 0; i < 5e6; i += 1) {
    sum += Math.sqrt(i) % 7;
  }
  setImmediate(busy);
}
createServer(async (request, response) => {
  if (request.url === "/threads") {
    await endThreads();
  }
  response.end([process.env.HITLESS_WORKER, process.pid, threadsEnded].join(" "));
}).listen(0, busy);
`;

describe("hitless layers", () => {
  let world: CliWorld;

  beforeEach(async () => {
    world = openCliWorld();
    world.write({ "server.js": server });
    const app = world.start(["start", "server.js", "--name", "api", "--workers", "2", "--env", `SECRET=${canary}`]);
    await app.until("stderr", readyPattern);
  });

  afterEach(() => world.end());

  it("shows the five layers for people, and all that is known to programs", async () => {
    const shown = await world.run(["layers", "api"]);
    assertCode(shown, 0);
    const headings = ["YOUR CODE", "NODE.JS API", "BINDINGS AND C++ ADDONS", "DEPENDENCIES", "OPERATING SYSTEM"];
    assert.deepEqual(
      shown.stdout.split("\n").filter((line) => /^[A-Z]/.test(line)),
      headings,
    );
    assert.match(shown.stdout, /\n {2}Event loop +\d+(\.\d)? % busy ·[\s\S]*?\d turns\n/);
    assert.match(shown.stdout, /\n {2}Heap spaces +.*\bold \d.* of \d/);
    assert.match(shown.stdout, /^api · worker 1 · gen 1 · pid \d+\n/);
    assert.ok(!shown.stdout.includes("\u001b"), "colours are for terminals");
    assert.deepEqual(
      shown.stdout.split("\n").filter((line) => line.length > 80 && !line.includes(world.folder)),
      [],
    );

    const told = await world.run(["layers", "api", "--worker", "2", "--sample", "1", "--json"]);
    assertCode(told, 0);
    const { name, facts, pulse, sample } = v.parse(layersOutputSchema, JSON.parse(told.stdout));
    assert.deepEqual([name, facts.worker.id, pulse.worker.id, sample?.worker.id], ["api", 2, 2, 2]);
    assert.equal(sample?.parts[0]?.id, "code");
    assert.equal(pulse.api.requestsPerSecond, 0);
    assert.deepEqual([pulse.uv.utilisation, facts.api.warnings], [undefined, []]);
    assert.ok(facts.code.environmentNames.includes("SECRET"));
    for (const { stdout, stderr } of [shown, told]) {
      assert.ok(!(stdout + stderr).includes(canary));
    }
  });

  it("ends a sample early at Ctrl-C, with what there is", async function () {
    if (process.platform === "win32") {
      this.skip();
    }
    const start = (): CliRun => world.start(["layers", "api", "--worker", "1", "--sample", "60"]);
    let run = start();
    // A second sample of the same worker is refused once the first is being taken; should it be the other way round, again.
    for (let refused = false; !refused; ) {
      const { stderr } = await world.run(["layers", "api", "--worker", "1", "--sample", "1", "--json"]);
      refused =
        stderr !== "" && /being sampled already/.test(v.parse(errorOutputSchema, JSON.parse(stderr)).error.message);
      if (run.child.exitCode !== null) {
        run = start();
        refused = false;
      }
    }
    run.child.kill("SIGINT");
    const ended = await run.ended;
    assertCode(ended, 0);
    assert.match(
      ended.stdout,
      /\nCPU TIME · sample of .* · ended early · \d+ % busy\n[\s\S]*\nBY PART\n +\d+(\.\d)? % {2}█+·* {2}\w/,
    );
  });

  it("saves a profile and a snapshot of a heap that had threads, and writes over nothing", async () => {
    const profiled = await world.run(["profile", "api", "--worker", "2", "--seconds", "1", "--out", "api.cpuprofile"]);
    assertCode(profiled, 0);
    assert.match(profiled.stdout, /\nBY YOUR OWN FUNCTIONS\n +\d+ % {2}busy {2}.* server\.js:\d+\n/);
    assert.match(profiled.stdout, /\nCALL TREE\n[\s\S]*\bbusy /);
    const profile = JSON.parse(readFileSync(join(world.folder, "api.cpuprofile"), "utf8"));
    assert.ok(profile.samples.length > 0 && profile.samples.length === profile.timeDeltas.length);
    const names = profile.nodes.map(({ callFrame }: { callFrame: { functionName: string } }) => callFrame.functionName);
    assert.ok(names.includes("busy"), names.join(" "));

    const status = v.parse(statusOutputSchema, JSON.parse((await world.run(["status", "api", "--json"])).stdout));
    /** What worker 1 answers: others may get a request too. */
    const askFirst = async (path: string): Promise<readonly string[]> => {
      const response = await fetch(`${status.addresses[0]}${path}`, { headers: { connection: "close" } });
      const answer = (await response.text()).split(" ");
      return answer[0] === "1" ? answer : askFirst(path);
    };
    const [, , threadsEnded] = await askFirst("/threads");
    assert.ok(Number(threadsEnded) >= 30, threadsEnded);
    const before = await askFirst("/");

    const snapshot = ["heap-snapshot", "api", "--worker", "1", "--out", "api.heapsnapshot"];
    const written = await world.run(snapshot);
    assertCode(written, 0);
    assert.match(written.stdout, /^✔ api: worker 1 .*wrote .*api\.heapsnapshot \(.*\), and did nothing else for /);
    const heap = JSON.parse(readFileSync(join(world.folder, "api.heapsnapshot"), "utf8"));
    assert.ok(heap.snapshot.node_count > 1_000);
    assert.deepEqual(await askFirst("/"), before);
    const again = await world.run(snapshot);
    assert.deepEqual([again.code, /exists already; choose another file/.test(again.stderr)], [1, true]);
    const nowhere = await world.run(["heap-snapshot", "api", "--out", join("none", "api.heapsnapshot")]);
    assert.deepEqual([nowhere.code, /none is no folder in which the app may write/.test(nowhere.stderr)], [1, true]);
  });

  it("says so when there is no such worker", async () => {
    const { code, stderr } = await world.run(["layers", "api", "--worker", "99"]);
    assert.deepEqual([code, stderr], [1, "✖ api has no worker 99.\n    It has 1.1 (ready), 2.1 (ready).\n"]);
  });
});
