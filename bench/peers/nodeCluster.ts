import { join } from "node:path";
import { startChild } from "./child.ts";
import type { Peer } from "./peer.ts";

/** Plain `node:cluster`, without our preload, reloaded by SIGUSR2 and `disconnect()`. */
export function nodeClusterPeer(scheduling: "roundRobin" | "shared", name: string): Peer {
  return {
    name,
    runsApp: true,
    prepare: async () => ({ version: process.version }),
    async start({ folder, port, workers, node }) {
      const child = startChild(node, [join(folder, "clusterPrimary.cjs")], {
        cwd: folder,
        env: { ...process.env, PORT: String(port), WORKERS: String(workers), SCHEDULING: scheduling },
      });
      await child.says(/^ready$/m);
      return {
        target: { port },
        supervisors: [child.pid],
        async reload() {
          const startedAt = performance.now();
          const first = child.says(/^listening \d+$/m).then(() => performance.now() - startedAt);
          const done = child.says(/^reloaded$/m);
          child.signal("SIGUSR2");
          const [firstReadyMs] = await Promise.all([first, done]);
          return { firstReadyMs };
        },
        stop: () => child.end(),
      };
    },
  };
}
