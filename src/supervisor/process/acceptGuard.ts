import type { ChildProcess } from "node:child_process";
import { Socket, type SocketConstructorOpts } from "node:net";

/** What `node:cluster` tells a worker of a connection that it is to take, and what the worker answers. */
interface ClusterMessage {
  readonly cmd: "NODE_CLUSTER";
  readonly seq?: number;
  readonly act?: string;
  readonly key?: string;
  /** Answer to the message of this number. */
  readonly ack?: number;
  /** Whether the worker took the connection. */
  readonly accepted?: boolean;
}

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
  const send = worker.send;
  // Called for every connection, so without an array of what it is called with.
  const watched = (
    message: ClusterMessage | undefined,
    handle: unknown,
    options: unknown,
    callback: unknown,
  ): boolean => {
    if (
      message?.cmd === "NODE_CLUSTER" &&
      message.act === "newconn" &&
      message.seq !== undefined &&
      typeof handle === "object" &&
      handle !== null
    ) {
      underWay.set(message.seq, { handle, key: message.key ?? "" });
      sent(handle);
    }
    return send.call(worker, message as never, handle as never, options as never, callback as never);
  };
  worker.send = watched as ChildProcess["send"];
  worker.on("internalMessage" as "message", (message: unknown) => {
    const { cmd, ack, accepted } = message as Partial<ClusterMessage>;
    if (cmd === "NODE_CLUSTER" && ack !== undefined) {
      const connection = accepted === false ? underWay.get(ack) : undefined;
      underWay.delete(ack);
      if (connection !== undefined && isAbandoned(connection.handle)) {
        const revived = revive(connection.handle, connection.key);
        if (revived !== undefined) {
          abandoned(revived);
        }
      }
    }
  });
  return () => {
    const stranded = [...underWay.values()].flatMap(({ handle, key }) => revive(handle, key) ?? []);
    underWay.clear();
    return stranded;
  };
}

function revive(handle: unknown, key: string): StrandedConnection | undefined {
  if (typeof handle !== "object" || handle === null || !("readStop" in handle) || isClosed(handle)) {
    return undefined;
  }
  // As `net.Server` does for `pauseOnConnect`: nothing may be read here.
  const options = { handle, pauseOnCreate: true, readable: true, writable: true };
  const socket = new Socket(options as SocketConstructorOpts);
  const { localPort } = socket;
  // Address, port, type, descriptor and index, joined by colons; a Unix socket's path stands for its address.
  const path = key.split(":").slice(0, -4).join(":");
  return { socket, port: localPort, path: localPort === undefined ? path : undefined };
}

/** A handle that was closed has no file descriptor left. */
function isClosed(handle: object): boolean {
  const descriptor: unknown = Reflect.get(handle, "fd");
  return typeof descriptor === "number" && descriptor < 0;
}
