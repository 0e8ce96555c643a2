import type { Duplex } from "node:stream";
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-jsonrpc/node";

export interface RpcConnection {
  readonly connection: MessageConnection;
  /** Calls back when the peer is gone and everything it had sent before has been handled. */
  onDrained(listener: () => void): void;
}

/**
 * Turns of the event loop without a message after which the queue is empty. The reader decodes and the connection
 * dispatches in a `setImmediate` each, one message per turn.
 */
const quietTurns = 8;

/**
 * JSON-RPC over a socket, or a stream that leads to one.
 *
 * vscode-jsonrpc queues what arrives and neither drops the queue nor rejects pending requests when the socket closes. A
 * supervisor may answer and hang up at once, so the answers in the queue are handled first.
 */
export function openRpcConnection(socket: Duplex): RpcConnection {
  let handled = 0;
  const reader = new StreamMessageReader(socket);
  // Its timer for a partial message outlives the connection and keeps the process from ending.
  reader.partialMessageTimeout = 0;
  const connection = createMessageConnection(reader, new StreamMessageWriter(socket), undefined, {
    messageStrategy: {
      handleMessage(message, next) {
        handled += 1;
        return next(message);
      },
    },
  });
  const waitUntilQuiet = (done: () => void, seen: number, turns: number): void => {
    if (turns === 0) {
      done();
      return;
    }
    setImmediate(() => waitUntilQuiet(done, handled, handled === seen ? turns - 1 : quietTurns));
  };
  return {
    connection,
    onDrained(listener) {
      connection.onClose(() => waitUntilQuiet(listener, handled, quietTurns));
    },
  };
}
