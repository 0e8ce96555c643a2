import { processorMs } from "../../test/support/process/processes.ts";
import { openConnection } from "../../test/support/process/strictConnection.ts";
import { type Bench, type BenchApp, type Scenario, withApp } from "../bench.ts";
import { median } from "../figures.ts";
import { connections, type Load, loads } from "../loads.ts";
import { hitlessPeer } from "../peers/hitless.ts";
import { nodeClusterPeer } from "../peers/nodeCluster.ts";
import type { Peer } from "../peers/peer.ts";

/** What our preload costs an app that is not being reloaded. */
export function throughput(scheduling: "roundRobin" | "shared"): Scenario {
  return {
    name: `throughput-${scheduling}`,
    async run(bench) {
      const ours = hitlessPeer(scheduling, "Hitless");
      const plain = nodeClusterPeer(scheduling, "node:cluster");
      const rows: string[][] = [];
      for (const load of loads()) {
        bench.say(`throughput, ${scheduling}: ${load.name}`);
        const { rate, ratio, processorRatio, evenness } = await compare(bench, load, ours, plain);
        const figures = rate.map((value) => Math.round(value).toLocaleString("en"));
        rows.push([load.name, ...figures, ratio.toFixed(3), processorRatio.toFixed(3), ...evenness]);
      }
      return {
        title: `Throughput of the steady state, scheduling "${scheduling}"`,
        about:
          `${connections} connections, 2 workers; requests a second, median of ${startsOf(bench) * roundsOf(bench)} rounds of ` +
          `${secondsOf(bench)} s each, in which both ran one after the other; both were restarted after ${roundsOf(bench)} rounds, ` +
          "since no two processes are compiled alike. The ratio (Hitless / node:cluster) is the median of the rounds' ratios. Processor " +
          "time: that of supervisor and workers for a request, Hitless / node:cluster; unlike the rate it is not affected by " +
          "other load on the machine. Evenness: share of the requests that the busier worker served (50 % is even), after the last start.",
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

function startsOf({ quick }: Bench): number {
  return quick ? 1 : 4;
}

/** After each start. */
function roundsOf({ quick }: Bench): number {
  return quick ? 3 : 4;
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

async function compare(bench: Bench, load: Load, ours: Peer, plain: Peer): Promise<Comparison> {
  const rounds: Pair<Round>[] = [];
  let evenness: Pair<string> = ["", ""];
  for (let start = 0; start < startsOf(bench); start += 1) {
    evenness = await addRounds(rounds, bench, load, [ours, plain]);
  }
  return {
    rate: [median(rounds.map(([a]) => a.rate)), median(rounds.map(([, b]) => b.rate))],
    ratio: median(rounds.map(([a, b]) => a.rate / b.rate)),
    processorRatio: median(rounds.map(([a, b]) => a.processor / b.processor)),
    evenness,
  };
}

/** Both run at the same time, one of them idle, and take turns, so that whatever else the machine does hits both alike. */
function addRounds(rounds: Pair<Round>[], bench: Bench, load: Load, peers: Pair<Peer>): Promise<Pair<string>> {
  return withApp(peers[0], 2, (first) =>
    withApp(peers[1], 2, async (second) => {
      const pids: Pair<number[]> = [await processesOf(first), await processesOf(second)];
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
      return [evennessOf(await servedBy(first)), evennessOf(await servedBy(second))];
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
