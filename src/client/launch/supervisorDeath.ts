import { readFileSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { HitlessError, toHitlessError } from "../../shared/errors.ts";
import type { Endpoint } from "../../shared/launch.ts";
import type { Snapshot } from "../../shared/snapshot.ts";
import { listEndpoints } from "./endpoints.ts";

/** So many times within `withinMs` milliseconds a supervisor that has died is started again. */
export const deathLimit = { times: 5, withinMs: 60_000 };

/** Workers of a supervisor that has died end by themselves, or are killed by its watcher; they may hold the port. */
const workersEndMs = 10_000;
const lookEveryMs = 10;

/** One that was to take over does so as soon as it notices, or has died too. */
const heirMs = 5_000;
const lookForHeirMs = 100;

/** The deaths of one app's supervisors, as seen by whoever started it. */
export class SupervisorDeaths {
  #deaths: number[] = [];

  /**
   * Counts one more. Returns whether the supervisor is to be started again.
   * @param now Milliseconds on a clock that only goes forward.
   */
  add(now = performance.now()): boolean {
    this.#deaths = [...this.#deaths.filter((at) => now - at < deathLimit.withinMs), now];
    return this.#deaths.length <= deathLimit.times;
  }
}

/** A supervisor that has died. */
export interface DeadSupervisor {
  readonly endpoint: Endpoint;
  /** Its last state that was known. */
  readonly last: Snapshot;
  /** Of endpoint files. */
  readonly folder: string;
}

/**
 * Starts the app of a supervisor that has died again, when its workers have ended or have had their time to. `byOther`: another
 * supervisor has the app, which was to take over or which somebody else has started.
 * @param launch Resolves with `undefined` to leave it to somebody else.
 * @throws HitlessError `supervisorFailed` if the process has not ended after all, and what `launch` throws.
 */
export async function startAgain<Started extends Endpoint | undefined>(
  dead: DeadSupervisor,
  launch: () => Promise<Started>,
): Promise<{ readonly endpoint: Started | Endpoint; readonly byOther: boolean }> {
  const heir = (await awaitHeir(dead)) ?? (await settle(dead));
  if (heir !== undefined) {
    return { endpoint: heir, byOther: true };
  }
  try {
    return { endpoint: await launch(), byOther: false };
  } catch (error) {
    const other = toHitlessError(error).code === "appAlreadyRunning" ? await findHeir(dead) : undefined;
    if (other === undefined) {
      throw error;
    }
    return { endpoint: other, byOther: true };
  }
}

/** Resolves with the supervisor that has the app, if one is there by then. */
async function settle(dead: DeadSupervisor): Promise<Endpoint | undefined> {
  const { name, pid } = dead.endpoint;
  const deadline = performance.now() + workersEndMs;
  const pids = [pid, ...dead.last.workers.map((worker) => worker.pid)];
  while (pids.some(isAlive) && performance.now() < deadline) {
    await delay(lookEveryMs);
  }
  const heir = await findHeir(dead);
  if (heir === undefined && isAlive(pid)) {
    throw new HitlessError(
      "supervisorFailed",
      `The supervisor of ${name} (pid ${pid}) can't be reached, but its process has not ended. End it, and start the app.`,
    );
  }
  return heir;
}

async function awaitHeir(dead: DeadSupervisor): Promise<Endpoint | undefined> {
  const deadline = performance.now() + (dead.last.renewal?.upgrade === true ? heirMs : 0);
  for (;;) {
    const heir = await findHeir(dead);
    if (heir !== undefined || performance.now() >= deadline) {
      return heir;
    }
    await delay(lookForHeirMs);
  }
}

async function findHeir({ endpoint, folder }: DeadSupervisor): Promise<Endpoint | undefined> {
  const { name, root, pid } = endpoint;
  const real = (path: string) => realpath(path).catch(() => path);
  for (const found of await listEndpoints(folder)) {
    if (found.name === name && found.pid !== pid && (await real(found.root)) === (await real(root))) {
      return found;
    }
  }
  return undefined;
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
