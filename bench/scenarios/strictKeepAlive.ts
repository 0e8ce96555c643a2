import { startStrictClient } from "../../test/support/process/strictClient.ts";
import { type Bench, pause, readBuild, type Scenario, withApp } from "../bench.ts";
import { latencies, quantile, times } from "../figures.ts";
import type { Peer } from "../peers/peer.ts";

const connections = 50;

/** Kept-alive connections that ask on and on, through ten reloads. */
export function strictKeepAlive(thinkMs: number): Scenario {
  return {
    name: `keep-alive-${thinkMs}`,
    async run(bench) {
      const rows: string[][] = [];
      for (const peer of bench.peers) {
        bench.say(`keep-alive, think time ${thinkMs} ms: ${peer.name}`);
        rows.push(await measure(bench, peer, thinkMs));
      }
      return {
        title: `Strict keep-alive client, think time ${thinkMs} ms`,
        about:
          `${connections} connections, 2 workers, ${reloadsOf(bench)} reloads. Nothing is retried; every response is ` +
          "checked completely. Latencies are p50 / p99 / max in ms.",
        columns: ["", "requests", "failed", "reopened", "steady", "during reload", "p99 during / steady"],
        rows,
      };
    },
  };
}

function reloadsOf({ quick }: Bench): number {
  return quick ? 3 : 10;
}

function measure(bench: Bench, peer: Peer, thinkMs: number): Promise<string[]> {
  return withApp(peer, 2, async (app) => {
    const client = await startStrictClient({ target: app.target, connections, thinkMs, read: readBuild });
    const steady: number[] = [];
    const during: number[] = [];
    await pause(500);
    client.measure(steady);
    await pause(bench.quick ? 1_000 : 4_000);
    for (let reload = 0; reload < reloadsOf(bench); reload += 1) {
      const build = app.nextBuild();
      client.measure(during);
      await app.reload();
      // Old workers that are still there when the peer says that it is done belong to the reload.
      await client.untilAnswers(build, connections * 2).catch(() => undefined);
      await pause(bench.quick ? 200 : 500);
    }
    const { requests, failed, reopened, failures } = await client.stop();
    for (const failure of failures.slice(0, 3)) {
      bench.say(`  ${failure}`);
    }
    const counts = [requests, failed, reopened].map(String);
    return [
      peer.name,
      ...counts,
      latencies(steady),
      latencies(during),
      times(quantile(during, 0.99), quantile(steady, 0.99)),
    ];
  });
}
