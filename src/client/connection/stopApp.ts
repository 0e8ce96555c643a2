import { setTimeout as delay } from "node:timers/promises";
import { toHitlessError } from "../../shared/errors.ts";
import type { RequestResult } from "../../shared/protocol.ts";
import type { SupervisorClient } from "./supervisorClient.ts";

/** Milliseconds for a supervisor without an app to close its control channel. */
const closeDeadlineMs = 4_000;
const pollMs = 20;

/** How a stop went: how many workers had to be killed, and whose reading of the last output its supervisor waits for. */
export type Stopped = RequestResult<"app/stop">;

/** Stops the app and releases its supervisor, so that the same app can be started again at once. */
export async function stopApp(client: SupervisorClient, { now }: { readonly now: boolean }): Promise<Stopped> {
  let stopped: Stopped = { killed: 0 };
  try {
    stopped = await client.request("app/stop", now ? { now } : {});
  } catch (error) {
    // Another client may have stopped it too, and the supervisor ended before it could answer both.
    if (toHitlessError(error).code !== "connectionLost" || (await client.isThere(closeDeadlineMs))) {
      throw error;
    }
  }
  await leaveSupervisor(client);
  return stopped;
}

/**
 * Closes the connection to a supervisor whose app has stopped, and waits until it can no longer be found. Its pid would
 * not show that: without an init that reaps, as in many containers, a process that has ended keeps it.
 */
export async function leaveSupervisor(client: SupervisorClient): Promise<void> {
  client.dispose();
  const deadline = performance.now() + closeDeadlineMs;
  while (performance.now() < deadline) {
    if (!(await client.isThere(closeDeadlineMs))) {
      return;
    }
    await delay(pollMs);
  }
}
