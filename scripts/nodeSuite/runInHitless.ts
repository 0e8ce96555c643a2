import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import process from "node:process";
import { SupervisorClient } from "../../src/client/connection/supervisorClient.ts";
import { launchSupervisor } from "../../src/client/launch/launchSupervisor.ts";
import { buildRecipe } from "../../src/client/recipe/recipe.ts";
import type { Snapshot } from "../../src/shared/snapshot.ts";
import { bundlesFolder } from "../../test/support/process/bundles.ts";
import { isAlive, processorMs } from "../../test/support/process/processes.ts";
import type { Outcome, RunOptions } from "./compareFile.ts";
import type { SuiteFile } from "./suiteFiles.ts";

const deadlineMs = 60_000;

/** A worker that has used no processor time for so long, in milliseconds, has nothing more to do but to wait: longer than the timers of nearly all files. */
const quietMs = 8_000;
const lookEveryMs = 200;

const startTries = 25;

/** Runs files as the only worker of a supervisor. One that a file has left well is used for the next, by a start of the app. */
export class HitlessLane {
  readonly #options: RunOptions;
  readonly #folder = mkdtempSync(join(tmpdir(), "hl-"));
  #running: RunningSupervisor | undefined;
  #launched = 0;

  constructor(options: RunOptions) {
    this.#options = options;
  }

  /**
   * @param fresh Whether it must be the first worker of a supervisor.
   * @throws when it could not be run, as on a machine that is too busy to start a supervisor.
   */
  async run(file: SuiteFile, env: Readonly<Record<string, string>>, fresh: boolean): Promise<Outcome> {
    const kind = JSON.stringify([extname(file.path), file.flags, env]);
    try {
      if (fresh || this.#running?.kind !== kind) {
        await this.#end();
        this.#running = await this.#launch(file, env, kind);
      } else {
        lead(this.#running.entry, file.path);
        await startAgain(this.#running.client);
      }
      const outcome = await untilEnded(this.#running.client);
      if (outcome.code !== 0 || outcome.ended === true) {
        await this.#end();
      }
      return outcome;
    } catch (error) {
      await this.#end();
      throw error;
    }
  }

  async dispose(): Promise<void> {
    await this.#end();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #launch(file: SuiteFile, env: Readonly<Record<string, string>>, kind: string): Promise<RunningSupervisor> {
    const { node, version, lane } = this.#options;
    const folder = this.#folder;
    this.#launched += 1;
    // Node and the supervisor follow it: the worker sees the file's own name.
    const entry = join(folder, `app${extname(file.path)}`);
    lead(entry, file.path);
    const recipe = await buildRecipe(
      {
        // One that came too late may still be there.
        name: `lane ${lane}, ${this.#launched}`,
        entry,
        cwd: file.cwd,
        nodeArgs: [...file.flags],
        workers: 1,
        // Its end is what is looked for, whenever it comes.
        maxRestarts: 0,
        readyTimeout: 2 * deadlineMs,
        drainTimeout: 1_000,
        killTimeout: 1_000,
        env,
      },
      { folder, node: { path: node, version, source: "explicit" }, environment: process.env },
    );
    const endpoint = await launchSupervisor({
      recipe,
      node,
      supervisorFile: join(bundlesFolder, "supervisor.cjs"),
      version: "0.0.0-test",
      detached: false,
      graceMs: 60_000,
      folder,
    });
    const client = await SupervisorClient.connect(endpoint, { name: "Node's tests", version: "0" });
    return { client, entry, kind };
  }

  async #end(): Promise<void> {
    const client = this.#running?.client;
    this.#running = undefined;
    if (client !== undefined) {
      const closed = new Promise<void>((resolve) => {
        client.onDidClose(resolve);
      });
      await client.request("app/stop", { now: true }).catch(() => undefined);
      await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 5_000))]);
      client.dispose();
    }
  }
}

interface RunningSupervisor {
  readonly client: SupervisorClient;
  /** A link to the file that it runs. */
  readonly entry: string;
  /** What files have in common that it can run: how Node.js is started for them. */
  readonly kind: string;
}

function lead(link: string, target: string): void {
  rmSync(link, { force: true });
  symlinkSync(target, link);
}

/** Starts the app, which has finished, once what it left is cleaned up. */
async function startAgain(client: SupervisorClient): Promise<void> {
  for (let tried = 0; ; tried += 1) {
    try {
      await client.request("app/start", {});
      return;
    } catch (error) {
      if (tried === startTries) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  }
}

function untilEnded(client: SupervisorClient): Promise<Outcome> {
  return new Promise((resolve) => {
    const settle = (outcome: Outcome): void => {
      listening.dispose();
      clearTimeout(timer);
      clearInterval(looking);
      resolve(outcome);
    };
    const timer = setTimeout(() => settle({ code: undefined, hung: true, output: "" }), deadlineMs);
    const isQuiet = quietWorker(client);
    const looking = setInterval(() => {
      if (isQuiet()) {
        clearInterval(looking);
        endWorker(client).then(settle, (error) => settle({ code: undefined, hung: true, output: String(error) }));
      }
    }, lookEveryMs);
    const look = (snapshot: Snapshot): void => {
      const outcome = outcomeOf(snapshot);
      if (outcome !== undefined) {
        settle(outcome);
      }
    };
    const listening = client.onDidSnapshot(look);
    look(client.snapshot);
  });
}

/** Tells whether the worker has done nothing for a while: it would do so for ever, as a plain worker does. */
function quietWorker(client: SupervisorClient): () => boolean {
  let used = -1;
  let quietSince = performance.now();
  return () => {
    const worker = client.snapshot.workers.find(({ state }) => state === "ready" || state === "starting");
    const now = worker === undefined || !isAlive(worker.pid) ? undefined : processorMs(worker.pid);
    if (now === undefined || now !== used) {
      used = now ?? -1;
      quietSince = performance.now();
    }
    return performance.now() - quietSince > quietMs;
  };
}

/** Has the worker ended by a restart, which leaves what it printed at its exit to be read, and judges it as a plain worker's end. */
async function endWorker(client: SupervisorClient): Promise<Outcome> {
  const [worker] = client.snapshot.workers;
  // Its answer comes when the next worker is ready, which may never be.
  client.request("app/renew", { kind: "restart" }).catch(() => undefined);
  await new Promise<void>((resolve) => {
    client.onDidSnapshot(({ workers }) => {
      if (!workers.some(({ id, state }) => id === worker?.id && state !== "exited")) {
        resolve();
      }
    });
  });
  const { chunks } = await client.request("logs/read", { lines: 200, ...(worker && { worker: worker.id }) });
  const output = chunks.map(({ text }) => text).join("");
  return { code: /^Node\.js v\d/m.test(output) ? 1 : 0, hung: false, ended: true, output: output.slice(-2_000) };
}

function outcomeOf({ app }: Snapshot): Outcome | undefined {
  const { failure } = app;
  if (failure !== undefined && (app.state === "stopped" || app.state === "crash-looping")) {
    return { code: failure.exitCode ?? undefined, hung: false, output: failure.stderr.join("\n") };
  }
  return app.finished ? { code: 0, hung: false, output: "" } : undefined;
}
