import type { ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import { socketOf, watchDispatch } from "../internals.ts";

/** A connection that was on its way to a worker when that died: accepted, but not one byte of it read. */
export interface StrandedConnection {
  readonly socket: Socket;
  /** Port that it came to; `undefined` for a Unix socket. */
  readonly port: number | undefined;
  /** Path of the Unix socket that it came to. */
  readonly path: string | undefined;
}

export interface AcceptGuardOptions {
  /** Told of each connection as it leaves. */
  readonly sent: (connection: object) => void;
  /** Whether nobody listens any more where the connection came to. */
  readonly isAbandoned: (connection: object) => boolean;
  /** Told of a connection that the worker sent back when nobody listened any more. */
  readonly abandoned: (connection: StrandedConnection) => void;
}

/**
 * With round-robin scheduling the primary sends each accepted connection to a worker and waits for its answer. When the
 * worker dies before it answers, `node:cluster` forgets the connection without closing it, and its client waits for ever
 * (lib/internal/cluster/round_robin_handle.js, `handoff`). The same happens when the last worker that listened sends one
 * back. This keeps an eye on what is under way to one worker.
 * @returns A function that tells, after the worker's exit, what it left behind.
 */
export function guardAccepts(worker: ChildProcess, options: AcceptGuardOptions): () => StrandedConnection[] {
  const { sent, isAbandoned, abandoned } = options;
  const underWay = new Map<number, { readonly handle: object; readonly key: string }>();
  watchDispatch(worker, {
    sent(seq, handle, key) {
      underWay.set(seq, { handle, key });
      sent(handle);
    },
    answered(seq, accepted) {
      const connection = accepted ? undefined : underWay.get(seq);
      underWay.delete(seq);
      if (connection !== undefined && isAbandoned(connection.handle)) {
        const revived = revive(connection.handle, connection.key);
        if (revived !== undefined) {
          abandoned(revived);
        }
      }
    },
  });
  return () => {
    const stranded = [...underWay.values()].flatMap(({ handle, key }) => revive(handle, key) ?? []);
    underWay.clear();
    return stranded;
  };
}

function revive(handle: object, key: string): StrandedConnection | undefined {
  const socket = socketOf(handle);
  if (socket === undefined) {
    return undefined;
  }
  const { localPort } = socket;
  // Address, port, type, descriptor and index, joined by colons; a Unix socket's path stands for its address.
  const path = key.split(":").slice(0, -4).join(":");
  return { socket, port: localPort, path: localPort === undefined ? path : undefined };
}
