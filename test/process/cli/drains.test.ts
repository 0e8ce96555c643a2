import assert from "node:assert/strict";
import * as v from "valibot";
import {
  drainOutputSchema,
  renewOutputSchema,
  type StatusOutput,
  statusOutputSchema,
} from "../../../src/shared/cliOutput.ts";
import { assertCode, type CliRun, type CliWorld, openCliWorld, readyPattern } from "./hitless.ts";

const drainTimeout = 25_000;

/** `/slow` says that it has begun and answers once there is a file `release`; `/spin` blocks the event loop. */
const slowServer = `
const { existsSync } = require("node:fs");
const { createServer } = require("node:http");
createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  if (pathname === "/slow") {
    console.log("slow began");
    const timer = setInterval(() => {
      if (existsSync("release")) {
        clearInterval(timer);
        response.end("whole");
      }
    }, 10);
  } else if (pathname === "/spin") {
    spin(Date.now() + 25_000);
    response.end();
  } else {
    response.end("quick");
  }
}).listen(0);
function spin(end) {
  while (Date.now() < end);
}
`;

describe("hitless with a worker that is busy", () => {
  let world: CliWorld;
  let app: CliRun;
  let url: string;

  beforeEach(() => {
    world = openCliWorld();
    world.write({ "server.js": slowServer });
  });

  afterEach(() => world.end());

  async function start(...words: string[]): Promise<void> {
    app = world.start(["start", "server.js", "--name", "api", "--workers", "1", ...words]);
    [, , , , url = ""] = await app.until("stderr", readyPattern);
  }

  /** Reloads while worker 1 answers `/slow`, and resolves once it is seen to drain. */
  async function reloadWhileSlow(...words: string[]) {
    await start("--drain-timeout", String(drainTimeout));
    const slow = fetch(`${url}/slow?token=secret`).then((response) => response.text());
    slow.catch(() => undefined);
    await app.until("stdout", /slow began/);
    const reload = world.start(["reload", "api", ...words]);
    const worker = await statusUntil(({ state, drain }) => state === "draining" && drain?.requests === 1);
    return { slow, reload, worker };
  }

  /** Asks for the status until a worker is as wanted; mocha's deadline ends it. */
  async function statusUntil(
    isWanted: (worker: StatusOutput["workers"][number]) => boolean,
  ): Promise<StatusOutput["workers"][number]> {
    for (;;) {
      const result = await world.run(["status", "api", "--json"]);
      assertCode(result, 0);
      const found = v.parse(statusOutputSchema, JSON.parse(result.stdout)).workers.find(isWanted);
      if (found !== undefined) {
        return found;
      }
    }
  }

  it("shows what a draining worker still has, and gives it more time", async () => {
    const { slow, reload, worker } = await reloadWhileSlow();
    const { leftMs = -1, connections, kinds, inFlight } = worker.drain ?? {};
    assert.ok(leftMs >= 0 && leftMs <= drainTimeout, `${leftMs} ms are left`);
    assert.deepEqual([worker.id, connections, kinds?.http], [1, 1, 1]);
    assert.deepEqual(
      inFlight?.map(({ method, url }) => [method, url]),
      [["GET", "/slow"]],
    );
    assert.ok((inFlight?.[0]?.ageMs ?? -1) >= 0);
    const shown = (await world.run(["status", "api"])).stdout;
    assert.match(
      shown,
      /^worker 1 · gen 1 drains · \d+ s left · 1 request in flight\n {2}1 connection: 1 HTTP\n {2}GET \/slow · \d/m,
    );

    const extended = await world.run(["drain", "api", "--worker", "1", "--extend", "60000", "--json"]);
    assertCode(extended, 0);
    const answer = v.parse(drainOutputSchema, JSON.parse(extended.stdout));
    assert.deepEqual([answer.name, answer.worker, answer.action], ["api", 1, "extend"]);
    assert.ok((answer.leftMs ?? 0) > drainTimeout, `${answer.leftMs} ms are left`);
    const later = await statusUntil(({ id }) => id === 1);
    assert.ok((later.drain?.leftMs ?? 0) > drainTimeout, `${later.drain?.leftMs} ms are left`);

    world.write({ release: "" });
    assert.equal(await slow, "whole");
    const result = await reload.ended;
    assertCode(result, 0);
    assert.match(result.stdout, /^✔ api reloaded .*\n {2}0 dropped · \d+ requests? served/);
    await app.until("stderr", /^hitless 0 dropped/m);
    assertCode(await world.run(["drain", "api", "--worker", "2", "--extend", "1000"]), 1);
  });

  it("cuts a drain, and lists the request that it cost", async () => {
    const { slow, reload } = await reloadWhileSlow();
    const cut = await world.run(["drain", "api", "--worker", "1", "--cut"]);
    assertCode(cut, 0);
    assert.equal(cut.stdout, "✔ api: worker 1 · gen 1 is cut off\n");
    await assert.rejects(slow);
    const result = await reload.ended;
    assertCode(result, 0);
    assert.doesNotMatch(result.stdout, /0 dropped/);
    assert.match(result.stdout, /^ {2}1 request cut off/m);
    assert.match(result.stdout, /requests cut off, with their age:\n {4}GET \/slow · .* · worker 1 · gen 1\n/);
  });

  it("carries what was cut off in the report as JSON", async () => {
    const { reload } = await reloadWhileSlow("--json");
    assertCode(await world.run(["drain", "api", "--worker", "1", "--cut"]), 0);
    const result = await reload.ended;
    assertCode(result, 0);
    const report = v.parse(renewOutputSchema, JSON.parse(result.stdout));
    assert.deepEqual([report.outcome, report.traffic?.failed, report.traffic?.cut], ["completed", 1, 0]);
    assert.deepEqual(
      report.cutRequests?.map(({ worker, method, url }) => [worker, method, url]),
      [[1, "GET", "/slow"]],
    );
    assert.ok(report.drainedMs !== undefined && report.readyMs !== undefined);
  });

  it("shows where a worker that does not respond is stuck", async () => {
    await start("--unresponsive-after", "300");
    // Whether a stack can be taken is known from the first heartbeat on, which also tells the memory.
    await statusUntil(({ memory }) => memory !== undefined);
    const spinning = fetch(`${url}/spin`).then((response) => response.text());
    spinning.catch(() => undefined);
    const stuck = await statusUntil(({ stuckAt }) => stuckAt !== undefined);
    assert.deepEqual([stuck.health, stuck.stuckAt?.[0]?.function], ["unresponsive", "spin"]);
    assert.match(
      (await world.run(["status", "api"])).stdout,
      /^worker 1 · gen 1 does not respond · stuck in spin \(.*server\.js:\d+\)$/m,
    );
    assert.match((await world.run(["list"])).stdout, /^api {3}running, 1 unresponsive /m);
    assertCode(await world.run(["kill", "api", "--worker", "1"]), 0);
    await assert.rejects(spinning);
  });
});
