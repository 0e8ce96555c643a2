import { leaderEvent, leaderVariable } from "../../shared/workerMessages.ts";

/**
 * Says whether this worker leads, where the app looks for it. The event comes in a tick of its own, so that what its listeners
 * throw is the app's, as from any event of the process.
 */
export function setLeader(on: boolean): void {
  if (on === (process.env[leaderVariable] === "1")) {
    return;
  }
  process.env[leaderVariable] = on ? "1" : "0";
  if (process.listenerCount(leaderEvent) > 0) {
    process.nextTick(() => process.emit(leaderEvent as "beforeExit", on as unknown as number));
  }
}
