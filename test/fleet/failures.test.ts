import assert from "node:assert/strict";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FleetRun } from "../../src/shared/machines/fleetRun.ts";
import type { Lab } from "../support/lab/lab.ts";
import { labFleets, shownRun } from "../support/lab/labFleet.ts";
import { killInside } from "../support/lab/labNode.ts";
import { assertUnnoticed, describeLab, type LabScene } from "../support/lab/labScene.ts";
import { poll } from "../support/process/until.ts";

/** Brings the release that `../release` names, and a bad one on the machine that `../bad` names. */
const deployScript = `set -e
cp version.txt version.before
cp server.js server.before
cp ../release version.txt
if [ "$(cat ../bad 2>/dev/null)" = "$(hostname)" ]; then echo 'throw new Error("a bad release")' > server.js; fi
while [ "$(cat ../slow 2>/dev/null)" = "$(hostname)" ]; do sleep 0.2; done
`;

const backScript = `set -e
mv server.before server.js
mv version.before version.txt
`;

function fleetsOf(lab: Lab) {
  writeFileSync(join(lab.folder, "deploy.sh"), deployScript);
  writeFileSync(join(lab.folder, "back.sh"), backScript);
  const sh = (name: string) => ["sh", join(lab.folder, name)];
  const usual = { deploy: sh("deploy.sh"), rollback: sh("back.sh"), verify: { url: "http://127.0.0.1:3000/" } };
  return labFleets(lab, { stops: usual, goesBack: { ...usual, onFailure: "rollback" } });
}

/** Files beside the apps, which the scripts look at. */
function tell(lab: Lab, facts: Readonly<Record<"release" | "bad" | "slow", string>>): void {
  for (const [name, text] of Object.entries(facts)) {
    writeFileSync(join(lab.folder, "apps", name), text);
  }
}

/** What each machine answers on its own address. */
async function releasesOf({ lab }: LabScene): Promise<string[]> {
  const answers = await Promise.all(
    lab.machines.map(async ({ address }) => {
      const ask = `fetch("http://${address}:3000/").then((answer) => answer.json()).then(({ version }) => process.stdout.write(version))`;
      return (await lab.laptop.run([process.execPath, "-e", ask])).stdout;
    }),
  );
  return answers;
}

describeLab("a fleet whose release fails on the second machine", {}, (scene) => {
  it("stops there, and no client notices", async () => {
    const { lab } = scene;
    const fleets = fleetsOf(lab);
    const clients = [await scene.load(lab.nginx), await scene.load(lab.haproxy)];
    tell(lab, { release: "good", bad: "", slow: "" });
    assert.equal((await fleets.report("reload", "stops")).run.outcome, "completed");
    tell(lab, { release: "new", bad: "web2", slow: "" });
    const { code, run } = await fleets.report("reload", "stops");
    assert.deepEqual([code, run.outcome], [1, "failed"]);
    assert.equal(shownRun(run), "web1 done, web2 failed at renewing, web3 waiting");
    assert.match(`${run.reason} ${run.machines[1]?.detail?.join(" ")}`, /a bad release/);
    assert.deepEqual(await releasesOf(scene), ["new", "good", "good"]);
    for (const client of clients) {
      await client.until("new", 50);
      assertUnnoticed(await client.stop(), 100);
    }
    // The release is mended, and the next run brings it everywhere.
    await lab.machines[1]?.must(["cp", join(lab.appFolder("web1"), "server.js"), lab.appFolder("web2")]);
    tell(lab, { release: "mended", bad: "", slow: "" });
    assert.equal((await fleets.report("reload", "stops")).run.outcome, "completed");
    assert.deepEqual(await releasesOf(scene), ["mended", "mended", "mended"]);
  });

  it("goes back where it is to, and no client notices", async () => {
    const { lab } = scene;
    const fleets = fleetsOf(lab);
    tell(lab, { release: "good", bad: "", slow: "" });
    assert.equal((await fleets.report("reload", "goesBack")).run.outcome, "completed");
    const clients = [await scene.load(lab.nginx), await scene.load(lab.haproxy)];
    tell(lab, { release: "new", bad: "web2", slow: "" });
    const { code, run } = await fleets.report("reload", "goesBack");
    assert.deepEqual([code, run.outcome], [1, "rolledBack"], JSON.stringify(run, undefined, 1));
    assert.equal(shownRun(run), "web1 rolledBack, web2 rolledBack at renewing, web3 waiting");
    assert.deepEqual(await releasesOf(scene), ["good", "good", "good"]);
    for (const client of clients) {
      await client.until("good", 50);
      assertUnnoticed(await client.stop(), 100);
    }
    assert.ok(!existsSync(join(lab.appFolder("web2"), "server.before")), "the script for going back ran there too");
  });
});

describeLab("a fleet in the middle of its release", {}, (scene) => {
  afterEach(() => rmSync(join(scene.lab.folder, "apps", "slow"), { force: true }));

  it("serves on when the command line is killed, and tells where it stopped", async () => {
    const { lab } = scene;
    const fleets = fleetsOf(lab);
    tell(lab, { release: "base", bad: "", slow: "" });
    await fleets.report("reload", "stops");
    const client = await scene.load(lab.nginx);
    tell(lab, { release: "half", bad: "", slow: "web2" });
    const { child, ended, output } = fleets.start("reload", "stops");
    await client.until("half", 50);
    await poll(
      () => `web2 deploys (${output()})`,
      () => output().includes("web2 │ deploying"),
    );
    killInside(child);
    await ended;
    assert.deepEqual(await releasesOf(scene), ["half", "base", "base"], output());
    const { stdout } = await fleets.run("status", "stops", "--json");
    const { last } = JSON.parse(stdout) as { last: FleetRun };
    assert.equal(shownRun(last), "web1 done, web2 deploying, web3 waiting");
    tell(lab, { release: "whole", bad: "", slow: "" });
    assert.equal((await fleets.report("reload", "stops")).run.outcome, "completed");
    await client.until("whole", 50);
    assertUnnoticed(await client.stop(), 100);
  });

  it("refuses a second person, by the name of the first and since when", async () => {
    const { lab } = scene;
    const fleets = fleetsOf(lab);
    tell(lab, { release: "one", bad: "", slow: "web1" });
    const first = fleets.start("reload", "stops");
    await poll(
      () => `web1 deploys (${first.output()})`,
      () => first.output().includes("web1 │ deploying"),
    );
    const second = await fleets.run("reload", "stops");
    assert.equal(second.code, 1);
    assert.match(second.stdout + second.stderr, /root@laptop/);
    tell(lab, { release: "one", bad: "", slow: "" });
    assert.equal(await first.ended, 0, first.output());
    assert.deepEqual(await releasesOf(scene), ["one", "one", "one"]);
  });
});

describeLab("a machine that dies in the middle of a release", { own: true }, (scene) => {
  it("stops the fleet, which says so, and takes along what it was answering", async function () {
    this.timeout(240_000);
    const { lab } = scene;
    const connections = 20;
    const fleets = fleetsOf(lab);
    const clients = [await scene.load(lab.nginx, { connections }), await scene.load(lab.haproxy, { connections })];
    tell(lab, { release: "new", bad: "", slow: "web2" });
    const { ended, output } = fleets.start("reload", "stops");
    await poll(
      () => `web2 deploys (${output()})`,
      () => output().includes("web2 │ deploying"),
    );
    await lab.machines[1]?.die();
    assert.equal(await ended, 1);
    assert.match(output(), /The connection to web2 was lost/);
    for (const client of clients) {
      await client.until("new", 200);
      // Each connection may have lost the one request that was at the machine, and none that came later.
      const { failed, failures } = await client.stop();
      assert.ok(failed <= connections, `${failed} failed: ${failures.join("; ")}`);
    }
    const { code, stdout } = await fleets.run("status", "stops", "--json");
    assert.equal(code, 1);
    const { last, machines } = JSON.parse(stdout) as {
      last: FleetRun;
      machines: { name: string; reachable: boolean }[];
    };
    assert.equal(shownRun(last), "web1 done, web2 failed at deploying, web3 waiting");
    assert.deepEqual(
      machines.map(({ reachable }) => reachable),
      [true, false, true],
    );
  });
});
