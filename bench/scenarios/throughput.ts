import { createRequire } from "node:module";
import { openConnection } from "../../test/support/process/strictConnection.ts";
import { findProgram } from "../../test/support/programs.ts";
import { type Bench, type BenchApp, type Scenario, withApp } from "../bench.ts";
import { median } from "../figures.ts";
import { runCommand } from "../peers/child.ts";
import { hitlessPeer } from "../peers/hitless.ts";
import { nodeClusterPeer } from "../peers/nodeCluster.ts";
import type { Peer } from "../peers/peer.ts";

const connections = 50;

type Autocannon = (options: {
  readonly url: string;
  readonly connections: number;
  readonly duration: number;
}) => Promise<{ readonly requests: { readonly average: number } }>;
const autocannon = createRequire(import.meta.url)("autocannon") as Autocannon;

interface Load {
  readonly name: string;
  /** Requests a second. */
  run(app: BenchApp, seconds: number): Promise<number>;
}

const loads: readonly Load[] = [
  {
    name: "autocannon, keep-alive",
    run: async (app, seconds) =>
      (await autocannon({ url: urlOf(app), connections, duration: seconds })).requests.average,
  },
  { name: "wrk, keep-alive", run: (app, seconds) => wrk(app, seconds, []) },
  { name: "wrk, connection per request", run: (app, seconds) => wrk(app, seconds, ["-H", "Connection: close"]) },
];

const pairs = (["roundRobin", "shared"] as const).map((scheduling) => ({
  scheduling,
  ours: hitlessPeer(scheduling, `Hitless, ${scheduling}`),
  plain: nodeClusterPeer(scheduling, `node:cluster, ${scheduling}`),
}));

/** What our preload costs an app that is not being reloaded. */
export const throughput: Scenario = {
  name: "throughput",
  async run(bench) {
    const rows: string[][] = [];
    const usable = loads.filter(({ name }) => !name.startsWith("wrk") || findProgram(["wrk"]) !== null);
    for (const { scheduling, ours, plain } of pairs) {
      for (const load of usable) {
        bench.say(`throughput, ${scheduling}: ${load.name}`);
        const [a, b] = await compare(bench, load, ours, plain);
        const figures = [a.rate, b.rate].map((rate) => Math.round(rate).toLocaleString("en"));
        rows.push([scheduling, load.name, ...figures, (a.rate / b.rate).toFixed(3), a.evenness, b.evenness]);
      }
    }
    return {
      title: "Throughput of the steady state",
      about:
        `${connections} connections, 2 workers; requests a second, median of ${roundsOf(bench)} turns each, taken in turn. ` +
        "Evenness: share of the requests that the busier worker served (50 % is even).",
      columns: ["scheduling", "load", "Hitless", "node:cluster", "ratio", "evenness Hitless", "evenness node:cluster"],
      rows,
    };
  },
};

function roundsOf({ quick }: Bench): number {
  return quick ? 1 : 5;
}

interface Result {
  readonly rate: number;
  readonly evenness: string;
}

/** Both run at the same time, one of them idle, so that whatever else the machine does hits both alike. */
function compare(bench: Bench, load: Load, a: Peer, b: Peer): Promise<[Result, Result]> {
  return withApp(a, 2, (first) =>
    withApp(b, 2, async (second) => {
      const apps = [first, second];
      const rates: number[][] = [[], []];
      for (const app of apps) {
        await load.run(app, 1);
      }
      for (let round = 0; round < roundsOf(bench); round += 1) {
        // Every other round the other way round.
        for (const index of round % 2 === 0 ? [0, 1] : [1, 0]) {
          const app = apps[index];
          if (app !== undefined) {
            rates[index]?.push(await load.run(app, bench.quick ? 2 : 4));
          }
        }
      }
      const results = await Promise.all(
        apps.map(async (app, index) => ({ rate: median(rates[index] ?? []), evenness: await evennessOf(app) })),
      );
      return results as [Result, Result];
    }),
  );
}

/** Asks until both workers have told how many requests they served. */
async function evennessOf(app: BenchApp): Promise<string> {
  const served = new Map<number, number>();
  for (let attempt = 0; attempt < 400 && served.size < 2; attempt += 1) {
    const connection = await openConnection(app.target);
    const { body } = await connection.ask("GET /served HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    connection.close();
    const answer = JSON.parse(body) as { pid: number; served: number };
    served.set(answer.pid, answer.served);
  }
  const counts = [...served.values()];
  const share = Math.max(...counts) / counts.reduce((sum, count) => sum + count, 0);
  return `${Math.round(share * 100)} %`;
}

async function wrk(app: BenchApp, seconds: number, flags: readonly string[]): Promise<number> {
  const program = findProgram(["wrk"]) ?? "wrk";
  const args = ["-t1", `-c${connections}`, `-d${seconds}s`, ...flags, urlOf(app)];
  const said = await runCommand(program, args, { cwd: ".", env: process.env });
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(said)?.[1]);
}

function urlOf({ target }: BenchApp): string {
  return `http://127.0.0.1:${"port" in target ? target.port : 0}/`;
}
