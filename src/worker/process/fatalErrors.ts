import type { Channel } from "../channel.ts";
import type { Guard } from "../guard.ts";

const longestMessage = 2_000;
const longestStack = 8_000;

/**
 * Reports an uncaught exception to the supervisor before it ends the process. `uncaughtExceptionMonitor` observes
 * without changing what happens next (https://nodejs.org/api/process.html#event-uncaughtexceptionmonitor).
 */
export function watchFatalErrors(channel: Channel, guard: Guard): void {
  process.on(
    "uncaughtExceptionMonitor",
    guard("fatal error", (error: unknown) => {
      channel.send({
        type: "fatal",
        ...describeError(error),
        stack: (text(error, "stack") ?? "").slice(0, longestStack),
      });
    }),
  );
}

/** What tells errors apart, of whatever was thrown. */
export function describeError(error: unknown) {
  return {
    name: text(error, "name") ?? "Error",
    code: text(error, "code"),
    message: (text(error, "message") ?? String(error)).slice(0, longestMessage),
    address: text(error, "address"),
    port: numberOf(error, "port"),
  };
}

function read(error: unknown, key: string): unknown {
  return typeof error === "object" && error !== null ? Reflect.get(error, key) : undefined;
}

function text(error: unknown, key: string): string | null {
  const value = read(error, key);
  return typeof value === "string" ? value : null;
}

function numberOf(error: unknown, key: string): number | null {
  const value = read(error, key);
  return typeof value === "number" ? value : null;
}
