import { warmupPathMs } from "../../../shared/settings/readyTime.ts";
import { steadyNow } from "../../clock.ts";
import type { WorkerHandle } from "../workerHandle.ts";
import { askReadyUrl, askServer, NotThereYet } from "./readyUrl.ts";

/** A worker is ready with its first server; those that it has besides come within so many tries, this far apart in milliseconds. */
const tries = 30;
const retryMs = 100;

/**
 * Requests each path from the worker itself, one after the other: a path (`/search?q=a`) from its first HTTP server, an address from
 * that of its servers.
 * @param isOurs Whether the supervisor listens on a port for the workers.
 * @param isOver Whether it has become pointless.
 * @returns Of each path that brought no answer of 2xx or 3xx what came instead.
 */
export async function warmUp(
  worker: WorkerHandle,
  paths: readonly string[],
  { isOurs, isOver }: { readonly isOurs: (port: number) => boolean; readonly isOver: () => boolean },
): Promise<string[]> {
  const problems: string[] = [];
  for (const path of paths) {
    if (isOver()) {
      break;
    }
    const until = steadyNow() + warmupPathMs;
    const ask = async (): Promise<number> => {
      const left = Math.max(1, Math.round(until - steadyNow()));
      return path.startsWith("/") ? askServer(worker, path, left) : askReadyUrl(worker, new URL(path), isOurs, left);
    };
    const answer = await untilThere(ask, isOver).catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    );
    if (typeof answer === "string") {
      problems.push(`${path}: ${answer}`);
    } else if (answer < 200 || answer >= 400) {
      problems.push(`${path}: status ${answer}`);
    }
  }
  return problems;
}

async function untilThere(ask: () => Promise<number>, isOver: () => boolean): Promise<number> {
  for (let left = tries; ; left -= 1) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof NotThereYet) || left === 0 || isOver()) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
}
