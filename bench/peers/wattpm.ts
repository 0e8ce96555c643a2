import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand, startChild } from "./child.ts";
import { installPeer } from "./install.ts";
import type { Peer } from "./peer.ts";

const version = "3.65.0";
const packages = [`wattpm@${version}`, `@platformatic/node@${version}`];

/**
 * Watt runs an app on threads. Its `restart` replaces them one by one, the new one first; its `reload` ends the process
 * and starts another, which no client could overlook.
 */
export const wattpmPeer: Peer = {
  name: "wattpm restart",
  runsApp: true,
  async prepare() {
    await installPeer("wattpm", packages);
    return { version };
  },
  async start({ folder, port, workers, node }) {
    const modules = join(await installPeer("wattpm", packages), "node_modules");
    symlinkSync(modules, join(folder, "node_modules"), "junction");
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "app", private: true, main: "server.cjs" }));
    const settings = {
      $schema: `https://schemas.platformatic.dev/@platformatic/node/${version}.json`,
      runtime: { workers, server: { hostname: "127.0.0.1", port }, logger: { level: "info" } },
    };
    writeFileSync(join(folder, "watt.json"), JSON.stringify(settings));
    const program = join(modules, "wattpm", "bin", "cli.js");
    const options = { cwd: folder, env: { ...process.env, PORT: String(port) } };
    const child = startChild(node, [program, "start"], options);
    await child.says(/is now listening/);
    return {
      target: { port },
      supervisors: [child.pid],
      async reload() {
        await runCommand(node, [program, "restart", String(child.pid)], options);
        return {};
      },
      stop: () => child.end(),
    };
  },
};
