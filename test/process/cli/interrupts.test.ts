import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { processesWithEnvironment } from "../../support/process/processes.ts";
import { onPosix } from "../../support/process/scene.ts";
import { poll } from "../../support/process/until.ts";
import { assertCode, type CliWorld, openCliWorld, plainServer, readyPattern } from "./hitless.ts";

describe("a signal to hitless", () => {
  let world: CliWorld;

  beforeEach(() => {
    world = openCliWorld();
  });

  afterEach(() => world.end());

  /** As a start of the same app leaves it that has not ended. */
  const holdLock = (name: string): void => {
    const key = createHash("sha256").update(`${world.folder}\n${name}`).digest("hex").slice(0, 16);
    writeFileSync(join(world.runtime, `${key}.held.lock`), String(process.pid));
  };

  onPosix("ends a start that waits for another one, and nothing is started after it", async () => {
    world.write({ "server.js": plainServer });
    holdLock("api");
    const run = world.start(["start", "server.js", "--name", "api"]);
    await run.until("stderr", /^hitless waiting for another start of api to end · [\d.]+ s$/m);
    run.child.kill("SIGINT");
    const { code, signal } = await run.ended;
    assert.deepEqual({ code, signal }, { code: null, signal: "SIGINT" });
    assert.equal((await world.run(["list", "--json"])).stdout, "[]\n");
  });

  for (const signals of [["SIGINT"], ["SIGINT", "SIGTERM", "SIGINT"]] as const) {
    onPosix(`takes along what a start has just spawned, ${signals.length} of them`, async () => {
      // Whoever of the app is not told to end would live on for the supervisor's grace period.
      world.write({ "server.js": plainServer });
      const env = { TEST_STAGE: world.folder };
      const run = world.start(["start", "server.js", "--name", "api", "--workers", "2"], { env });
      await poll("a supervisor is spawned", () => readdirSync(world.runtime).some((name) => name.endsWith(".log")));
      for (const signal of signals) {
        run.child.kill(signal);
        // Several that are the same at a time are one.
        await new Promise((resolve) => setImmediate(resolve));
      }
      const { code } = await run.ended;
      assert.ok(code === null || code > 0, String(code));
      await poll(
        "nothing of it is left",
        async () => (await processesWithEnvironment(world.folder)).length === 0,
        6_000,
      );
    });
  }

  onPosix("ends it whatever it is at when the third one comes", async () => {
    world.write({ "server.js": plainServer });
    const run = world.start(["start", "server.js", "--name", "api"]);
    const [, , , , , pid] = await run.until("stderr", readyPattern);
    process.kill(Number(pid), "SIGSTOP");
    try {
      run.child.kill("SIGINT");
      await run.until("stderr", /^hitless stopping · 2 workers left/m);
      run.child.kill("SIGTERM");
      run.child.kill("SIGINT");
      assert.ok([130, 143].includes((await run.ended).code ?? 0));
    } finally {
      process.kill(Number(pid), "SIGCONT");
    }
  });

  onPosix("leaves a stop whose supervisor does not answer when the second one comes", async () => {
    world.write({ "server.js": plainServer });
    const started = await world.run(["start", "server.js", "--name", "api", "--detach"]);
    const pid = Number(readyPattern.exec(started.stderr)?.[5]);
    const run = world.start(["stop", "api"]);
    process.kill(pid, "SIGSTOP");
    try {
      await run.until("stderr", /^hitless (?:stopping api|waiting for the supervisor of api) .* · [\d.]+ s$/m);
      run.child.kill("SIGINT");
      run.child.kill("SIGTERM");
      const { code, signal } = await run.ended;
      assert.ok(code === 143 || code === 130 || signal !== null, `${code} ${signal}`);
    } finally {
      process.kill(pid, "SIGCONT");
    }
  });

  it("is not needed to end two stops at a time: both say that it is done, or that nothing runs", async () => {
    world.write({ "server.js": plainServer });
    for (let round = 0; round < 3; round += 1) {
      assertCode(await world.run(["start", "server.js", "--name", "api", "--detach"]), 0);
      const stops = await Promise.all([1, 2, 3, 4].map(() => world.run(["stop", "api"])));
      assert.ok(stops.some(({ code }) => code === 0));
      for (const { code, stdout, stderr } of stops) {
        assert.match(`${stdout}${stderr}`, code === 0 ? /^✔ api stopped\n$/ : /^✖ No app "api" runs\. /);
      }
    }
  });

  it("is not what a stop that is to be at once speaks of as being late", async () => {
    world.write({ "server.js": plainServer });
    assertCode(await world.run(["start", "server.js", "--name", "api", "--detach", "--workers", "1"]), 0);
    const { stdout } = await world.run(["stop", "api", "--now"]);
    assert.equal(stdout, "✔ api stopped\n  1 worker was killed\n");
  });
});
