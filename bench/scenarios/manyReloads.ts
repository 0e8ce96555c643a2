import { openDescriptors, residentBytes } from "../../test/support/process/processes.ts";
import { startStrictClient } from "../../test/support/process/strictClient.ts";
import { watchActiveResources } from "../activeResources.ts";
import { readBuild, type Scenario, withApp } from "../bench.ts";
import { mebibytes, milliseconds } from "../figures.ts";
import { hitlessPeer } from "../peers/hitless.ts";

/** Whether the supervisor stays as small as it is, through reload after reload under load. */
export const manyReloads: Scenario = {
  name: "many-reloads",
  async run(bench) {
    const reloads = bench.quick ? 50 : 1_000;
    const rows = await withApp(hitlessPeer("roundRobin", "Hitless"), 2, async (app) => {
      const client = await startStrictClient({ target: app.target, connections: 10, thinkMs: 2, read: readBuild });
      const [supervisor = 0] = app.supervisors;
      const resources = await watchActiveResources(supervisor);
      const found: string[][] = [];
      let startedAt = performance.now();
      for (let reload = 1; reload <= reloads; reload += 1) {
        app.nextBuild();
        await app.reload();
        if (reload === 10 || reload % (reloads / 10) === 0) {
          const { requests, failed, reopened } = client.counts;
          found.push([
            String(reload),
            mebibytes(residentBytes(supervisor)),
            String(openDescriptors(supervisor) ?? "–"),
            String(await resources.count()),
            String(requests),
            String(failed),
            String(reopened),
            milliseconds(performance.now() - startedAt),
          ]);
          bench.say(`many reloads: ${found.at(-1)?.join(" · ")}`);
          startedAt = performance.now();
        }
      }
      resources.close();
      await client.stop();
      return found;
    });
    return {
      title: `${reloads.toLocaleString("en")} reloads under load`,
      about:
        "10 kept-alive connections with 2 ms think time, 2 workers. RSS, descriptors and active handles are the supervisor's, with its inspector open.",
      columns: ["reloads", "RSS", "descriptors", "handles", "requests", "failed", "reopened", "since the row above"],
      rows,
    };
  },
};
