import { readFileSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { SupervisorClient } from "../../../client/connection/supervisorClient.ts";
import { listEndpoints } from "../../../client/launch/endpoints.ts";
import { runtimeFolder } from "../../../client/launch/runtimeFolder.ts";
import type { Endpoint } from "../../../shared/launch.ts";
import type { Snapshot } from "../../../shared/snapshot.ts";
import { type CliContext, exitCodes } from "../../cliContext.ts";
import { say } from "../../command.ts";
import { hitlessLine } from "../../show/eventPrinter.ts";
import { duration } from "../../terminal/units.ts";
import { runInForeground } from "../foreground.ts";
import type { CollectedWishes } from "./stopWishes.ts";

/** So many times within `withinMs` milliseconds a supervisor that has died is started again. */
const mostDeaths = 5;
const withinMs = 60_000;

/** Workers of a supervisor that has died end by themselves, or are killed by its watcher; they may hold the port. */
const workersEndMs = 10_000;
const lookEveryMs = 10;

/** One that was to take over does so as soon as it notices, or has died too. */
const heirMs = 5_000;
const lookForHeirMs = 100;

/** Shows an app in this terminal until it ends, and starts its supervisor again when that dies. Returns the exit code. */
export async function keepRunning(
  context: CliContext,
  first: SupervisorClient,
  wishes: CollectedWishes,
  startAgain: () => Promise<Endpoint>,
): Promise<number> {
  const { stderr } = context;
  const deaths: number[] = [];
  for (let client = first; ; ) {
    const moves = client.onDidMove(({ pid }) => wishes.started(pid));
    const end = await runInForeground(context, client, wishes);
    moves.dispose();
    if (end !== "lost") {
      return end;
    }
    const { endpoint, snapshot } = client;
    client.dispose();
    const now = performance.now();
    deaths.push(now);
    const gone = `The supervisor of ${endpoint.name} (pid ${endpoint.pid}) has gone, and its workers with it`;
    if (deaths.filter((at) => now - at < withinMs).length > mostDeaths) {
      const often = `${mostDeaths + 1} times within ${duration(withinMs)}; it is not started again`;
      say(context, `${stderr.paint("red", "✖")} ${gone}, ${often}.`);
      return exitCodes.failed;
    }
    say(context, `${stderr.paint("red", "✖")} ${gone}; it is started again.`);
    // It may have died while it was being renewed, and have left the app to the new one.
    const heir = await awaitHeir(endpoint, snapshot.renewal?.upgrade === true ? heirMs : 0);
    if (heir === undefined) {
      await ended(snapshot);
    }
    const next = heir ?? (await startAgain());
    client = await SupervisorClient.connect(next, context.identity);
    wishes.started(next.pid);
    const how = heir === undefined ? "runs again" : "is run by the supervisor that was to take over";
    await stderr.write(
      hitlessLine(stderr, `${endpoint.name} ${how} (pid ${next.pid}) after ${duration(performance.now() - now)}`),
    );
  }
}

/** The supervisor that was to take the app over, if it does within `ms` milliseconds. */
async function awaitHeir(endpoint: Endpoint, ms: number): Promise<Endpoint | undefined> {
  const deadline = performance.now() + ms;
  for (;;) {
    const heir = await heirOf(endpoint);
    if (heir !== undefined || performance.now() >= deadline) {
      return heir;
    }
    await delay(lookForHeirMs);
  }
}

async function heirOf({ name, root, pid }: Endpoint): Promise<Endpoint | undefined> {
  const real = (path: string) => realpath(path).catch(() => path);
  for (const found of await listEndpoints(runtimeFolder())) {
    if (found.name === name && found.pid !== pid && (await real(found.root)) === (await real(root))) {
      return found;
    }
  }
  return undefined;
}

/** Resolves when the workers have ended, or have had their time to. */
async function ended({ workers }: Snapshot): Promise<void> {
  const deadline = performance.now() + workersEndMs;
  while (workers.some(({ pid }) => isAlive(pid)) && performance.now() < deadline) {
    await delay(lookEveryMs);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // Without an init that reaps, as in many containers, a process that has ended keeps its pid.
  return !isZombie(pid);
}

function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.charAt(stat.lastIndexOf(")") + 2) === "Z";
  } catch {
    return false;
  }
}
