import { processorMs, residentBytes } from "../../test/support/process/processes.ts";
import { pause, type Scenario, withApp } from "../bench.ts";
import { mebibytes } from "../figures.ts";

/** What a supervisor costs while nothing happens. */
export const idleCost: Scenario = {
  name: "idle-cost",
  async run(bench) {
    const rows: string[][] = [];
    const ms = bench.quick ? 5_000 : 30_000;
    for (const peer of bench.peers) {
      bench.say(`idle cost: ${peer.name}`);
      rows.push(
        await withApp(peer, 4, async (app) => {
          const [supervisor = 0] = app.supervisors;
          // Starting up is no idling.
          await pause(3_000);
          const before = processorMs(supervisor);
          await pause(ms);
          const after = processorMs(supervisor);
          const share = before === undefined || after === undefined ? undefined : ((after - before) / ms) * 100;
          const cpu = share === undefined ? "–" : `${share.toFixed(2)} %`;
          return [peer.name, mebibytes(residentBytes(supervisor)), cpu];
        }),
      );
    }
    return {
      title: "The supervisor with 4 idle workers",
      about: `RSS and processor time of the peer's own process over ${ms / 1_000} s. Watt's workers are threads of that process.`,
      columns: ["", "RSS", "processor"],
      rows,
    };
  },
};
