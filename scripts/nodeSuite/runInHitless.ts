import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { SupervisorClient } from "../../src/client/connection/supervisorClient.ts";
import { launchSupervisor } from "../../src/client/launch/launchSupervisor.ts";
import { buildRecipe } from "../../src/client/recipe/recipe.ts";
import type { Snapshot } from "../../src/shared/snapshot.ts";
import { bundlesFolder } from "../../test/support/process/bundles.ts";
import { isAlive, processorMs } from "../../test/support/process/processes.ts";
import type { Outcome, RunOptions } from "./compareFile.ts";
import type { SuiteFile } from "./suiteFiles.ts";

const deadlineMs = 30_000;

/** A server that has used no processor time for so long, in milliseconds, has nothing more to do but to wait. */
const quietMs = 3_000;
const lookEveryMs = 200;

/** Runs a file as the only worker of a supervisor, until that worker has ended. */
export async function runInHitless(
  file: SuiteFile,
  env: Readonly<Record<string, string>>,
  { node, version }: RunOptions,
): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "hl-"));
  try {
    const recipe = await buildRecipe(
      {
        name: file.name,
        entry: file.path,
        cwd: dirname(file.path),
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
    try {
      return await untilEnded(client);
    } finally {
      const closed = new Promise<void>((resolve) => {
        client.onDidClose(resolve);
      });
      await client.request("app/stop", { now: true }).catch(() => undefined);
      await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 5_000))]);
      client.dispose();
    }
  } catch (error) {
    return { code: undefined, hung: false, output: `could not be run: ${String(error)}` };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function untilEnded(client: SupervisorClient): Promise<Outcome> {
  return new Promise((resolve) => {
    const settle = (outcome: Outcome): void => {
      clearTimeout(timer);
      clearInterval(looking);
      resolve(outcome);
    };
    const timer = setTimeout(() => settle({ code: undefined, hung: true, output: "" }), deadlineMs);
    const isQuiet = quietServer(client);
    const looking = setInterval(() => {
      if (isQuiet()) {
        clearInterval(looking);
        endServer(client).then(settle, () => undefined);
      }
    }, lookEveryMs);
    const look = (snapshot: Snapshot): void => {
      const outcome = outcomeOf(snapshot);
      if (outcome !== undefined) {
        settle(outcome);
      }
    };
    client.onDidSnapshot(look);
    look(client.snapshot);
  });
}

/** Tells whether the worker serves and has done nothing for a while: it would do so for ever, as a plain worker does. */
function quietServer(client: SupervisorClient): () => boolean {
  let used = -1;
  let quietSince = performance.now();
  return () => {
    const server = client.snapshot.workers.find(({ state }) => state === "ready");
    const now = server === undefined || !isAlive(server.pid) ? undefined : processorMs(server.pid);
    if (now === undefined || now !== used) {
      used = now ?? -1;
      quietSince = performance.now();
    }
    return performance.now() - quietSince > quietMs;
  };
}

/** Has the server ended by a restart, which leaves what it printed at its exit to be read, and judges it as a plain worker's end. */
async function endServer(client: SupervisorClient): Promise<Outcome> {
  const [worker] = client.snapshot.workers;
  await client.request("app/renew", { kind: "restart" });
  const { chunks } = await client.request("logs/read", { lines: 200, ...(worker && { worker: worker.id }) });
  const output = chunks.map(({ text }) => text).join("");
  return { code: /^Node\.js v\d/m.test(output) ? 1 : 0, hung: false, output: output.slice(-2_000) };
}

function outcomeOf({ app }: Snapshot): Outcome | undefined {
  const { failure } = app;
  if (failure !== undefined && (app.state === "stopped" || app.state === "crash-looping")) {
    return { code: failure.exitCode ?? undefined, hung: false, output: failure.stderr.join("\n") };
  }
  return app.finished ? { code: 0, hung: false, output: "" } : undefined;
}
