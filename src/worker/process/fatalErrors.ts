import { resolve } from "node:path";
import type { Channel } from "../channel.ts";
import type { Guard } from "../guard.ts";
import { steadyNow } from "../ownTimers.ts";

const longestMessage = 2_000;
const longestStack = 8_000;

/** The supervisor takes an error for the cause of an exit that follows within this time, in milliseconds. */
const countsForMs = 5_000;

export interface FatalErrors {
  /** To be called now and then: lets go of an error that has not ended the process. */
  look(): void;
}

/**
 * Reports an uncaught exception to the supervisor before it ends the process. `uncaughtExceptionMonitor` observes
 * without changing what happens next (https://nodejs.org/api/process.html#event-uncaughtexceptionmonitor).
 *
 * V8 formats a stack when it is read for the first time, for whoever reads it later too: by then a REPL, a domain or whoever else
 * catches the error may have said how. So it is read only when the process exits.
 */
export function watchFatalErrors(channel: Channel, guard: Guard): FatalErrors {
  let last: { readonly error: unknown; readonly at: number } | undefined;
  let exits = false;
  const send = (error: unknown, stack: string): void => {
    channel.send({ type: "fatal", ...describeError(error), stack: stack.slice(0, longestStack) });
  };
  process.on(
    "uncaughtExceptionMonitor",
    guard("fatal error", (error: unknown) => {
      last = { error, at: steadyNow() };
      send(error, exits ? stackOf(error) : "");
    }),
  );
  process.on(
    "exit",
    guard("fatal error", (code: unknown) => {
      exits = true;
      if (last !== undefined && steadyNow() - last.at < countsForMs) {
        send(last.error, stackOf(last.error));
      } else if (code !== 0) {
        channel.send({ type: "exits", stack: exitFrames().slice(0, longestStack) });
      }
    }),
  );
  return {
    look() {
      if (last !== undefined && steadyNow() - last.at >= countsForMs) {
        last = undefined;
      }
    },
  };
}

/** The frames that called `process.exit`; empty where the process ends otherwise. */
function exitFrames(): string {
  const { stackTraceLimit } = Error;
  // What an app validates its settings with may be many calls deep.
  Reflect.set(Error, "stackTraceLimit", 50);
  const frames = String(new Error().stack).split("\n");
  Reflect.set(Error, "stackTraceLimit", stackTraceLimit);
  const exit = frames.findIndex((frame) => frame.startsWith("    at process.exit "));
  return exit === -1 ? "" : frames.slice(exit + 1).join("\n");
}

function stackOf(error: unknown): string {
  return text(error, "stack") ?? "";
}

/** What tells errors apart, of whatever was thrown. */
export function describeError(error: unknown) {
  return {
    name: text(error, "name") ?? "Error",
    code: text(error, "code"),
    message: (text(error, "message") ?? String(error)).slice(0, longestMessage),
    address: addressOf(error),
    port: numberOf(error, "port"),
  };
}

/** The path of a Unix socket, which has the port -1, from the root: the supervisor has another folder. */
function addressOf(error: unknown): string | null {
  const address = text(error, "address");
  const isFile = address && numberOf(error, "port") === -1 && !address.startsWith("\0") && process.platform !== "win32";
  return isFile ? resolve(address) : address;
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
