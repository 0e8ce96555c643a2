import type { Socket } from "node:net";
import { own } from "./ownSymbol.ts";

/* What Node does not document of WebSockets, by what speaks on their sockets: see `docs/architecture.md`. */

/** A WebSocket that a library of this process speaks. */
export interface SpokenWebSocket {
  /** Whether it is within a message of several fragments. */
  readonly withinMessage: boolean;
  /** Sends the close frame, after all that is under way; changes nothing if it is closing already. */
  close(code: number): void;
}

/**
 * What speaks WebSocket on a socket: `ws` keeps its object there under a symbol, and `websocket-driver` (of `faye-websocket` and
 * `sockjs`) pipes the socket into an object that knows its driver. `undefined`: nobody that we know.
 */
export function webSocketOn(socket: Socket): SpokenWebSocket | undefined {
  const ws = own(socket, "websocket");
  if (ws !== undefined && "close" in ws && typeof ws.close === "function" && Reflect.get(ws, "_socket") === socket) {
    const { close } = ws;
    const sender: unknown = Reflect.get(ws, "_sender");
    return {
      withinMessage: typeof sender === "object" && sender !== null && Reflect.get(sender, "_firstFragment") === false,
      close: (code) => Reflect.apply(close, ws, [code]),
    };
  }
  for (const reader of readersOf(socket)) {
    const driver: unknown = Reflect.get(reader, "_driver");
    if (typeof driver === "object" && driver !== null && "close" in driver && typeof driver.close === "function") {
      const { close } = driver;
      return { withinMessage: false, close: (code) => Reflect.apply(close, driver, ["", code]) };
    }
  }
  return undefined;
}

/** Whether what is written to a socket is another stream's, or what is read from it goes to one as it is. */
export function isPiped(socket: Socket): boolean {
  // Every stream that is piped into another listens for that.
  return socket.listenerCount("unpipe") > 0 || readersOf(socket).length > 0;
}

/** The streams that a socket is piped into. */
function readersOf(socket: Socket): object[] {
  const pipes: unknown = Reflect.get(Reflect.get(socket, "_readableState") ?? {}, "pipes");
  return (Array.isArray(pipes) ? pipes : []).filter((pipe) => typeof pipe === "object" && pipe !== null);
}
