import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FleetCheckOutput, FleetPlanOutput } from "../../../src/shared/cliOutput.ts";
import type { FleetRun } from "../../../src/shared/machines/fleetRun.ts";
import { noMachinesBecause } from "../../support/process/sshMachines.ts";
import { poll } from "../../support/process/until.ts";
import { assertCode } from "../cli/hitless.ts";
import { type FleetWorld, names, openFleetWorld, stepsOf } from "./fleetWorld.ts";

const reason = noMachinesBecause();

(reason === undefined ? describe : describe.skip)(
  `a fleet of three machines${reason === undefined ? "" : ` (skipped: ${reason})`}`,
  () => {
    let scene: FleetWorld;
    const run: FleetWorld["run"] = (words) => scene.run(words);
    const fleet: FleetWorld["fleet"] = (...given) => scene.fleet(...given);
    const folder: FleetWorld["folder"] = (name) => scene.folder(name);
    const machine: FleetWorld["machine"] = (name) => scene.machine(name);
    const releases = () => scene.releases();
    const last = () => scene.last();

    before(async () => {
      scene = await openFleetWorld();
    });

    beforeEach(() => scene.reset());

    after(() => scene?.end());

    it("is planned without a touch", async () => {
      const planned = await run(["fleet", "reload", "shop", "--dry-run"]);
      assertCode(planned, 0);
      assert.match(
        planned.stdout,
        /1\. web1\n {2}2\. web2\n {2}3\. web3\n {2}each: run node deploy\.js v1 · reload · ask/,
      );
      assert.deepEqual(await releases(), ["v0", "v0", "v0"]);
    });

    it("is checked, with what its apps say of idle connections", async () => {
      const checked = await run(["fleet", "check", "shop"]);
      // It is only reloaded.
      assertCode(checked, 0);
      assert.match(checked.stdout, /! A restart would be refused: .* Set pause to more than 10000 ms/);
      assert.match(
        checked.stdout,
        /· web2: idle connections are closed after 1m 11s at \S+:\d+ \(keepAliveTimeout 70000 ms\), read from worker 1/,
      );
      const { keepAlive } = JSON.parse((await run(["fleet", "check", "shop", "--json"])).stdout);
      assert.deepEqual(
        keepAlive.map(({ machine: name, worker, servers: [one] }: FleetCheckOutput["keepAlive"][number]) => [
          name,
          worker,
          one?.idleMs,
        ]),
        [
          ["web1", 1, 6_000],
          ["web2", 1, 71_000],
          ["web3", 1, 6_000],
        ],
      );
    });

    it("is reloaded one after the other, each deployed and verified, and remembers it", async () => {
      const done = await run(["fleet", "reload", "shop", "--json"]);
      assertCode(done, 0);
      const report: FleetRun = JSON.parse(done.stdout);
      assert.equal(report.outcome, "completed");
      assert.deepEqual(stepsOf(report), ["done", "done", "done"]);
      assert.deepEqual(
        report.machines.map(({ report: renewal }) => renewal?.outcome),
        ["completed", "completed", "completed"],
      );
      assert.deepEqual(await releases(), ["v1", "v1", "v1"]);
      // Once each before anything is touched, twice each to verify, and once each when it is over.
      assert.equal(scene.asked, 3 + 6 + 3);
      assert.deepEqual(
        report.machines.map(({ verified, workers }) => [verified, workers]),
        names.map(() => [true, { ready: 1, desired: 1 }]),
      );
      const { session, outcome } = await last();
      assert.deepEqual([session, outcome], [report.session, "completed"]);
      const history = JSON.parse((await run(["fleet", "history", "shop", "--json"])).stdout);
      assert.equal(history.runs.length, 1);
    });

    it("stops at a bad release: the machine before it stays, it serves on itself, the last is not touched", async () => {
      const [, two, three] = await releases();
      fleet({ deploy: ["node", "deploy.js", "bad@web2"] });
      const failed = await run(["fleet", "reload", "shop"]);
      assertCode(failed, 1);
      assert.match(failed.stdout, /shop stopped at web2/);
      assert.match(failed.stdout, /broken release/);
      assert.match(failed.stdout, /web3 +not touched/);
      assert.match(failed.stderr, /web2 │ deploying bad@web2/);
      assert.deepEqual(await releases(), ["good", two, three]);
      const { machines } = await last();
      assert.deepEqual(
        machines.map(({ renewed }) => renewed),
        [true, false, false],
      );
    });

    it("goes back from the last to the first when it is told to", async () => {
      const [, two, three] = await releases();
      fleet({ deploy: ["node", "deploy.js", "bad@web2"], onFailure: "rollback" });
      const failed = await run(["fleet", "reload", "shop", "--json"]);
      assertCode(failed, 1);
      const report: FleetRun = JSON.parse(failed.stdout);
      assert.equal(report.outcome, "rolledBack");
      assert.deepEqual(stepsOf(report), ["rolledBack", "rolledBack", "waiting"]);
      assert.deepEqual(await releases(), ["before", two, three]);
      assert.equal(readFileSync(join(folder("web2"), "release"), "utf8"), "before");
    });

    it("stops where a command fails, or a machine does not verify", async () => {
      fleet({ deploy: ["node", "deploy.js", "exit@web1"] });
      const failed = await run(["fleet", "reload", "shop"]);
      assertCode(failed, 1);
      assert.match(failed.stdout, /node deploy\.js exit@web1 ended with exit code 7 on web1/);
      assert.match(failed.stdout, /no space for the release/);
      fleet({ deploy: ["node", "deploy.js", "v2"] });
      // Three looks before anything is touched, and the second question to web1 is answered otherwise.
      scene.asked = 0;
      scene.healthStatus = (time) => (time === 5 ? 503 : 200);
      const unwell = await run(["fleet", "reload", "shop", "--json"]);
      assertCode(unwell, 1);
      const report: FleetRun = JSON.parse(unwell.stdout);
      assert.deepEqual(stepsOf(report), ["failed", "waiting", "waiting"]);
      assert.equal(report.machines[0]?.failedAt, "verifying");
      assert.match(report.reason ?? "", /does not answer 200 on web1, but 503/);
    });

    it("goes back on what the stopped run touched, and on all only when asked", async () => {
      fleet({ rollback: ["node", "deploy.js", "v1"] });
      const [, two, three] = await releases();
      const plan = await run(["fleet", "rollback", "shop", "--dry-run"]);
      assertCode(plan, 0);
      assert.match(
        plan.stdout,
        /1\. web1\n {2}– {2}web2 is left out: the last renewal did not touch it\n {2}– {2}web3/,
      );
      const back = await scene.report(0, "rollback", "shop");
      assert.deepEqual(stepsOf(back), ["done"]);
      assert.deepEqual(await releases(), ["v1", two, three]);
      const again = await run(["fleet", "rollback", "shop"]);
      assertCode(again, 1);
      assert.match(again.stderr, /There is nothing to go back on: .* --all-machines goes back on all of them/);
      assertCode(await run(["fleet", "rollback", "shop", "--all-machines"]), 2);
      const all = await scene.report(0, "rollback", "shop", "--all-machines", "--yes");
      assert.deepEqual(
        all.machines.map(({ name }) => name),
        ["web3", "web2", "web1"],
      );
      assert.deepEqual(await releases(), ["v1", "v1", "v1"]);
    });

    it("takes the mended release to a machine that does not verify, first, while others serve", async () => {
      fleet({ deploy: ["node", "deploy.js", "v2"] });
      // As long as it runs what it has; the others are asked at the same time, and answer.
      scene.healthStatus = (time) => (time === 2 ? 500 : 200);
      const plan = await run(["fleet", "reload", "shop", "--dry-run", "--json"]);
      assertCode(plan, 0);
      const { groups, problems }: FleetPlanOutput = JSON.parse(plan.stdout);
      const [ill = ""] = groups.flat();
      const said = problems.map(({ message }) => message).join("\n");
      assert.ok(said.includes(`does not answer 200 on ${ill} before anything was changed, but 500.`), said);
      assert.ok(said.includes(`${ill} is renewed first, and does not count as serving before.`), said);
      scene.asked = 0;
      const mended = await scene.report(0, "reload", "shop");
      assert.deepEqual(stepsOf(mended), ["done", "done", "done"]);
      scene.healthStatus = () => 500;
      const none = await run(["fleet", "reload", "shop"]);
      assertCode(none, 1);
      assert.match(none.stderr, /Only 0 of 3 machines serve/);
      assert.deepEqual(await releases(), ["v2", "v2", "v2"]);
    });

    it("refuses a second person by name, survives a killed command line, and is taken over", async () => {
      const [, two, three] = await releases();
      fleet({ deploy: ["node", "deploy.js", "hold@web2"] });
      const first = scene.world.start(["fleet", "reload", "shop"], { env: scene.lab.env });
      await poll("web2 is being deployed", () => existsSync(join(folder("web2"), "holding")));
      const second = await run(["fleet", "reload", "shop"]);
      assertCode(second, 1);
      assert.match(second.stderr, /web1: \S+@\S+ is busy with shop since .* \(reload of the fleet shop\)/);
      const busy = await run(["fleet", "status", "shop"]);
      assert.match(busy.stdout, /is busy with it: reload since/);
      const planned = await run(["fleet", "reload", "shop", "--dry-run"]);
      assertCode(planned, 1);
      assert.match(
        planned.stderr,
        /\S+@\S+ is busy with it: reload since .*; nobody else can begin before that has ended/,
      );
      first.child.kill("SIGKILL");
      await first.ended;
      assert.deepEqual(await releases(), ["good", two, three]);
      await scene.untilForsaken();
      const died = await run(["fleet", "status", "shop"]);
      assert.match(died.stdout, /died on the way: it stopped at web2, while deploying/);
      fleet({ deploy: ["node", "deploy.js", "v3"] });
      const over = await run(["fleet", "reload", "shop"]);
      assertCode(over, 0);
      assert.match(over.stderr, /died on the way and left its lock on web1, web2, web3; it is taken over/);
      assert.deepEqual(await releases(), ["v3", "v3", "v3"]);
    });

    it("ends between two machines when it is interrupted", async () => {
      const [, two, three] = await releases();
      fleet({ deploy: ["node", "deploy.js", "hold@web1"] });
      const interrupted = scene.world.start(["fleet", "reload", "shop", "--json"], { env: scene.lab.env });
      await poll("web1 is being deployed", () => existsSync(join(folder("web1"), "holding")));
      interrupted.child.kill("SIGINT");
      await interrupted.until("stderr", /It ends when the machines that are under way are done/);
      writeFileSync(join(folder("web1"), "go"), "");
      const ended = await interrupted.ended;
      assertCode(ended, 1);
      const report: FleetRun = JSON.parse(ended.stdout);
      assert.equal(report.outcome, "cancelled");
      assert.deepEqual(stepsOf(report), ["done", "waiting", "waiting"]);
      assert.deepEqual(await releases(), ["hold", two, three]);
    });

    it("is restarted only out of its balancer, or with a pause that is long enough", async () => {
      fleet({ deploy: undefined });
      const refused = await run(["fleet", "restart", "shop"]);
      assertCode(refused, 1);
      assert.match(refused.stderr, /Nothing was touched, since this is in the way:/);
      assert.match(refused.stderr, /Set pause to more than 10000 ms/);
      const record = join(scene.world.folder, "balancer");
      const tell = [
        "node",
        "-e",
        "fs.appendFileSync(process.argv[1], process.argv.slice(2).join(' ') + '\\n')",
        record,
      ];
      fleet({
        deploy: undefined,
        balancer: {
          kind: "commands",
          drain: [...tell, "drain", "{machine}"],
          undrain: [...tell, "undrain", "{machine}"],
        },
      });
      const restarted = await run(["fleet", "restart", "shop", "--json"]);
      assertCode(restarted, 0);
      const told = names.flatMap((name) => [`drain ${name}`, `undrain ${name}`]);

      assert.deepEqual(readFileSync(record, "utf8").trim().split("\n"), told);
    });

    it("stops at a machine that dies in the middle, and touches no other", async () => {
      fleet({ deploy: ["node", "deploy.js", "hold@web2"] });
      const reloading = scene.world.start(["fleet", "reload", "shop", "--json"], { env: scene.lab.env });
      await poll("web2 is being deployed", () => existsSync(join(folder("web2"), "holding")));
      await machine("web2").cutOff();
      const ended = await reloading.ended;
      await machine("web2").start();
      assertCode(ended, 1);
      const report: FleetRun = JSON.parse(ended.stdout);
      assert.deepEqual(stepsOf(report), ["done", "failed", "waiting"]);
      assert.match(report.reason ?? "", /The connection to web2 was lost/);
    });

    it("is not touched when a machine is missing, or when too few serve", async () => {
      await machine("web3").cutOff();
      const refused = await run(["fleet", "reload", "shop"]);
      await machine("web3").start();
      assertCode(refused, 1);
      assert.match(refused.stderr, /Nothing was touched, since this is in the way:\n.*web3 \(web3\) can't be reached/);
      for (const name of ["web1", "web2"]) {
        assertCode(await run(["stop", "shop", "--on", name]), 0);
      }
      const alone = await run(["fleet", "reload", "shop"]);
      assertCode(alone, 1);
      assert.match(alone.stderr, /Only 1 of 3 machines serve, and the last one that does is never touched/);
      assert.match(alone.stderr, /web1 runs no app "shop"/);
    });
  },
);
