import { createRequire } from "node:module";
import { processorMs } from "../../test/support/process/processes.ts";
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

/** What our preload costs an app that is not being reloaded. */
export function throughput(scheduling: "roundRobin" | "shared"): Scenario {
  return {
    name: `throughput-${scheduling}`,
    async run(bench) {
      const ours = hitlessPeer(scheduling, "Hitless");
      const plain = nodeClusterPeer(scheduling, "node:cluster");
      const rows: string[][] = [];
      for (const load of loads.filter(({ name }) => !name.startsWith("wrk") || findProgram(["wrk"]) !== null)) {
        bench.say(`throughput, ${scheduling}: ${load.name}`);
        const { rate, ratio, processorRatio, evenness } = await compare(bench, load, ours, plain);
        const figures = rate.map((value) => Math.round(value).toLocaleString("en"));
        rows.push([load.name, ...figures, ratio.toFixed(3), processorRatio.toFixed(3), ...evenness]);
      }
      return {
        title: `Throughput of the steady state, scheduling "${scheduling}"`,
        about:
          `${connections} connections, 2 workers; requests a second, median of ${roundsOf(bench)} rounds of ${secondsOf(bench)} s each, ` +
          "in which both ran one after the other; the ratio (Hitless / node:cluster) is the median of the rounds' ratios. Processor " +
          "time: that of supervisor and workers for a request, Hitless / node:cluster; unlike the rate it does not suffer from " +
          "what else the machine does. Evenness: share of the requests that the busier worker served (50 % is even).",
        columns: [
          "load",
          "Hitless",
          "node:cluster",
          "ratio",
          "processor time",
          "evenness Hitless",
          "evenness node:cluster",
        ],
        rows,
      };
    },
  };
}

function roundsOf({ quick }: Bench): number {
  return quick ? 3 : 9;
}

function secondsOf({ quick }: Bench): number {
  return quick ? 1 : 2;
}

type Pair<Value> = readonly [ours: Value, plain: Value];

interface Comparison {
  readonly rate: Pair<number>;
  readonly ratio: number;
  readonly processorRatio: number;
  readonly evenness: Pair<string>;
}

interface Round {
  /** Requests a second. */
  readonly rate: number;
  /** Processor time of supervisor and workers for a request, in milliseconds. */
  readonly processor: number;
}

/** Both run at the same time, one of them idle, and take turns, so that whatever else the machine does hits both alike. */
function compare(bench: Bench, load: Load, ours: Peer, plain: Peer): Promise<Comparison> {
  return withApp(ours, 2, (first) =>
    withApp(plain, 2, async (second) => {
      const pids: Pair<number[]> = [await processesOf(first), await processesOf(second)];
      const rounds: Pair<Round>[] = [];
      const seconds = secondsOf(bench);
      await load.run(first, 1);
      await load.run(second, 1);
      for (let round = 0; round < roundsOf(bench); round += 1) {
        const a = (): Promise<Round> => measure(load, first, pids[0], seconds);
        const b = (): Promise<Round> => measure(load, second, pids[1], seconds);
        if (round % 2 === 0) {
          const result = await a();
          rounds.push([result, await b()]);
        } else {
          const result = await b();
          rounds.push([await a(), result]);
        }
      }
      return {
        rate: [median(rounds.map(([a]) => a.rate)), median(rounds.map(([, b]) => b.rate))],
        ratio: median(rounds.map(([a, b]) => a.rate / b.rate)),
        processorRatio: median(rounds.map(([a, b]) => a.processor / b.processor)),
        evenness: [evennessOf(await servedBy(first)), evennessOf(await servedBy(second))],
      };
    }),
  );
}

async function measure(load: Load, app: BenchApp, pids: readonly number[], seconds: number): Promise<Round> {
  const before = processorOf(pids);
  const rate = await load.run(app, seconds);
  return { rate, processor: (processorOf(pids) - before) / (rate * seconds) };
}

function processorOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + (processorMs(pid) ?? Number.NaN), 0);
}

async function processesOf(app: BenchApp): Promise<number[]> {
  return [...app.supervisors, ...(await servedBy(app)).keys()];
}

/** Asks until both workers have told how many requests they served, by process id. */
async function servedBy(app: BenchApp): Promise<Map<number, number>> {
  const served = new Map<number, number>();
  for (let attempt = 0; attempt < 400 && served.size < 2; attempt += 1) {
    // Several at a time: with shared scheduling one worker may be the first for every single one.
    const answers = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const connection = await openConnection(app.target);
        const { body } = await connection.ask("GET /served HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        connection.close();
        return JSON.parse(body) as { pid: number; served: number };
      }),
    );
    for (const answer of answers) {
      served.set(answer.pid, answer.served);
    }
  }
  return served;
}

function evennessOf(served: ReadonlyMap<number, number>): string {
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
