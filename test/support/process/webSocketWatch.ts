import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer } from "ws";

/** Milliseconds between the messages of one burst, and before a connection that has ended is opened again. */
const pauseMs = 10;

/** A drain ends what is passed on when it has been still for half a second: between bursts it is so for longer. */
const burst = 5;
const stillMs = 600;

/** How a connection ends that has met a restart, a kill or a closed port. What is wrong with a frame is said otherwise. */
const ended = /ECONNREFUSED|ECONNRESET|EPIPE|socket hang up|closed before the connection was established/;

/** A server that sends large messages, for an app to pass on. */
export interface Upstream {
  readonly port: number;
  /** What each message is. */
  readonly message: Buffer;
  close(): void;
}

export async function startUpstream(bytes: number): Promise<Upstream> {
  const message = Buffer.from(Array.from({ length: bytes }, (_, at) => at % 251));
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
  await once(server, "listening");
  server.on("connection", (webSocket) => {
    webSocket.on("error", () => undefined);
    let sent = 0;
    const send = (): void => {
      if (webSocket.readyState === WebSocket.OPEN) {
        sent += 1;
        webSocket.send(message, () => setTimeout(send, sent % burst === 0 ? stillMs : pauseMs));
      }
    };
    send();
  });
  return {
    port: (server.address() as AddressInfo).port,
    message,
    close() {
      for (const client of server.clients) {
        client.terminate();
      }
      server.close();
    },
  };
}

export interface WebSocketCounts {
  readonly whole: number;
  /** Messages that are not what upstream has sent, and frames that are none. */
  readonly broken: readonly string[];
}

/** Receives what an app passes on, over a connection that is opened again whenever it has ended. */
export function watchWebSocket(url: string, message: Buffer): { stop(): Promise<WebSocketCounts> } {
  const counts = { whole: 0, broken: [] as string[] };
  let over = false;
  let current: WebSocket | undefined;
  const run = async (): Promise<void> => {
    while (!over) {
      const webSocket = new WebSocket(url, { perMessageDeflate: false });
      current = webSocket;
      webSocket.on("message", (data: Buffer) => {
        if (message.equals(data)) {
          counts.whole += 1;
        } else {
          counts.broken.push(`a message of ${data.length} bytes that upstream has not sent`);
        }
      });
      webSocket.on("error", (error) => {
        if (!ended.test(String(error))) {
          counts.broken.push(String(error));
        }
      });
      await new Promise((resolve) => webSocket.once("close", resolve));
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  };
  const running = run();
  return {
    async stop() {
      over = true;
      current?.terminate();
      await running;
      return counts;
    },
  };
}
