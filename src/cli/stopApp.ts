import { setTimeout as delay } from "node:timers/promises";
import { isAlive } from "../client/endpoints.ts";
import type { SupervisorClient } from "../client/supervisorClient.ts";

/** Milliseconds for a supervisor without an app to end; it lingers 2 s for its other clients. */
const exitDeadlineMs = 4_000;
const pollMs = 20;

/**
 * Stops the app and lets its supervisor go, so that the same app can be started again at once.
 * @returns How many workers had to be killed.
 */
export async function stopApp(client: SupervisorClient, { now }: { readonly now: boolean }): Promise<number> {
  const { killed } = await client.request("app/stop", now ? { now } : {});
  await leaveSupervisor(client);
  return killed;
}

/** Closes the connection to a supervisor whose app has stopped, and waits until its process is gone. */
export async function leaveSupervisor(client: SupervisorClient): Promise<void> {
  client.dispose();
  const deadline = performance.now() + exitDeadlineMs;
  // It is no child of ours, so there is no event to wait for.
  while (isAlive(client.endpoint.pid) && performance.now() < deadline) {
    await delay(pollMs);
  }
}
