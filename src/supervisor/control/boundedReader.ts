import type { Socket } from "node:net";
import type { Message, MessageReader, MessageStrategy } from "vscode-jsonrpc/node";

/** A queue from which nothing was taken in this many turns of the event loop is empty: each turn takes one message. */
const idleTurns = 2;

export interface ReaderBounds {
  /** Bytes of one message. */
  readonly mostBytes: number;
  /** Messages that may wait to be handled; while there are more, nothing is read. */
  readonly mostMessages: number;
  /** Called when a message is longer, possibly more than once. */
  readonly exceeded: () => void;
}

/**
 * Keeps a client's messages from piling up here: a connection of `vscode-jsonrpc` reads faster than it handles, and
 * buffers a message of any length.
 * @returns The reader and the strategy to make the connection with.
 */
export function boundReader(
  reader: MessageReader,
  socket: Socket,
  { mostBytes, mostMessages, exceeded }: ReaderBounds,
): { readonly reader: MessageReader; readonly messageStrategy: MessageStrategy } {
  let bytes = 0;
  /** An upper bound of the waiting messages: a request that is cancelled before its turn leaves the queue unseen. */
  let waiting = 0;
  let taken = 0;
  let paused = false;

  socket.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > mostBytes) {
      exceeded();
    }
  });

  const pause = (): void => {
    paused = true;
    socket.pause();
    lookAgain(taken, 0);
  };
  const lookAgain = (takenBefore: number, idle: number): void => {
    setImmediate(() => {
      const idleNow = taken === takenBefore ? idle + 1 : 0;
      waiting = idleNow > idleTurns ? 0 : waiting;
      if (waiting > mostMessages / 2) {
        lookAgain(taken, idleNow);
      } else {
        paused = false;
        socket.resume();
      }
    });
  };

  return {
    reader: {
      onError: reader.onError,
      onClose: reader.onClose,
      onPartialMessage: reader.onPartialMessage,
      listen: (callback) =>
        reader.listen((message: Message) => {
          bytes = 0;
          waiting += 1;
          callback(message);
          if (waiting > mostMessages && !paused) {
            pause();
          }
        }),
      dispose: () => reader.dispose(),
    },
    messageStrategy: {
      handleMessage(message, next) {
        waiting = Math.max(0, waiting - 1);
        taken += 1;
        return next(message);
      },
    },
  };
}
