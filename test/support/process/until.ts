import type { SupervisorClient } from "../../../src/client/connection/supervisorClient.ts";
import type { SupervisorEvent } from "../../../src/shared/logs.ts";
import type { Snapshot } from "../../../src/shared/snapshot.ts";
import { patience } from "./notHere/wine.ts";

const usualMs = 30_000;

/** Milliseconds any single thing a test waits for may take on a machine that is busy with other things. */
export const usualDeadlineMs: number = usualMs * patience;

/** How often something is looked at that tells of no change by itself, in milliseconds. */
const pollMs = 20;

/** Waits for the first snapshot, the latest one included, of which the condition holds. */
export function until(
  client: SupervisorClient,
  what: string,
  holds: (snapshot: Snapshot) => boolean,
  ms: number = usualMs,
): Promise<Snapshot> {
  const deadlineMs = ms * patience;
  return new Promise((resolve, reject) => {
    const check = (snapshot: Snapshot): void => {
      if (holds(snapshot)) {
        finish(() => resolve(snapshot));
      }
    };
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      listening.dispose();
      closing.dispose();
      settle();
    };
    const fail = (why: string): void =>
      finish(() =>
        reject(new Error(`${why}: ${what}. The latest state:\n${JSON.stringify(client.snapshot, null, 2)}`)),
      );
    const timer = setTimeout(() => fail(`It did not come about within ${deadlineMs} ms`), deadlineMs);
    const listening = client.onDidSnapshot(check);
    const closing = client.onDidClose(() => fail("The supervisor closed the connection before it came about"));
    check(client.snapshot);
  });
}

/** Waits until the app runs with all its workers; fails at once when it does not come up. */
export async function untilRunning(client: SupervisorClient): Promise<Snapshot> {
  const settled = ["running", "crash-looping", "stopped"];
  const snapshot = await until(client, "the app runs", ({ app }) => settled.includes(app.state));
  if (snapshot.app.state !== "running") {
    throw new Error(`The app is ${snapshot.app.state}: ${JSON.stringify(snapshot.app.failure)}`);
  }
  return snapshot;
}

/** Waits for an event that is logged from now on. */
export function untilEvent(client: SupervisorClient, code: string, ms: number = usualMs): Promise<SupervisorEvent> {
  const deadlineMs = ms * patience;
  return new Promise((resolve, reject) => {
    const seen: string[] = [];
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      listening.dispose();
      settle();
    };
    const timer = setTimeout(
      () => finish(() => reject(new Error(`No event ${code} within ${deadlineMs} ms; there were: ${seen.join("; ")}`))),
      deadlineMs,
    );
    const listening = client.onDidEvent((event) => {
      seen.push(`${event.code} ${event.message}`);
      if (event.code === code) {
        finish(() => resolve(event));
      }
    });
  });
}

/** Looks again and again at something that tells of no change by itself, such as whether a process lives. */
export async function poll(
  what: string | (() => string),
  holds: () => boolean | Promise<boolean>,
  ms: number = usualMs,
): Promise<void> {
  const deadlineMs = ms * patience;
  const deadline = performance.now() + deadlineMs;
  while (!(await holds())) {
    if (performance.now() > deadline) {
      const told = typeof what === "string" ? what : what();
      throw new Error(`Within ${deadlineMs} ms it did not come about that ${told}.`);
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** Rejects when the promise takes longer. */
export async function within<T>(what: string, promise: Promise<T>, ms: number = usualMs): Promise<T> {
  const deadlineMs = ms * patience;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${deadlineMs} ms.`)), deadlineMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
