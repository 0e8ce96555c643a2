import { type Bench, pause, readBuild, type Scenario, withApp } from "../bench.ts";
import { median, milliseconds, quantile, times } from "../figures.ts";
import { emptyStretch, type Stretch, startPacedClient } from "../pacedClient.ts";
import { hitlessPeer } from "../peers/hitless.ts";
import type { Peer } from "../peers/peer.ts";

const connections = 50;
const thinkMs = 20;

/** From the command on, so many milliseconds are looked at, however fast a peer says that it is done. */
const windowMs = 2_000;
/** A request that takes longer, in milliseconds, is one that is kept waiting. */
const longMs = 10;
/** After the start, the app's code is not compiled yet. */
const warmMs = 1_500;
const quietWindows = 3;

/** What one peer did to its clients, over all rounds. */
interface Tail {
  readonly name: string;
  readonly quiet: Stretch[];
  readonly renewals: Stretch[];
  /** After how many milliseconds it said that it was done. */
  readonly doneMs: number[];
}

/** Who is kept waiting by a renewal, and how long: in windows of the same length for each peer. */
export const tail: Scenario = {
  name: "tail",
  async run(bench) {
    const tails: Tail[] = peersOf(bench).map(({ name }) => ({ name, quiet: [], renewals: [], doneMs: [] }));
    for (let round = 0; round < roundsOf(bench); round += 1) {
      for (const [index, peer] of peersOf(bench).entries()) {
        const into = tails[index];
        if (into !== undefined) {
          bench.say(`tail, round ${round + 1} of ${roundsOf(bench)}: ${peer.name}`);
          await addRound(bench, peer, round, into);
        }
      }
    }
    const [first] = tails;
    const base = first === undefined ? 0 : excessOf(first);
    return {
      title: "The tail of a reload, in windows of 2 s",
      about:
        `${connections} kept-alive connections, ${thinkMs} ms mean think time (exponential, seeded, whatever the answers take: a request ` +
        `that falls due while its connection waits counts from then), 2 workers; ${roundsOf(bench)} rounds of ${renewalsOf(bench)} renewals ` +
        `in which the peers take turns. Each window begins with the command and is ${windowMs / 1_000} s long, however fast a peer says that ` +
        "it is done; pm2 and Watt are asked by their commands, a Node.js process that counts, Hitless over its control channel, as " +
        `the extension does. Over ${longMs} ms: requests a renewal. Excess: what all requests of the window waited above the steady ` +
        "median together, less the same of quiet windows; medians over the renewals. Times in ms. nginx answers by itself, with its " +
        "defaults: keepalive_min_timeout (1.27.4 or newer) would let kept-alive clients finish.",
      columns: [
        "",
        "requests",
        "failed",
        "reopened",
        "steady p50 / p99",
        "window p99 / p99.9 / max",
        "p99 / steady",
        `over ${longMs} ms`,
        "excess",
        `excess / ${first?.name ?? "first"}`,
        "done after",
      ],
      rows: tails.map((one) => rowOf(one, base)),
    };
  },
};

/** Beside the peers that were chosen, Hitless with one seat at a time. */
function peersOf({ peers }: Bench): Peer[] {
  return peers.flatMap((peer) =>
    peer.name.startsWith("Hitless") ? [peer, hitlessPeer("roundRobin", `${peer.name}, surge 1`, { surge: 1 })] : [peer],
  );
}

function roundsOf({ quick }: Bench): number {
  return quick ? 1 : 4;
}

function renewalsOf({ quick }: Bench): number {
  return quick ? 3 : 5;
}

function addRound(bench: Bench, peer: Peer, round: number, into: Tail): Promise<void> {
  return withApp(peer, 2, async (app) => {
    const client = await startPacedClient({
      target: app.target,
      connections,
      thinkMs,
      seed: round + 1,
      check: readBuild,
    });
    const aside = emptyStretch();
    client.measure(aside);
    await pause(warmMs);
    for (let window = 0; window < quietWindows; window += 1) {
      const quiet = emptyStretch();
      into.quiet.push(quiet);
      client.measure(quiet);
      await pause(windowMs);
    }
    for (let renewal = 0; renewal < renewalsOf(bench); renewal += 1) {
      app.nextBuild();
      const stretch = emptyStretch();
      into.renewals.push(stretch);
      client.measure(stretch);
      const startedAt = performance.now();
      const done = app.reload().then(() => into.doneMs.push(performance.now() - startedAt));
      await Promise.all([pause(windowMs).then(() => client.measure(aside)), done]);
      await pause(500);
    }
    await client.stop();
  });
}

function rowOf(one: Tail, base: number): string[] {
  const { name, quiet, renewals, doneMs } = one;
  const steady = quiet.flatMap(({ latencies }) => latencies);
  const within = renewals.flatMap(({ latencies }) => latencies);
  const sum = (of: (stretch: Stretch) => number): number => renewals.reduce((total, stretch) => total + of(stretch), 0);
  const long = median(renewals.map(({ latencies }) => latencies.filter((ms) => ms > longMs).length));
  const failed = sum((stretch) => stretch.failed);
  return [
    name,
    String(within.length + failed),
    String(failed),
    String(sum(({ reopened }) => reopened)),
    [0.5, 0.99].map((share) => quantile(steady, share).toFixed(1)).join(" / "),
    [0.99, 0.999, 1].map((share) => quantile(within, share).toFixed(1)).join(" / "),
    times(quantile(within, 0.99), quantile(steady, 0.99)),
    String(long),
    Math.round(excessOf(one)).toLocaleString("en"),
    times(excessOf(one), base),
    milliseconds(median(doneMs)),
  ];
}

/** Milliseconds that a renewal adds to the waiting of all. */
function excessOf({ quiet, renewals }: Tail): number {
  const usual = median(quiet.flatMap(({ latencies }) => latencies));
  const above = ({ latencies }: Stretch): number =>
    latencies.reduce((total, latency) => total + Math.max(0, latency - usual), 0);
  return median(renewals.map(above)) - median(quiet.map(above));
}
