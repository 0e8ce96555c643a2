import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askFixture } from "../../test/support/process/strictClient.ts";
import { poll } from "../../test/support/process/until.ts";
import { runCommand } from "./child.ts";
import { installPeer } from "./install.ts";
import type { Peer } from "./peer.ts";

/** The version that is compared with. */
export const pm2Version = "7.0.4";

/** @param graceful Whether the app has the SIGINT handler that pm2's documentation asks for. */
export function pm2Peer(graceful: boolean): Peer {
  return {
    name: graceful ? "pm2 reload, SIGINT handler" : "pm2 reload",
    runsApp: true,
    async prepare() {
      await installPeer("pm2", [`pm2@${pm2Version}`]);
      return { version: pm2Version };
    },
    async start({ folder, port, workers, node }) {
      const program = join(await installPeer("pm2", [`pm2@${pm2Version}`]), "node_modules", "pm2", "bin", "pm2");
      // A daemon of its own, so that one that runs on this machine is left alone.
      const home = mkdtempSync(join(tmpdir(), "bench-pm2-"));
      const env = {
        ...process.env,
        PM2_HOME: home,
        PORT: String(port),
        GRACEFUL: graceful ? "1" : "",
        PM2_DISABLE_VERSION_CHECK: "true",
      };
      const pm2 = (...args: string[]): Promise<string> => runCommand(node, [program, ...args], { cwd: folder, env });
      await pm2("start", "server.cjs", "--name", "app", "-i", String(workers));
      await poll("the app answers", () => askFixture({ port }).then(Boolean, () => false));
      return {
        target: { port },
        supervisors: [Number(readFileSync(join(home, "pm2.pid"), "utf8"))],
        async reload() {
          await pm2("reload", "app");
          return {};
        },
        async stop() {
          await pm2("kill");
          rmSync(home, { recursive: true, force: true });
        },
      };
    },
  };
}
