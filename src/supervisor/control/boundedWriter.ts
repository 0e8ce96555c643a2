import type { Message, MessageWriter } from "vscode-jsonrpc/node";

/**
 * Counts the messages that wait for a client to read. The writer sends one at a time and queues the rest itself, where
 * the socket's own counters don't see them.
 * @param most Messages that may wait.
 * @param exceeded Called once, when there are more.
 */
export function boundWriter(writer: MessageWriter, most: number, exceeded: () => void): MessageWriter {
  let waiting = 0;
  return {
    onError: writer.onError,
    onClose: writer.onClose,
    end: () => writer.end(),
    dispose: () => writer.dispose(),
    async write(message: Message) {
      waiting += 1;
      if (waiting === most + 1) {
        exceeded();
      }
      try {
        await writer.write(message);
      } finally {
        waiting -= 1;
      }
    },
  };
}
