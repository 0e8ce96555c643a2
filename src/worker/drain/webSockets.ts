import type { Socket } from "node:net";
import type { Guard } from "../guard.ts";
import { endQuietly } from "../internals/http2Streams.ts";
import { isFlushed } from "../internals/sockets.ts";
import { isPiped, webSocketOn } from "../internals/webSocketOn.ts";
import { setImmediate, setTimeout, steadyNow } from "../ownTimers.ts";
import { closeFrame1012, endsMessage } from "./webSocketFrames.ts";

/** A connection without traffic for this many milliseconds is taken to be between two messages. */
const quietMs = 500;

/** So many bytes that are written in one turn are looked at: what is more is hardly whole messages. */
const mostLookedAt = 1_048_576;

/** Sends the WebSockets of a draining worker away. */
export interface WebSocketFarewell {
  /**
   * Sends those away that were not, spread evenly over `spreadMs` so that the clients don't come back all at once. One whose
   * handshake the app has not answered is left for the next time.
   * @param sockets Each with how much had been written on it before its handshake was answered, in bytes.
   */
  close(sockets: ReadonlyMap<Socket, number>, spreadMs: number): void;
  /** To be called again and again: goes on with those that could not go at once. */
  look(): void;
}

/** A socket of which we don't know who speaks on it. */
interface Unknown {
  quietSince: number;
  bytes: number;
}

/**
 * Whoever writes to a socket owns its bytes: a frame of ours within a frame of theirs would corrupt a message. So a
 * WebSocket that a library speaks in this process is closed by that library. Of any other, such as one that a proxy passes on, nobody
 * tells where a message ends: it is ended when what was just written was whole messages, or when it has been quiet for a while; the
 * close frame goes first only if a message has ended for certain and nobody pipes into it. One that is never so is left to the
 * drain's deadline.
 */
export function createWebSocketFarewell(guard: Guard): WebSocketFarewell {
  const sentAway = new WeakSet<Socket>();
  /** Of a library, within a message of several fragments. */
  const unfinished = new Set<Socket>();
  const unknown = new Map<Socket, Unknown>();

  const leave = (socket: Socket): void => {
    const webSocket = webSocketOn(socket);
    if (webSocket === undefined) {
      watch(socket);
    } else if (webSocket.withinMessage && socket.writable) {
      unfinished.add(socket);
    } else {
      unfinished.delete(socket);
      webSocket.close(1012);
    }
  };

  const watch = (socket: Socket): void => {
    unknown.set(socket, { quietSince: steadyNow(), bytes: bytesOf(socket) });
    const written: Buffer[] = [];
    let size = 0;
    const { write } = socket;
    const check = guard("WebSocket", () => {
      const whole = size <= mostLookedAt && endsMessage(Buffer.concat(written));
      written.length = 0;
      size = 0;
      if (whole && unknown.has(socket)) {
        end(socket, true);
      }
    });
    const note = guard("WebSocket", (chunk: unknown, encoding: unknown) => {
      if (!unknown.has(socket)) {
        return;
      }
      const bytes =
        typeof chunk === "string"
          ? Buffer.from(chunk, typeof encoding === "string" ? (encoding as BufferEncoding) : "utf8")
          : Buffer.from(chunk as Uint8Array);
      if (size === 0) {
        // By then the app has written all that it had to write for whatever made it write.
        setImmediate(check);
      }
      size += bytes.length;
      if (size <= mostLookedAt) {
        written.push(bytes);
      }
    });
    socket.write = (...args: unknown[]): boolean => {
      note(args[0], args[1]);
      return Reflect.apply(write, socket, args);
    };
  };

  const end = (socket: Socket, certain: boolean): void => {
    unknown.delete(socket);
    if (socket.writable) {
      if (certain && !isPiped(socket)) {
        socket.write(closeFrame1012);
      }
      endQuietly(socket);
    }
  };

  const leaveGuarded = guard("WebSocket", leave);

  return {
    close(sockets, spreadMs) {
      const leaving = [...sockets].flatMap(([socket, writtenBefore]) =>
        sentAway.has(socket) || socket.bytesWritten === writtenBefore ? [] : [socket],
      );
      for (const [place, socket] of leaving.entries()) {
        sentAway.add(socket);
        setTimeout(leaveGuarded, (spreadMs * place) / leaving.length, socket).unref();
      }
    },
    look: guard("WebSocket", () => {
      for (const socket of unfinished) {
        leave(socket);
      }
      for (const [socket, state] of unknown) {
        const bytes = bytesOf(socket);
        if (socket.destroyed) {
          unknown.delete(socket);
        } else if (bytes !== state.bytes || !isFlushed(socket)) {
          Object.assign(state, { bytes, quietSince: steadyNow() });
        } else if (steadyNow() - state.quietSince >= quietMs) {
          end(socket, false);
        }
      }
    }),
  };
}

function bytesOf(socket: Socket): number {
  return socket.bytesRead + socket.bytesWritten;
}
