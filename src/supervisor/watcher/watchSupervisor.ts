import { isAlive } from "../process/isAlive.ts";
import { killTree } from "../process/killTree.ts";
import { endOrphans } from "../process/orphans.ts";
import { listMarked } from "../process/processTree.ts";
import type { WatchedApp, WatchedWorker } from "./watchedApp.ts";

/** How often it is looked which workers live, once the supervisor is gone, in milliseconds. */
const lookEveryMs = 50;

/**
 * The watcher's whole life: it reads which workers there are until the supervisor ends, in whatever way, and then ends those
 * that are left and what they have started.
 */
export function watchSupervisor(): void {
  // The user's Ctrl-C and a terminal that closes are the supervisor's business.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => undefined);
  }
  let app = JSON.parse(process.argv[3] ?? "") as WatchedApp;
  let rest = "";
  process.stdin.setEncoding("utf8");
  process.stdin.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    const last = lines.at(-1);
    if (last !== undefined) {
      app = JSON.parse(last) as WatchedApp;
    }
  });
  let over = false;
  const end = (): void => {
    if (!over) {
      over = true;
      for (const worker of app.workers) {
        endWorker(worker, app.group);
      }
    }
  };
  process.stdin.on("end", end);
  process.stdin.on("error", end);
}

/** Gives a worker its time to end by itself, then kills it and what it has started. */
function endWorker({ pid, mark, killTimeout }: WatchedWorker, group: number | undefined): void {
  const deadline = performance.now() + killTimeout;
  const cleanUp = (): void => {
    endOrphans(listMarked(mark, group), { killTimeout, found: () => undefined, done: () => undefined });
  };
  // Looked at so often that its pid can't be another's meanwhile.
  const look = (): void => {
    if (!isAlive(pid)) {
      cleanUp();
    } else if (performance.now() < deadline) {
      setTimeout(look, lookEveryMs);
    } else {
      killTree(pid, () => {
        kill(pid);
        cleanUp();
      });
    }
  };
  look();
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended between the look and the signal.
  }
}
