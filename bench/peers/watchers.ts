import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundlesFolder } from "../../test/support/process/bundles.ts";
import { packageVersion } from "../machine.ts";
import { startChild } from "./child.ts";
import { installPeer } from "./install.ts";

export interface WatcherOptions {
  /** Its copy of the app. */
  readonly folder: string;
  readonly port: number;
  /** The Node.js program. */
  readonly node: string;
}

/** Something that runs an app and runs it anew when a file is saved, each as its documentation says to. */
export interface Watcher {
  readonly name: string;
  prepare(): Promise<void>;
  /** Resolves when it has been told to start; ends it. */
  start(options: WatcherOptions): Promise<() => Promise<void>>;
}

export const nodemonVersion = "3.1.14";
const nodemon = `nodemon@${nodemonVersion}`;
const tsx = "tsx@4.23.15";

export const nodemonWatcher: Watcher = {
  name: nodemon.replace("@", " "),
  prepare: async () => void (await installPeer("nodemon", [nodemon])),
  async start(options) {
    const folder = await installPeer("nodemon", [nodemon]);
    return run(options, [join(folder, "node_modules", "nodemon", "bin", "nodemon.js"), "server.cjs"]);
  },
};

export const watchers: readonly Watcher[] = [
  hitlessWatch(1),
  hitlessWatch(2),
  nodemonWatcher,
  {
    name: `node --watch (${process.version})`,
    prepare: async () => undefined,
    start: async (options) => run(options, ["--watch", "server.cjs"]),
  },
  {
    name: `${tsx.replace("@", " ")} watch`,
    prepare: async () => void (await installPeer("tsx", [tsx])),
    async start(options) {
      const folder = await installPeer("tsx", [tsx]);
      return run(options, [join(folder, "node_modules", "tsx", "dist", "cli.mjs"), "watch", "server.cjs"]);
    },
  },
];

function hitlessWatch(workers: number): Watcher {
  return {
    name: `Hitless ${packageVersion()} --watch, ${workers === 1 ? "1 worker" : `${workers} workers`}`,
    prepare: async () => undefined,
    async start(options) {
      // Short, since the path of a Unix socket has to be.
      const runtime = mkdtempSync(join(tmpdir(), "hl-"));
      const words = ["start", "server.cjs", "--watch", "--workers", String(workers)];
      const end = run(options, [join(bundlesFolder, "cli.cjs"), ...words], { HITLESS_RUNTIME_DIR: runtime });
      return async () => {
        await end();
        rmSync(runtime, { recursive: true, force: true });
      };
    },
  };
}

function run(
  { folder, port, node }: WatcherOptions,
  words: readonly string[],
  more: NodeJS.ProcessEnv = {},
): () => Promise<void> {
  const child = startChild(node, words, { cwd: folder, env: { ...process.env, PORT: String(port), ...more } });
  return () => child.end();
}
