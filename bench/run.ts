import { writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { projectRoot } from "../test/support/paths.ts";
import type { Scenario } from "./bench.ts";
import { asText } from "./figures.ts";
import { describeMachine } from "./machine.ts";
import { writePage } from "./page.ts";
import { hitlessPeer } from "./peers/hitless.ts";
import { nginxPeer } from "./peers/nginx.ts";
import { nodeClusterPeer } from "./peers/nodeCluster.ts";
import type { Peer } from "./peers/peer.ts";
import { pm2Peer } from "./peers/pm2.ts";
import { wattpmPeer } from "./peers/wattpm.ts";
import { keepResult } from "./results.ts";
import { activation } from "./scenarios/activation.ts";
import { fleet } from "./scenarios/fleet.ts";
import { idleConnections } from "./scenarios/idleConnections.ts";
import { idleCost } from "./scenarios/idleCost.ts";
import { language } from "./scenarios/language.ts";
import { layersCost } from "./scenarios/layersCost.ts";
import { manyReloads } from "./scenarios/manyReloads.ts";
import { protocols } from "./scenarios/protocols.ts";
import { reloadTimes } from "./scenarios/reloadTimes.ts";
import { save } from "./scenarios/save.ts";
import { slowHandlers } from "./scenarios/slowHandlers.ts";
import { strictKeepAlive } from "./scenarios/strictKeepAlive.ts";
import { throughput } from "./scenarios/throughput.ts";

const scenarios: readonly Scenario[] = [
  strictKeepAlive(0),
  strictKeepAlive(20),
  protocols,
  slowHandlers,
  idleConnections,
  throughput("roundRobin"),
  throughput("shared"),
  manyReloads,
  reloadTimes,
  save,
  idleCost,
  layersCost,
  language,
  activation,
  fleet,
];

const peers: readonly (Peer & { readonly id: string })[] = [
  { id: "hitless", ...hitlessPeer("roundRobin", "Hitless reload") },
  { id: "pm2", ...pm2Peer(false) },
  { id: "pm2-graceful", ...pm2Peer(true) },
  { id: "cluster", ...nodeClusterPeer("roundRobin", "node:cluster, disconnect()") },
  { id: "wattpm", ...wattpmPeer },
  { id: "nginx", ...nginxPeer },
];

const usage = `Usage: npm run bench -- [--quick] [--only SCENARIO,…] [--peers PEER,…] [--write]

  --quick    a short run: the same steps, fewer of them
  --only     ${scenarios.map(({ name }) => name).join(", ")}
  --peers    ${peers.map(({ id }) => id).join(", ")}
  --write    keeps the results of each scenario in bench/results.json, and writes docs/benchmarks.md of all that are there

All load goes to loopback, and stops with the run.`;

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    peers: { type: "string" },
    write: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  // What was started ends with this process, in its `exit` listeners.
  process.once(signal, () => process.exit(1));
}

if (values.help) {
  process.stdout.write(`${usage}\n`);
} else {
  await run();
}

async function run(): Promise<void> {
  const chosen = choose(scenarios, values.only, ({ name }) => name);
  const versions: string[] = [];
  const present: Peer[] = [];
  for (const peer of choose(peers, values.peers, ({ id }) => id)) {
    const prepared = await peer.prepare().catch((error: unknown) => ({ missing: String(error) }));
    if ("version" in prepared) {
      versions.push(`${peer.name}: ${prepared.version}`);
      present.push(peer);
    } else {
      versions.push(`${peer.name}: not measured, ${prepared.missing}`);
    }
  }
  const machine = describeMachine();
  process.stdout.write(`${machine}\n${versions.join("\n")}\n`);
  for (const scenario of chosen) {
    const [load = 0] = loadavg();
    const say = (text: string): void => {
      process.stderr.write(`… ${text}\n`);
    };
    const table = await scenario.run({ quick: values.quick, peers: present, say });
    process.stdout.write(`${asText(table)}\n`);
    if (values.write) {
      const command = ["npm run bench --", ...(values.quick ? ["--quick"] : []), `--only ${scenario.name}`].join(" ");
      const date = new Date().toISOString().slice(0, 10);
      const results = keepResult(scenario.name, { table, date, machine, command, versions, load });
      const known = scenarios.flatMap(({ name }) => results[name] ?? []);
      writeFileSync(join(projectRoot, "docs", "benchmarks.md"), writePage(known));
    }
  }
}

/** @throws when a name is not known. */
function choose<Item>(all: readonly Item[], names: string | undefined, nameOf: (item: Item) => string): Item[] {
  if (names === undefined) {
    return [...all];
  }
  return names.split(",").map((name) => {
    const found = all.find((item) => nameOf(item) === name);
    if (found === undefined) {
      throw new Error(`There is no "${name}"; choose among ${all.map(nameOf).join(", ")}.`);
    }
    return found;
  });
}
