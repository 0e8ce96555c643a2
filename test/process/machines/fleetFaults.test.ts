import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FleetRun } from "../../../src/shared/machines/fleetRun.ts";
import { noMachinesBecause } from "../../support/process/sshMachines.ts";
import { poll } from "../../support/process/until.ts";
import { assertCode, type CliRun } from "../cli/hitless.ts";
import { type FleetWorld, names, openFleetWorld, stepsOf } from "./fleetWorld.ts";

const reason = noMachinesBecause();

(reason === undefined ? describe : describe.skip)(
  `a fleet in which things go wrong${reason === undefined ? "" : ` (skipped: ${reason})`}`,
  () => {
    let scene: FleetWorld;

    before(async () => {
      scene = await openFleetWorld();
    });

    beforeEach(() => scene.reset());

    after(() => scene?.end());

    /** Starts a run whose machines wait in their deploy command until they are let go. */
    async function held(changes: object, ...waiting: readonly string[]): Promise<CliRun> {
      scene.fleet({ deploy: ["node", "deploy.js", "hold"], ...changes });
      const run = scene.world.start(["fleet", "reload", "shop", "--json"], { env: scene.lab.env });
      await poll(`${waiting.join(", ")} are being deployed`, () =>
        waiting.every((name) => existsSync(join(scene.folder(name), "holding"))),
      );
      return run;
    }

    const letGo = (name: string): void => writeFileSync(join(scene.folder(name), "go"), "");

    it("renews as many at once as it says, and ends behind them when it is cancelled", async () => {
      const run = await held({ atOnce: 2 }, "web1", "web2");
      assert.ok(!existsSync(join(scene.folder("web3"), "holding")), "the third waits for the first two");
      run.child.kill("SIGINT");
      await run.until("stderr", /It ends when the machines that are under way are done/);
      letGo("web1");
      letGo("web2");
      const ended = await run.ended;
      assertCode(ended, 1);
      const report: FleetRun = JSON.parse(ended.stdout);
      assert.equal(report.outcome, "cancelled");
      assert.deepEqual(stepsOf(report), ["done", "done", "waiting"]);
    });

    it("never renews all at once", async () => {
      scene.fleet({ atOnce: 3 });
      const refused = await scene.run(["fleet", "reload", "shop"]);
      assertCode(refused, 2);
      assert.match(refused.stderr, /fleets\.shop\.atOnce must be less than 3, the number of machines/);
    });

    it("lets the other one of two at once come to its end when one fails, and touches no third", async () => {
      scene.fleet({ atOnce: 2, deploy: ["node", "deploy.js", "exit@web1"] });
      const stopped = await scene.report(1, "reload", "shop");
      assert.deepEqual(stepsOf(stopped), ["failed", "done", "waiting"]);
      assert.match(stopped.reason ?? "", /ended with exit code 7 on web1/);
      scene.fleet({ atOnce: 2, deploy: ["node", "deploy.js", "bad@web2"], onFailure: "rollback" });
      const back = await scene.report(1, "reload", "shop");
      assert.equal(back.outcome, "rolledBack");
      assert.deepEqual(stepsOf(back), ["rolledBack", "rolledBack", "waiting"]);
      assert.deepEqual((await scene.releases()).slice(0, 1), ["before"]);
    });

    it("does not go on when a worker dies while it is watched", async () => {
      const { verify } = JSON.parse(readFileSync(join(scene.world.folder, "hitless.json"), "utf8")).fleets.shop;
      scene.fleet({ deploy: ["node", "deploy.js", "dies"], verify: { ...verify, times: 1, watch: 20_000 } });
      // It is asked on each machine before anything is touched, and then where it was renewed.
      scene.healthStatus = (time) => {
        if (time === names.length + 1) {
          writeFileSync(join(scene.folder("web1"), "die"), "");
        }
        return 200;
      };
      const report = await scene.report(1, "reload", "shop");
      assert.deepEqual(stepsOf(report), ["failed", "waiting", "waiting"]);
      assert.equal(report.machines[0]?.failedAt, "verifying");
      assert.match(report.reason ?? "", /shop did not stay up on web1/);
    });

    it("ends a deploy command that hangs, and shows all of one that says much", async () => {
      const hangs = "process.on('SIGTERM', () => {}); console.log('waiting for a lock'); setInterval(() => {}, 1e6)";
      scene.fleet({ deploy: ["node", "-e", hangs], commandTimeout: 3_000 });
      const report = await scene.report(1, "reload", "shop");
      assert.match(report.reason ?? "", /did not end within 3000 ms \(commandTimeout\) on web1, and was ended\.$/);
      assert.deepEqual(report.machines[0]?.detail, ["waiting for a lock"]);
      const much =
        "for (let i = 1; i <= 20000; i += 1) console.log('line ' + i); process.stdout.write('1%\\r99%\\rend')";
      scene.fleet({ deploy: ["node", "-e", much] });
      const loud = await scene.run(["fleet", "reload", "shop"]);
      assertCode(loud, 0);
      const lines = loud.stderr.split("\n").filter((line) => /^web2 │ (?:line \d+|end)$/.test(line));
      assert.equal(lines.length, 20_001);
      assert.equal(lines.at(-1), "web2 │ end");
    });

    it("tells how far it was when its command line dies between a deploy and the end of the renewal", async () => {
      const [before = ""] = await scene.releases();
      scene.fleet({ deploy: ["node", "deploy.js", "late"] });
      const run = scene.world.start(["fleet", "reload", "shop"], { env: scene.lab.env });
      await run.until("stderr", /web1 │ renewing/);
      run.child.kill("SIGKILL");
      await run.ended;
      await scene.untilForsaken();
      letGo("web1");
      // The renewal was asked for or not; it serves either way.
      const [first = ""] = await scene.releases();
      const { stdout } = await scene.run(["fleet", "status", "shop"]);
      assert.match(stdout, /died on the way: it stopped at web1, while (?:deploying|renewing)/);
      assert.ok(["late", before].includes(first), first);
      scene.fleet({ deploy: ["node", "deploy.js", "after"] });
      await poll(
        "what was begun there has ended, and the next run goes on",
        async () => (await scene.run(["fleet", "reload", "shop"])).code === 0,
      );
      assert.deepEqual(await scene.releases(), ["after", "after", "after"]);
    });

    it("takes machines out of a balancer whose machine has no Hitless", async () => {
      const record = join(scene.world.folder, "balancer");
      const tell = ["sh", "-c", `echo "$1" >> '${record}'`, "sh"];
      const balancer = {
        kind: "commands",
        machine: "lb",
        drain: [...tell, "out {machine}"],
        undrain: [...tell, "in {machine}"],
      };
      scene.fleet({ deploy: undefined, balancer }, { lb: { ssh: "web3", hitless: "/nowhere/hitless" } });
      await scene.report(0, "restart", "shop");
      const told = names.flatMap((name) => [`out ${name}`, `in ${name}`]);
      assert.deepEqual(readFileSync(record, "utf8").trim().split("\n"), told);
    });

    it("is refused when two names are one machine", async () => {
      scene.fleet({ machines: ["web1", "twin"] }, { twin: "web1" });
      const refused = await scene.run(["fleet", "reload", "shop"]);
      assertCode(refused, 1);
      assert.match(refused.stderr, /web1 and twin are the same machine, with the same app; name it once/);
    });

    it("goes back without a machine that is gone, once it is left out", async () => {
      await scene.machine("web3").cutOff();
      const refused = await scene.run(["fleet", "rollback", "shop"]);
      assertCode(refused, 1);
      assert.match(
        refused.stderr,
        /web3 \(web3\) can't be reached[\s\S]*To go on without what is away: --without web3/,
      );
      const back = await scene.report(0, "rollback", "shop", "--without", "web3", "--all-machines", "--yes");
      assert.deepEqual(
        back.machines.map(({ name, step }) => `${name} ${step}`),
        ["web2 done", "web1 done"],
      );
      await scene.machine("web3").start();
    });

    it("goes back on the others when one is gone meanwhile, and says what is not known", async () => {
      const run = await held({ onFailure: "rollback" }, "web1");
      letGo("web1");
      await poll("web2 is being deployed", () => existsSync(join(scene.folder("web2"), "holding")));
      await scene.machine("web1").cutOff();
      writeFileSync(join(scene.folder("web2"), "fail"), "");
      const ended = await run.ended;
      await scene.machine("web1").start();
      assertCode(ended, 1);
      const report: FleetRun = JSON.parse(ended.stdout);
      assert.equal(report.outcome, "failed");
      assert.deepEqual(stepsOf(report), ["failed", "rolledBack", "waiting"]);
      assert.match(report.machines[0]?.reason ?? "", /It could not be rolled back: The connection to web1 was lost/);
      assert.deepEqual(
        report.machines.map(({ serves }) => serves),
        [undefined, true, true],
      );
    });
  },
);
