import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { scenarios } from "./allScenarios.ts";
import { asText } from "./figures.ts";
import { describeMachine } from "./machine.ts";
import { keepPage } from "./pages.ts";
import { hitlessPeer } from "./peers/hitless.ts";
import { nginxPeer } from "./peers/nginx.ts";
import { nodeClusterPeer } from "./peers/nodeCluster.ts";
import type { Peer } from "./peers/peer.ts";
import { pm2Peer } from "./peers/pm2.ts";
import { wattpmPeer } from "./peers/wattpm.ts";

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
      keepPage([[scenario.name, table]], { date, machine, command, versions, load });
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
