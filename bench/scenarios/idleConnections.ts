import { openConnection, type StrictConnection } from "../../test/support/process/strictConnection.ts";
import { type Bench, type BenchApp, pause, readBuild, type Scenario, withApp } from "../bench.ts";
import { milliseconds } from "../figures.ts";
import type { Peer } from "../peers/peer.ts";

/** Opened at a time, so that the listening queue does not overflow. */
const batch = 200;

/** Milliseconds. */
const settleMs = 1_000;

/** Many idle connections through one reload. */
export const idleConnections: Scenario = {
  name: "idle",
  async run(bench) {
    const rows: string[][] = [];
    for (const peer of bench.peers) {
      bench.say(`idle connections: ${peer.name}`);
      rows.push(await measure(bench, peer));
    }
    return {
      title: `${connectionsOf(bench).toLocaleString("en")} idle keep-alive connections`,
      about:
        "Each has sent one request; a second after one reload each sends another. 2 workers. keepAliveTimeout is 65 s, so that no connection ends by itself.",
      columns: ["", "still open", "answered", "by the new build", "reload took"],
      rows,
    };
  },
};

function connectionsOf({ quick }: Bench): number {
  return quick ? 1_000 : 10_000;
}

function measure(bench: Bench, peer: Peer): Promise<string[]> {
  return withApp(peer, 2, async (app) => {
    const connections = await openAll(app, connectionsOf(bench));
    await askAll(connections, 0);
    const build = app.nextBuild();
    const startedAt = performance.now();
    await app.reload();
    const tookMs = performance.now() - startedAt;
    // What the peer still closes after it says that it is done belongs to the reload.
    await pause(settleMs);
    const open = connections.filter(({ usable }) => usable).length;
    const builds = await askAll(connections, connections.length);
    const answered = builds.filter((answer) => answer !== undefined).length;
    const fresh = builds.filter((answer) => answer === build).length;
    for (const connection of connections) {
      connection.close();
    }
    return [peer.name, String(open), String(answered), String(fresh), milliseconds(tookMs)];
  });
}

async function openAll(app: BenchApp, count: number): Promise<StrictConnection[]> {
  const connections: StrictConnection[] = [];
  while (connections.length < count) {
    const missing = Math.min(batch, count - connections.length);
    connections.push(...(await Promise.all(Array.from({ length: missing }, () => openConnection(app.target)))));
  }
  return connections;
}

/** The build that answers on each connection; undefined where none does. */
function askAll(connections: readonly StrictConnection[], first: number): Promise<(string | undefined)[]> {
  return Promise.all(
    connections.map(async (connection, index) => {
      const path = `/?${first + index}`;
      try {
        return readBuild(await connection.ask(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`), path);
      } catch {
        return undefined;
      }
    }),
  );
}
