import { createConnection, type Socket } from "node:net";
import {
  addressOf,
  type ConnectionHandle,
  endsOf,
  type HandleAddress,
  isConnected,
  type ListeningHandle,
  peerAddress,
} from "./clusterInternals.ts";

/**
 * The kernel's queue is made so short that this many connections and one more fill it. Not shorter: with fewer half-open
 * connections than this the kernel answers without cookies (and without a warning in its log).
 */
const shortBacklog = 15;

/** After this many attempts it is closed even if a client may connect at that very moment. */
const mostTries = 200;

/** Where one connects to a server that listens on all addresses. */
const loopbacks: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

/** Closes a listening handle without cutting off any accepted client. */
export interface Closing {
  /** A connection was accepted meanwhile. Returns true if it is not a client's. */
  accepted(connection: ConnectionHandle): boolean;
  /** The handle listens on. */
  cancel(): void;
}

/**
 * The kernel makes connections by itself, and resets those that nobody has accepted when the last handle is closed. So all
 * that have come are accepted first: a turn of the event loop that brings none has seen the kernel's queue empty. Between
 * that and the closing one may still come. On Linux the queue is therefore filled with connections of our own: while it is
 * full the kernel ignores who knocks, who knocks again after a second and is then refused. Only when every place is known
 * to be taken by ours is it closed. Elsewhere that moment is as short as it can be.
 * @param handle Listens, and its connections are told with `accepted`.
 * @param deadlineMs After so many milliseconds it is closed even if a client may connect at that very moment.
 * @param done Called once, when it has been closed; not after `cancel`.
 */
export function closeListening(handle: ListeningHandle, deadlineMs: number, done: () => void): Closing {
  const startedAt = performance.now();
  const address = process.platform === "linux" ? addressOf(handle) : undefined;
  /** Where our own connections come from that fill the queue. */
  const own = new Set<string>();
  let count = 0;
  let tries = 0;
  let over = false;

  const finish = (): void => {
    over = true;
    handle.close();
    done();
  };

  const turn = (seen: number): void => {
    if (over) {
      return;
    }
    const isLate = tries >= mostTries || performance.now() - startedAt > deadlineMs;
    if (count !== seen && !isLate) {
      next();
    } else if (address === undefined || isLate) {
      finish();
    } else {
      tryToFill(address);
    }
  };
  const next = (): void => {
    const seen = count;
    setImmediate(() => turn(seen));
  };

  /** All within one turn, so that none of them is accepted here before it is known whether they fill the queue. */
  const tryToFill = ({ address, port }: { readonly address: string; readonly port: number }): void => {
    tries += 1;
    handle.listen(shortBacklog);
    const sockets = Array.from({ length: shortBacklog + 1 }, () => connect(loopbacks[address] ?? address, port));
    // `node:net` connects in the next tick.
    process.nextTick(() => {
      const connected = sockets.filter(isConnected);
      if (over) {
        // Cancelled meanwhile.
      } else if (connected.length === sockets.length) {
        finish();
      } else {
        // Those that are in will be accepted here.
        for (const socket of connected) {
          own.add(nameOf(endsOf(socket).local));
        }
        next();
      }
      for (const socket of sockets) {
        socket.destroy();
      }
    });
  };

  next();
  return {
    accepted(connection) {
      count += 1;
      return own.size > 0 && own.delete(nameOf(peerAddress(connection)));
    },
    cancel() {
      over = true;
    },
  };
}

/** The address counts too: a client from elsewhere may have the same port. */
function nameOf(place: HandleAddress | undefined): string {
  return `${place?.address.replace(/^::ffff:/i, "")}|${place?.port}`;
}

function connect(host: string, port: number): Socket {
  const socket = createConnection({ host, port });
  // Closed with the handle, or refused: both are meant.
  socket.on("error", () => undefined);
  return socket;
}
