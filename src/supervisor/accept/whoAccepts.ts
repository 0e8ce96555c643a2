import cluster from "node:cluster";
import type { LaunchRecipe } from "../../shared/appConfig.ts";
import type { EventLog } from "../logs/eventLog.ts";

type Scheduling = LaunchRecipe["scheduling"];

/**
 * Whether the workers accept by themselves. On Windows none does: libuv keeps `AcceptEx` requests under way in each process
 * that listens, the system completes them before the process knows of the connection, and closing the listening handle closes
 * those connections too (`uv__tcp_close` in `src/win/tcp.c`), of which nobody could tell.
 */
export function workersAccept(scheduling: Scheduling, platform: NodeJS.Platform = process.platform): boolean {
  return scheduling === "shared" && platform !== "win32";
}

/** Sets once how accepted connections are distributed to workers. Called before the first worker. */
export function chooseScheduling(scheduling: Scheduling, events: EventLog): void {
  const shared = workersAccept(scheduling);
  // Explicit, since the default on Windows is to leave it to the system.
  cluster.schedulingPolicy = shared ? cluster.SCHED_NONE : cluster.SCHED_RR;
  if (scheduling === "shared" && !shared) {
    events.log(
      "info",
      "scheduling",
      'On Windows scheduling "shared" works as "roundRobin": the system completes connections before a worker takes them, and they would be reset when it leaves.',
    );
  }
}
