import { type StrictClient, startStrictClient } from "../../test/support/process/strictClient.ts";
import { pause, readBuild, type Scenario, withApp } from "../bench.ts";
import { milliseconds } from "../figures.ts";
import type { Peer } from "../peers/peer.ts";

/** They begin one after the other, spread over the time of one request, so that at any moment some request is young. */
const clients = 10;
const connectionsEach = 5;
const handlerMs = 1_000;
/** Old code that still answers after this time is taken to stay, in milliseconds. */
const patienceMs = 20_000;
/** No answer of the old build for so long: there will be none any more. */
const quietMs = 2.5 * handlerMs;

/** How long clients of slow handlers get answers of the old build. */
export const slowHandlers: Scenario = {
  name: "slow-handlers",
  async run(bench) {
    const rows: string[][] = [];
    for (const peer of bench.peers.filter(({ runsApp }) => runsApp)) {
      bench.say(`1 s handlers: ${peer.name}`);
      rows.push(await measure(peer));
    }
    return {
      title: "Requests of 1 s in flight",
      about: `${clients * connectionsEach} kept-alive connections that send requests at different moments, 2 workers, one reload: time from the command to the last answer of the old build.`,
      columns: ["", "last old answer", "failed", "reopened", "reload says done"],
      rows,
    };
  },
};

function measure(peer: Peer): Promise<string[]> {
  return withApp(peer, 2, async (app) => {
    const old = app.build;
    let lastOld = performance.now();
    const asking: StrictClient[] = [];
    while (asking.length < clients) {
      const client = await startStrictClient({
        target: app.target,
        connections: connectionsEach,
        path: `/slow/${handlerMs}`,
        read: (response, path) => {
          const build = readBuild(response, path);
          if (build === old) {
            lastOld = performance.now();
          }
          return build;
        },
      });
      asking.push(client);
      await pause(handlerMs / clients);
    }
    await pause(handlerMs);
    app.nextBuild();
    const startedAt = performance.now();
    let doneMs: number | undefined;
    const reloaded = app.reload().then(() => {
      doneMs = performance.now() - startedAt;
    });
    while (performance.now() - lastOld < quietMs && performance.now() - startedAt < patienceMs) {
      await pause(50);
    }
    const stayed = performance.now() - lastOld < quietMs;
    const lastOldMs = lastOld - startedAt;
    const counts = await Promise.all(asking.map((client) => client.stop()));
    await reloaded;
    const failed = counts.reduce((sum, { failed: of }) => sum + of, 0);
    const reopened = counts.reduce((sum, { reopened: of }) => sum + of, 0);
    const last = stayed ? `more than ${milliseconds(patienceMs)}` : milliseconds(Math.max(0, lastOldMs));
    return [peer.name, last, String(failed), String(reopened), milliseconds(doneMs)];
  });
}
