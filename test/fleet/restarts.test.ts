import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Balancer } from "../../src/client/balancers/balancer.ts";
import { checkBalancer } from "../../src/client/balancers/checkBalancer.ts";
import { createBalancer } from "../../src/client/balancers/createBalancer.ts";
import type { BalancerSettings } from "../../src/shared/settings/balancerSettings.ts";
import { machines } from "../support/lab/lab.ts";
import { appPort } from "../support/lab/labFiles.ts";
import { labFleets } from "../support/lab/labFleet.ts";
import type { LabLoad } from "../support/lab/labLoad.ts";
import { killInside, type LabNode } from "../support/lab/labNode.ts";
import { assertUnnoticed, describeLab, type LabScene } from "../support/lab/labScene.ts";
import { poll } from "../support/process/until.ts";

const names = machines.map(({ name }) => name);
const include = "/etc/nginx/hitless/app.conf";
const nginxSettings = {
  kind: "nginx",
  include,
  servers: Object.fromEntries(machines.map(({ name, address }) => [name, `${address}:${appPort}`])),
} as const;
const haproxySettings = {
  kind: "haproxy",
  servers: Object.fromEntries(names.map((name) => [name, `app/${name}`])),
} as const;

/** Tells HAProxy by a program of the user's own, which the balancer has: perl. */
const tell = `my ($server, $state) = @ARGV;
my $s = IO::Socket::UNIX->new(Peer => "/run/haproxy/admin.sock") or die "$!\\n";
print $s "set server app/$server state $state\\n"; $s->flush; shutdown $s, 1; print while <$s>; sleep 3;`;

function facts(pauseMs: number, driver: BalancerSettings["kind"]) {
  return {
    machines: machines.map(({ name, address }) => ({ name, hosts: [address] })),
    pauseMs,
    driver,
    verifies: true,
  };
}

/** The driver, over the laptop's ssh. */
function driverOf(scene: LabScene, host: LabNode, settings: BalancerSettings, pauseMs = 0): Balancer {
  return createBalancer(settings, scene.lab.over(host.name), facts(pauseMs, settings.kind));
}

/** Restarts the app on all machines by the command line. */
async function restartAll({ lab }: LabScene, balancer: object, pause = 0): Promise<void> {
  for (const { name } of lab.machines) {
    lab.release(name, "restarted");
  }
  const fleets = labFleets(lab, { shop: { balancer, pause } });
  const { code, stdout, stderr } = await fleets.run("restart", "shop");
  assert.equal(code, 0, stdout + stderr);
}

async function assertNothingLost(load: LabLoad): Promise<void> {
  await load.until("restarted", 50);
  assertUnnoticed(await load.stop(), 100);
}

/** The machines are in a list of nginx that is Hitless's own. */
async function giveList({ lab }: LabScene, http?: string): Promise<string> {
  mkdirSync(join(lab.folder, "nginx", "hitless"), { recursive: true });
  const list = join(lab.folder, "nginx", "hitless", "app.conf");
  writeFileSync(list, machines.map(({ address }) => `server ${address}:${appPort};\n`).join(""));
  await lab.configureNginx(`include ${include};`, http);
  return list;
}

describeLab("machines that are restarted one after the other", {}, (scene) => {
  it("lose no request of clients that stay connected, when HAProxy is told", async () => {
    const load = await scene.load(scene.lab.haproxy);
    await restartAll(scene, { ...haproxySettings, machine: "lb-haproxy" });
    await assertNothingLost(load);
  });

  it("lose none though the command line is killed while one is out, which the next command puts back", async () => {
    const { lab } = scene;
    const load = await scene.load(lab.haproxy);
    for (const { name } of lab.machines) {
      lab.release(name, "restarted");
    }
    const fleets = labFleets(lab, { shop: { balancer: { ...haproxySettings, machine: "lb-haproxy" } } });
    const { child, ended, output } = fleets.start("restart", "shop");
    await poll(
      () => `web1 is out (${output()})`,
      () => /web1 +│ renewing/.test(output()),
      60_000,
    );
    killInside(child);
    await ended;
    const status = await fleets.run("status", "shop");
    assert.equal(status.code, 1);
    assert.match(status.stdout, /web1 was taken out of the balancer by root@laptop at .*, and not put back/);
    const check = await fleets.run("check", "shop");
    assert.match(check.stdout, /By hand: set server app\/web1 state ready/);
    await poll(
      () => "the next command goes on",
      async () => (await fleets.run("reload", "shop")).code === 0,
      60_000,
    );
    const { drained } = JSON.parse((await fleets.run("status", "shop", "--json")).stdout);
    assert.deepEqual(drained, []);
    assert.equal(await driverOf(scene, lab.haproxy, haproxySettings).isOut("web1"), false);
    await assertNothingLost(load);
  });

  it("lose none when the user's own commands tell", async () => {
    const load = await scene.load(scene.lab.haproxy);
    const [drain, undrain] = ["drain", "ready"].map((state) => [
      ...["perl", "-MIO::Socket::UNIX", "-e", tell, "{machine}", state],
    ]) as [string[], string[]];
    await restartAll(scene, { kind: "commands", machine: "lb-haproxy", drain, undrain });
    await assertNothingLost(load);
  });

  it("lose none of new connections when nginx is told, and it is refused unless resets are accepted", async () => {
    const { lab } = scene;
    const list = await giveList(scene);
    await assert.rejects(driverOf(scene, lab.nginx, nginxSettings).check(names), /keepalive_min_timeout/);
    const load = await scene.load(lab.nginx, { newcomers: true });
    await restartAll(scene, { ...nginxSettings, machine: "lb-nginx", acceptResets: true });
    await assertNothingLost(load);
    assert.doesNotMatch(readFileSync(list, "utf8"), /down/);
  });

  it("come back by themselves where the balancer has Hitless, when the command line is killed", async () => {
    const { lab } = scene;
    const list = await giveList(scene);
    const balancer = { ...nginxSettings, machine: "lb-nginx", acceptResets: true };
    const { child, ended, output } = labFleets(lab, { shop: { balancer } }).start("restart", "shop");
    await poll(
      () => `one is out (${output()})`,
      () => readFileSync(list, "utf8").includes(" down;"),
      60_000,
    );
    killInside(child);
    await ended;
    await poll(
      () => `it is back (${readFileSync(list, "utf8")})`,
      () => !readFileSync(list, "utf8").includes(" down;"),
    );
    const { drained } = JSON.parse(
      (await labFleets(lab, { shop: { balancer } }).run("status", "shop", "--json")).stdout,
    );
    assert.deepEqual(drained, []);
  });

  const newer = process.env.HITLESS_LAB_NGINX;
  const skipped =
    newer === undefined ? " (Debian's nginx has none: name one of 1.27.4 or newer in HITLESS_LAB_NGINX)" : "";
  (newer === undefined ? it.skip : it)(
    `lose none of clients that stay when nginx has keepalive_min_timeout${skipped}`,
    async () => {
      const { lab } = scene;
      const list = await giveList(scene, "keepalive_min_timeout 3s;");
      const load = await scene.load(lab.nginx);
      await restartAll(scene, { ...nginxSettings, machine: "lb-nginx" });
      await load.until("restarted", 50);
      const { requests, failed, failures } = await load.stop();
      // A reload asks each client to connect anew, which it is told with an answer (Connection: close).
      assert.deepEqual({ failed, failures }, { failed: 0, failures: [] });
      assert.ok(requests >= 100, `only ${requests} requests were asked`);
      assert.doesNotMatch(readFileSync(list, "utf8"), /down/);
    },
  );

  it("keep the list of servers that nginx has when it refuses another", async () => {
    const { lab } = scene;
    const list = join(lab.folder, "nginx", "hitless", "app.conf");
    const before = readFileSync(list, "utf8");
    const servers = { ...nginxSettings.servers, web1: `${nginxSettings.servers.web1} fail_timeout=never` };
    const driver = driverOf(scene, lab.nginx, { ...nginxSettings, servers, acceptResets: true });
    await assert.rejects(driver.drain("web2"), (error: { message: string; detail: readonly string[] }) => {
      assert.match(error.message, /nginx refuses the list/);
      assert.match(error.detail.join("\n"), /invalid parameter "fail_timeout=never"/);
      return true;
    });
    assert.equal(readFileSync(list, "utf8"), before);
    await lab.nginx.must(["nginx", "-t"]);
  });

  it("lose none when nobody tells nginx, if the pause is longer than fail_timeout", async () => {
    const { lab } = scene;
    await lab.configureNginx(machines.map(({ address }) => `server ${address}:${appPort} fail_timeout=1s;`).join(" "));
    const settings = { kind: "none", reads: "nginx" } as const;
    await assert.rejects(
      driverOf(scene, lab.nginx, settings, 1_000).check(names),
      /passes a restarted one over for 1000/,
    );
    const load = await scene.load(lab.nginx);
    await restartAll(scene, { ...settings, machine: "lb-nginx" }, 1_500);
    await assertNothingLost(load);
  });

  it("are judged by the configuration that the balancer has", async () => {
    const { lab } = scene;
    const find = async (host: LabNode, settings: BalancerSettings, pauseMs: number) => {
      const found = await checkBalancer(settings, lab.over(host.name), facts(pauseMs, settings.kind));
      return found.map(({ code, file, line }) => `${code} ${file}:${line}`);
    };
    const text = readFileSync(join(lab.folder, "nginx", "nginx.conf"), "utf8").split("\n");
    const line = text.findIndex((one) => one.includes("fail_timeout=1s")) + 1;
    const kept = newer === undefined ? [] : [`keepAliveTimeout /etc/nginx/nginx.conf:${line - 2}`];
    assert.deepEqual(await find(lab.nginx, { kind: "none", reads: "nginx" }, 500), [
      ...kept,
      `failTimeout /etc/nginx/nginx.conf:${line}`,
    ]);
    assert.deepEqual(await find(lab.nginx, { kind: "none", reads: "nginx" }, 5_000), kept);
    assert.deepEqual(await find(lab.haproxy, haproxySettings, 0), []);
  });
});
