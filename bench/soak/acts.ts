import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { SupervisorClient } from "../../src/client/connection/supervisorClient.ts";
import type { RenewalReport } from "../../src/shared/report.ts";
import { bundlesFolder } from "../../test/support/process/bundles.ts";
import { isAlive, signal } from "../../test/support/process/processes.ts";
import type { TestApp } from "../../test/support/process/testApp.ts";
import { poll, until, within } from "../../test/support/process/until.ts";

/** All that one renewal may take on a machine that is busy with other things, in milliseconds. */
const actMs = 120_000;

const mostWorkers = 4;

/** A worker that has grown is given so long to be replaced, before a reload does it; a slot waits ever longer, in milliseconds. */
const replacedMs = 8_000;
const grownMebibytes = 400;

export interface World {
  readonly app: TestApp;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Programs of the versions of Node.js that the supervisor is renewed to. */
  readonly nodes: readonly { readonly path: string; readonly version: string }[];
  readonly supervisorFile: string;
  /** Resolves with the next report of this cause. */
  nextReport(holds: (report: RenewalReport) => boolean): Promise<RenewalReport>;
}

/** A way in which workers, or the supervisor, are renewed. */
export interface Act {
  readonly kind: string;
  /** How often it happens, compared with the others, while the supervisor stays the same and while it is renewed. */
  readonly weight: readonly [steady: number, renewing: number];
  /** Whether it renews the supervisor. */
  readonly isUpgrade?: boolean;
  /** Resolves when it is over. @throws when it did not do what it should. */
  run(world: World): Promise<void>;
}

const renew =
  (kind: RenewalReport["kind"]) =>
  async ({ app: { client } }: World): Promise<void> => {
    expectOutcome(await client.request("app/renew", { kind }), ["completed"]);
  };

let saves = 0;

export const acts: readonly Act[] = [
  { kind: "reload", weight: [28, 12], run: renew("reload") },
  { kind: "graceful reload", weight: [14, 6], run: renew("gracefulReload") },
  { kind: "restart", weight: [5, 2], run: renew("restart") },
  {
    kind: "reload of one worker",
    weight: [8, 3],
    async run({ app: { client }, random }) {
      const worker = pick(client.snapshot.workers, random).id;
      expectOutcome(await client.request("app/renew", { kind: "reload", worker }), ["completed"]);
    },
  },
  {
    kind: "scale",
    weight: [12, 6],
    async run({ app: { client }, random }) {
      const { desiredWorkers } = client.snapshot.app;
      const others = Array.from({ length: mostWorkers }, (_, index) => index + 1).filter(
        (count) => count !== desiredWorkers,
      );
      await within("scaling", client.request("app/scale", { workers: pick(others, random) }), actMs);
    },
  },
  {
    kind: "crash (SIGKILL)",
    weight: [6, 3],
    async run({ app: { client }, random }) {
      const { pid } = pick(client.snapshot.workers, random);
      signal(pid, "SIGKILL");
      await isGone(client, pid);
    },
  },
  {
    kind: "crash (uncaught exception)",
    weight: [6, 3],
    async run({ app: { client, port } }) {
      await isGone(client, Number(await ask(port + 8, "/throw")));
    },
  },
  {
    kind: "crash while it is reloaded",
    weight: [3, 1],
    async run({ app: { client }, random }) {
      const { pid } = pick(client.snapshot.workers, random);
      const reloaded = client.request("app/renew", { kind: "reload" });
      await wait(random() * 200);
      signal(pid, "SIGKILL");
      expectOutcome(await reloaded, ["completed", "rolledBack", "failed"]);
      await isGone(client, pid);
    },
  },
  {
    kind: "changed file (watch)",
    weight: [10, 4],
    async run({ app, nextReport }) {
      saves += 1;
      const reported = nextReport(({ cause }) => cause === "watch");
      app.write("watched.cjs", `module.exports = ${saves};\n`);
      expectOutcome(await within("the reload after a save", reported, actMs), ["completed"]);
    },
  },
  {
    kind: "too much memory",
    weight: [2, 0],
    async run({ app: { client, port } }) {
      const pid = Number(await ask(port + 8, `/grow/${grownMebibytes}`));
      await isGone(client, pid, replacedMs).catch(async () => {
        // Its slot was replaced not long ago, and waits.
        expectOutcome(await client.request("app/renew", { kind: "reload" }), ["completed"]);
        await isGone(client, pid);
      });
    },
  },
  {
    kind: "broken build",
    weight: [4, 2],
    async run({ app: { client } }) {
      expectOutcome(await client.request("app/renew", { kind: "reload", broken: true }), ["rolledBack"]);
    },
  },
  {
    kind: "cancelled reload",
    weight: [4, 2],
    async run({ app: { client }, random }) {
      const reloaded = client.request("app/renew", { kind: "reload" });
      await wait(random() * 100);
      await client.request("app/cancelRenewal", {});
      expectOutcome(await reloaded, ["completed", "cancelled"]);
    },
  },
  {
    kind: "upgrade that fails",
    weight: [3, 4],
    async run({ app: { client } }) {
      const supervisorFile = join(bundlesFolder, "metrics.cjs");
      const report = client.request("app/upgrade", { supervisorFile, version: "0.0.0-soak" });
      expectOutcome(await within("an upgrade that fails", report, actMs), ["rolledBack"]);
    },
  },
  {
    kind: "upgrade",
    weight: [0, 50],
    isUpgrade: true,
    async run({ app: { client }, nodes, supervisorFile, random }) {
      const { pid, nodeVersion } = client.snapshot.supervisor;
      const node = pick(
        nodes.filter(({ version }) => nodes.length === 1 || version !== nodeVersion),
        random,
      );
      const report = client.request("app/upgrade", { node, supervisorFile, version: "0.0.0-soak" });
      expectOutcome(await within("an upgrade", report, actMs), ["completed"]);
      await poll("the old supervisor ends", () => !isAlive(pid), actMs);
    },
  },
];

/** Chooses an act by its weight. @param isRenewing Whether the supervisor is to be renewed now and then. */
export function chooseAct(random: () => number, isRenewing: boolean): Act {
  const weightOf = ({ weight }: Act): number => weight[isRenewing ? 1 : 0];
  let left = random() * acts.reduce((sum, act) => sum + weightOf(act), 0);
  for (const act of acts) {
    left -= weightOf(act);
    if (left < 0) {
      return act;
    }
  }
  throw new Error("No act has a weight.");
}

/** All workers there are to be serve, and nothing else is under way. */
export async function untilAtRest(client: SupervisorClient): Promise<void> {
  await until(
    client,
    "the app is at rest",
    ({ app, renewal, workers }) =>
      app.state === "running" &&
      renewal === undefined &&
      workers.length === app.desiredWorkers &&
      workers.every(({ state }) => state === "ready"),
    actMs,
  );
}

async function isGone(client: SupervisorClient, pid: number, deadlineMs = actMs): Promise<void> {
  const gone = `worker process ${pid} is gone`;
  await until(client, gone, ({ workers }) => workers.every((worker) => worker.pid !== pid), deadlineMs);
}

function expectOutcome(report: RenewalReport, outcomes: readonly RenewalReport["outcome"][]): void {
  if (!outcomes.includes(report.outcome)) {
    throw new Error(`The ${report.kind} ${report.outcome}: ${report.reason}`);
  }
}

function pick<Item>(items: readonly Item[], random: () => number): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) {
    throw new Error("There is nothing to choose from.");
  }
  return item;
}

async function ask(port: number, path: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    headers: { connection: "close" },
    signal: AbortSignal.timeout(30_000),
  });
  return response.text();
}
