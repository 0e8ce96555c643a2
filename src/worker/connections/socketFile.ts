import { accessSync, constants, lstatSync, type Stats } from "node:fs";
import type { Server } from "node:net";
import { dirname, resolve } from "node:path";
import type { Guard } from "../guard.ts";
import { onAskedToListen, refusesSocketBeside } from "../internals/listeningHandles.ts";
import { steadyNow } from "../ownTimers.ts";

/** For the supervisor to bind a socket, in milliseconds: it takes one or two, far more where the machine is busy. */
const bindMs = 5_000;

/** By then the file of one that can be bound is usually there; if not, it is looked whether the system allows it. In milliseconds. */
const refusalMs = 100;

/** For its second name, which some file systems don't have, in milliseconds. */
const linkMs = 25;

const pauseMs = 1;

const { wait } = Atomics;

/**
 * Lets `listen` of a Unix socket return when its file is there, as it does in a process of its own: the app may look at it, copy it
 * or set its rights in the next line. The supervisor binds it, so the file would come some time later.
 */
export function awaitSocketFile(server: Server, options: unknown, guard: Guard): void {
  const path = boundElsewhere(options);
  if (path === undefined || lookAt(path) !== undefined || !mayAppear(path)) {
    return;
  }
  onAskedToListen(
    server,
    guard("socket file", () => void awaitFile(path, refusesSocketBeside)),
  );
}

/**
 * Blocks until the file is there.
 * @param refuses Whether a socket can't be bound at the path: what is refused here is refused to the supervisor too.
 * @returns How the wait ended: `late` after 5 s in which the supervisor had no time for it.
 */
export function awaitFile(path: string, refuses: (path: string) => boolean): "there" | "refused" | "late" {
  const cell = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const began = steadyNow();
  let since: number | undefined;
  let isAsked = false;
  for (;;) {
    const now = steadyNow();
    const file = lookAt(path);
    since ??= file && now;
    // With its second name it is safe: the app may remove the first.
    if ((file !== undefined && file.nlink > 1) || (since !== undefined && now - since > linkMs)) {
      return "there";
    }
    if (since === undefined && now - began > bindMs) {
      return "late";
    }
    if (since === undefined && !isAsked && now - began > refusalMs) {
      isAsked = true;
      if (refuses(path)) {
        return "refused";
      }
    }
    wait(cell, 0, 0, pauseMs);
  }
}

/** The file of a Unix socket that the supervisor binds. */
function boundElsewhere(options: unknown): string | undefined {
  const { path, exclusive } = (typeof options === "object" && options !== null ? options : {}) as {
    readonly [name in "path" | "exclusive"]?: unknown;
  };
  // With NUL it is an abstract one, or refused.
  const hasFile = typeof path === "string" && path !== "" && !path.includes("\0") && process.platform !== "win32";
  return hasFile && !exclusive ? resolve(path) : undefined;
}

/** `undefined` also of one that can't be seen. */
function lookAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Where this is not allowed nobody waits: the supervisor has the same rights. */
function mayAppear(path: string): boolean {
  try {
    accessSync(dirname(path), constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
