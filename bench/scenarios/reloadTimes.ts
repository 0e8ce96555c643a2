import { type Scenario, withApp } from "../bench.ts";
import { median, milliseconds, times } from "../figures.ts";

/** How long a reload takes without load. */
export const reloadTimes: Scenario = {
  name: "reload-times",
  async run(bench) {
    const rows: string[][] = [];
    const peers = bench.peers.filter(({ runsApp }) => runsApp);
    for (const workers of bench.quick ? [2] : [2, 8, 32]) {
      let base: number | undefined;
      for (const peer of peers) {
        bench.say(`reload times, ${workers} workers: ${peer.name}`);
        const firsts: number[] = [];
        const dones: number[] = [];
        await withApp(peer, workers, async (app) => {
          for (let reload = 0; reload < (bench.quick ? 1 : 3); reload += 1) {
            app.nextBuild();
            const startedAt = performance.now();
            const { firstReadyMs } = await app.reload();
            dones.push(performance.now() - startedAt);
            if (firstReadyMs !== undefined) {
              firsts.push(firstReadyMs);
            }
          }
        });
        const first = firsts.length === 0 ? undefined : median(firsts);
        const done = median(dones);
        base ??= done;
        rows.push([String(workers), peer.name, milliseconds(first), milliseconds(done), times(done, base)]);
      }
    }
    return {
      title: "Time of a reload",
      about:
        "No load; median of three. Done is when the command or the supervisor says so: for Hitless every old worker is gone by then, " +
        "plain node:cluster says so when it has ordered the old ones to disconnect.",
      columns: ["workers", "", "first new worker ready", "done", "compared with the first"],
      rows,
    };
  },
};
