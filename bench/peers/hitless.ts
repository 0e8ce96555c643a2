import { join } from "node:path";
import { SupervisorClient } from "../../src/client/connection/supervisorClient.ts";
import { launchSupervisor } from "../../src/client/launch/launchSupervisor.ts";
import { buildRecipe } from "../../src/client/recipe/recipe.ts";
import { bundlesFolder } from "../../test/support/process/bundles.ts";
import { isAlive } from "../../test/support/process/processes.ts";
import { poll, untilRunning } from "../../test/support/process/until.ts";
import { packageVersion } from "../machine.ts";
import type { Peer } from "./peer.ts";

/**
 * @param scheduling As in the app's configuration.
 * @param settings Further settings of the app.
 */
export function hitlessPeer(
  scheduling: "roundRobin" | "shared",
  name: string,
  settings: { readonly surge?: number } = {},
): Peer {
  return {
    name,
    runsApp: true,
    prepare: async () => ({ version: packageVersion() }),
    async start({ folder, port, workers, node }) {
      const recipe = await buildRecipe(
        { name: `bench ${port}`, entry: "server.cjs", workers, scheduling, ...settings, env: { PORT: String(port) } },
        { folder, node: { path: node, version: process.version, source: "explicit" }, environment: process.env },
      );
      const endpoint = await launchSupervisor({
        recipe,
        node,
        supervisorFile: join(bundlesFolder, "supervisor.cjs"),
        version: packageVersion(),
        detached: false,
      });
      const client = await SupervisorClient.connect(endpoint, { name: "bench", version: packageVersion() });
      await untilRunning(client);
      return {
        target: { port },
        supervisors: [endpoint.pid],
        async reload() {
          const startedAt = Date.now();
          const { generation } = client.snapshot.app;
          let firstReadyMs: number | undefined;
          const listening = client.onDidSnapshot((snapshot) => {
            const fresh = snapshot.workers.filter((worker) => worker.generation > generation);
            const ready = Math.min(...fresh.map(({ readyAt }) => readyAt ?? Number.POSITIVE_INFINITY));
            if (Number.isFinite(ready)) {
              firstReadyMs ??= ready - startedAt;
            }
          });
          const report = await client.request("app/renew", { kind: "reload" });
          listening.dispose();
          if (report.outcome !== "completed") {
            throw new Error(`reload ${report.outcome}: ${report.reason}`);
          }
          return firstReadyMs === undefined ? {} : { firstReadyMs };
        },
        async stop() {
          await client.request("app/stop", { now: true });
          client.dispose();
          await poll("the supervisor ends", () => !isAlive(endpoint.pid));
        },
      };
    },
  };
}
