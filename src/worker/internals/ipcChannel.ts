/* What Node does not document of the IPC channel of a process that is at its end: see `docs/architecture.md`. */

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
