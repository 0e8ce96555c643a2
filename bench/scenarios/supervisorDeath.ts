import { readFileSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listEndpoints } from "../../src/client/launch/endpoints.ts";
import { defineApp, openAppWindow } from "../../test/support/process/appWindow.ts";
import { bundlesFolder } from "../../test/support/process/bundles.ts";
import { signal } from "../../test/support/process/processes.ts";
import { askFixture } from "../../test/support/process/strictClient.ts";
import { poll } from "../../test/support/process/until.ts";
import { pause, type Scenario, withApp } from "../bench.ts";
import { median, milliseconds } from "../figures.ts";
import { runCommand, startChild } from "../peers/child.ts";
import { installPeer } from "../peers/install.ts";
import type { Peer } from "../peers/peer.ts";
import { pm2Version } from "../peers/pm2.ts";

/** Whoever comes back by himself does so within this time. */
const waitedMs = 15_000;
const askEveryMs = 2;

interface Killable {
  readonly supervisor: () => number;
  /** What a person has to run, who notices at once. */
  readonly bringBack?: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

interface Way {
  readonly name: string;
  readonly backBy: string;
  readonly start: (options: { folder: string; port: number; workers: number; node: string }) => Promise<Killable>;
}

const answers = (port: number) => poll("the app answers", () => askFixture({ port }).then(Boolean, () => false));

const terminal: Way = {
  name: "`hitless start` in its terminal",
  backBy: "itself",
  async start({ folder, port, workers, node }) {
    const runtime = await mkdtemp(join(tmpdir(), "hl-"));
    const env = { ...process.env, PORT: String(port), HITLESS_RUNTIME_DIR: runtime };
    const words = [join(bundlesFolder, "cli.cjs"), "start", "server.cjs", "--workers", String(workers)];
    const child = startChild(node, words, { cwd: folder, env });
    await answers(port);
    let pid = 0;
    const look = async () => {
      pid = (await listEndpoints(runtime))[0]?.pid ?? pid;
    };
    await look();
    return {
      supervisor: () => pid,
      stop: async () => {
        await child.end();
        rmSync(runtime, { recursive: true, force: true });
      },
    };
  },
};

const window: Way = {
  name: "started in VS Code",
  backBy: "itself",
  async start({ folder, port, workers, node }) {
    const runtimeFolder = await mkdtemp(join(tmpdir(), "hl-"));
    const app = defineApp(folder, { entry: "server.cjs", workers, env: { PORT: String(port) } });
    const opened = await openAppWindow(app, { node, runtimeFolder });
    const [session] = opened.registry.sessions;
    await session?.start();
    await answers(port);
    return {
      supervisor: () => session?.client?.endpoint.pid ?? 0,
      stop: async () => {
        await session?.stop(true);
        opened.dispose();
        rmSync(runtimeFolder, { recursive: true, force: true });
      },
    };
  },
};

const pm2: Way = {
  name: "pm2's daemon, cluster mode",
  backBy: "`pm2 resurrect`, run at once",
  async start({ folder, port, workers, node }) {
    const program = join(await installPeer("pm2", [`pm2@${pm2Version}`]), "node_modules", "pm2", "bin", "pm2");
    const home = await mkdtemp(join(tmpdir(), "bench-pm2-"));
    const env = { ...process.env, PM2_HOME: home, PORT: String(port), PM2_DISABLE_VERSION_CHECK: "true" };
    const run = (...args: string[]) => runCommand(node, [program, ...args], { cwd: folder, env });
    await run("start", "server.cjs", "--name", "app", "-i", String(workers));
    await run("save");
    await answers(port);
    return {
      supervisor: () => Number(readFileSync(join(home, "pm2.pid"), "utf8")),
      bringBack: async () => void (await run("resurrect")),
      stop: async () => {
        await run("kill");
        rmSync(home, { recursive: true, force: true });
      },
    };
  },
};

/** The longest time in which nobody was answered, from a kill on; `undefined`: for `waitedMs` nobody was. */
async function withoutService(port: number, pid: number, help?: () => Promise<void>): Promise<number | undefined> {
  const since = performance.now();
  let last = since;
  let longest = 0;
  let wasRefused = false;
  signal(pid, "SIGKILL");
  const helping = help?.();
  helping?.catch(() => undefined);
  while (performance.now() - last < waitedMs) {
    const answered = await askFixture({ port }).then(Boolean, () => false);
    const now = performance.now();
    if (answered) {
      longest = Math.max(longest, now - last);
      last = now;
      // The old workers may answer for a moment.
      if (wasRefused && now - since > 100) {
        await helping;
        return longest;
      }
    } else {
      wasRefused = true;
    }
    await pause(askEveryMs);
  }
  await helping;
  return undefined;
}

/** How long nobody answers when a supervisor is killed. */
export const supervisorDeath: Scenario = {
  name: "supervisor-death",
  async run(bench) {
    const rows: string[][] = [];
    const rounds = bench.quick ? 1 : 5;
    const measure = async (way: Way, helped: boolean): Promise<void> => {
      bench.say(`death of a supervisor: ${way.name}`);
      const figures: (number | undefined)[] = [];
      // Each is started anew: who dies too often is not started again.
      for (let round = 0; round < rounds && !figures.includes(undefined); round += 1) {
        const peer: Peer = {
          name: way.name,
          runsApp: true,
          prepare: async () => ({ version: "" }),
          async start(options) {
            const killable = await way.start(options);
            const help = helped ? killable.bringBack : undefined;
            figures.push(await withoutService(options.port, killable.supervisor(), help));
            return {
              target: { port: options.port },
              supervisors: [],
              reload: async () => ({}),
              stop: killable.stop,
            };
          },
        };
        await withApp(peer, 2, async () => undefined);
      }
      const known = figures.filter((figure) => figure !== undefined);
      const isBack = known.length === figures.length;
      rows.push([
        way.name,
        helped ? way.backBy : way.backBy === "itself" ? "itself" : "nobody",
        isBack ? milliseconds(median(known)) : `more than ${waitedMs / 1_000} s`,
        isBack ? milliseconds(Math.max(...known)) : "",
      ]);
    };
    await measure(terminal, false);
    await measure(window, false);
    await measure(pm2, false);
    await measure(pm2, true);
    return {
      title: "A supervisor that is killed (SIGKILL)",
      about:
        `2 workers; a client that asks again and again over a connection of its own. The longest time in which nobody was answered, median and worst of ${rounds}. ` +
        "It holds the end of the old workers and the start of the new ones.",
      columns: ["", "brought back by", "without service", "worst"],
      rows,
    };
  },
};
