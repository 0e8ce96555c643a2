import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { haproxyBalancer } from "../../src/client/balancers/drivers/haproxyBalancer.ts";
import { count } from "../../src/shared/text/count.ts";
import { ensureLabPrograms, type Lab, labObstacle, machines, openLab } from "../../test/support/lab/lab.ts";
import { appPort } from "../../test/support/lab/labFiles.ts";
import { startLabLoad } from "../../test/support/lab/labLoad.ts";
import type { LabNode } from "../../test/support/lab/labNode.ts";
import { poll } from "../../test/support/process/until.ts";
import { type Bench, pause, type Scenario } from "../bench.ts";
import { milliseconds } from "../figures.ts";
import { installPeer } from "../peers/install.ts";
import { pm2Version } from "../peers/pm2.ts";

const connections = 50;
const thinkMs = 5;
const commandMs = 60_000;
/** nginx passes a machine over that has failed for so long (`fail_timeout`), in milliseconds. */
const failTimeoutMs = 10_000;

/** A way to bring a release to several machines, one after the other. */
interface Way {
  readonly name: string;
  readonly balancer: "nginx" | "haproxy";
  /** Starts the app; without it: under Hitless. */
  readonly start?: (lab: Lab, machine: LabNode) => Promise<void>;
  readonly renew: (lab: Lab, machine: LabNode) => Promise<void>;
  /** Milliseconds between two machines; default 0. */
  readonly pauseMs?: number;
}

const ways: readonly Way[] = [
  { name: "Hitless reload, nginx untouched", balancer: "nginx", renew: hitless("reload") },
  { name: "Hitless reload, HAProxy untouched", balancer: "haproxy", renew: hitless("reload") },
  { name: "Hitless restart, HAProxy drained by Hitless", balancer: "haproxy", renew: drainHaproxy(hitless("restart")) },
  { name: "pm2 reload", balancer: "nginx", start: startPm2, renew: pm2("reload") },
  {
    name: "pm2 restart, 2 s between machines",
    balancer: "nginx",
    start: startPm2,
    renew: pm2("restart"),
    pauseMs: 2_000,
  },
  {
    name: `pm2 restart, ${(failTimeoutMs + 1_000) / 1_000} s between machines`,
    balancer: "nginx",
    start: startPm2,
    renew: pm2("restart"),
    pauseMs: failTimeoutMs + 1_000,
  },
  {
    name: "pm2 restart, taken out with nginx -s reload",
    balancer: "nginx",
    start: startPm2,
    renew: takeOut(pm2("restart")),
  },
];

/** A release for three machines behind a balancer, in a lab of network namespaces. */
export const fleet: Scenario = {
  name: "fleet",
  async run(bench) {
    const obstacle = labObstacle();
    if (obstacle !== null) {
      throw new Error(`The scenario "fleet" ${obstacle}.`);
    }
    await ensureLabPrograms();
    const rows: string[][] = [];
    for (const way of ways) {
      bench.say(`fleet: ${way.name}`);
      rows.push(await measure(bench, way));
    }
    return {
      title: "A release for three machines behind a balancer",
      about:
        `Three machines with sshd and two workers each, nginx or HAProxy in front as Debian has it (two worker processes, fail_timeout ${failTimeoutMs / 1_000} s, a check a second in HAProxy), ` +
        `all on one real machine, in network namespaces. ${connections} connections that stay open, half of them with POST, ${thinkMs} ms think time; ` +
        `${count(roundsOf(bench), "deployment")}, each machine after the other by ssh; the app is test/fixtures/plain. Failed: no whole answer with status 200; nothing is asked again by the client.`,
      columns: ["", "requests", "failed", "reopened", "time of a deployment"],
      rows,
    };
  },
};

function roundsOf({ quick }: Bench): number {
  return quick ? 1 : 3;
}

async function measure(bench: Bench, { name, balancer, start, renew, pauseMs = 0 }: Way): Promise<string[]> {
  const lab = await openLab({ withoutApp: start !== undefined });
  try {
    if (start !== undefined) {
      await Promise.all(lab.machines.map((machine) => start(lab, machine)));
    }
    const load = await startLabLoad(lab, lab[balancer], { connections, thinkMs });
    await pause(1_000);
    const startedAt = performance.now();
    for (let round = 1; round <= roundsOf(bench); round += 1) {
      for (const machine of lab.machines) {
        lab.release(machine.name, `release ${round}`);
        await renew(lab, machine);
        await pause(pauseMs);
      }
    }
    const took = (performance.now() - startedAt) / roundsOf(bench);
    await pause(1_000);
    const { requests, failed, reopened, failures } = await load.stop();
    for (const failure of failures.slice(0, 3)) {
      bench.say(`  ${failure}`);
    }
    return [name, ...[requests, failed, reopened].map(String), milliseconds(took)];
  } finally {
    await lab.close();
  }
}

function hitless(kind: "reload" | "restart"): Way["renew"] {
  return (lab, { name }) => must(lab, name, ["hitless", kind, "shop"]);
}

function drainHaproxy(renew: Way["renew"]): Way["renew"] {
  const servers = Object.fromEntries(machines.map(({ name }) => [name, `app/${name}`]));
  return async (lab, machine) => {
    const balancer = haproxyBalancer({ kind: "haproxy", servers }, lab.over(lab.haproxy.name));
    await balancer.drain(machine.name);
    await renew(lab, machine);
    await balancer.undrain(machine.name);
  };
}

/** As tutorials have it: comment the server out, reload nginx, deploy, and back. */
function takeOut(renew: Way["renew"]): Way["renew"] {
  const upstream = (without?: string) =>
    machines
      .filter(({ name }) => name !== without)
      .map(({ address }) => `server ${address}:${appPort};`)
      .join(" ");
  return async (lab, machine) => {
    await lab.configureNginx(upstream(machine.name));
    await renew(lab, machine);
    await untilAnswers(lab, machine);
    await lab.configureNginx(upstream());
  };
}

function pm2(command: "reload" | "restart"): Way["renew"] {
  return async (lab, { name }) => runPm2(lab, name, [command, "shop"]);
}

async function startPm2(lab: Lab, machine: LabNode): Promise<void> {
  const folder = lab.appFolder(machine.name);
  const file = join(folder, "ecosystem.config.cjs");
  const app = {
    name: "shop",
    script: "server.js",
    cwd: folder,
    instances: 2,
    exec_mode: "cluster",
    env: { PORT: appPort },
  };
  writeFileSync(file, `module.exports = ${JSON.stringify({ apps: [app] })};\n`);
  await runPm2(lab, machine.name, ["start", file]);
  await untilAnswers(lab, machine);
}

/** With a daemon of its own on each machine. */
async function runPm2(lab: Lab, machine: string, args: readonly string[]): Promise<void> {
  const program = join(await installPeer("pm2", [`pm2@${pm2Version}`]), "node_modules", "pm2", "bin", "pm2");
  const env = ["PM2_HOME=/run/pm2", "PM2_DISABLE_VERSION_CHECK=true"];
  await must(lab, machine, ["env", ...env, process.execPath, program, ...args]);
}

function untilAnswers(lab: Lab, { name, address }: LabNode): Promise<void> {
  const ask = `fetch("http://${address}:${appPort}").then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))`;
  return poll(
    `the app of ${name} answers`,
    async () => (await lab.laptop.run([process.execPath, "-e", ask])).code === 0,
  );
}

async function must(lab: Lab, machine: string, argv: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await lab.over(machine)(argv, { deadlineMs: commandMs });
  if (code !== 0) {
    throw new Error(`${machine}: ${argv.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
  }
}
