import { own } from "./ownSymbol.ts";

/* What Node does not document of the IPC channel of a process: see `docs/architecture.md`. */

/**
 * Whether all that was sent has left this process. What waits behind a socket or a long message of the app leaves in a later turn of
 * the event loop only.
 */
export function hasAllLeft(end: object = process): boolean {
  const written: unknown = Reflect.get(own(end, "kChannelHandle") ?? {}, "writeQueueSize");
  return !Reflect.get(end, "_handleQueue") && !(typeof written === "number" && written > 0);
}

/**
 * Makes the next message leave at once, sockets included. Node keeps all that follows a socket until the receiver has
 * confirmed it (`_handleQueue` in lib/internal/child_process.js): of a process that is at its end that is lost.
 */
export function skipHandleQueue(): void {
  Reflect.set(process, "_handleQueue", null);
  Reflect.set(process, "_pendingMessage", null);
}

/** The IPC channel's file descriptor. */
export function channelDescriptor(): number | undefined {
  const descriptor: unknown = Reflect.get(process.channel ?? {}, "fd");
  return typeof descriptor === "number" && descriptor >= 0 ? descriptor : undefined;
}
