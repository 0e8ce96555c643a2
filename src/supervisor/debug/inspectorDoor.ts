import { connect, createServer, type Server, type Socket } from "node:net";

export interface DoorOptions {
  readonly host: string;
  readonly port: number;
  /** WebSocket address of the inspector to which the next connection leads; without one it is closed. */
  readonly target: () => string | undefined;
  /** A debugger has come: not one that only asked what there is to debug. */
  readonly entered?: () => void;
  /** It could not be opened, or is no longer. */
  readonly failed: (error: NodeJS.ErrnoException) => void;
}

/** A port at which debuggers find a worker's inspector, wherever that is. Connections outlive it. */
export interface InspectorDoor {
  close(): void;
}

/** Opens a port of this machine that leads to an inspector. Bytes are passed on as they are. */
export function openInspectorDoor({ host, port, target, entered, failed }: DoorOptions): InspectorDoor {
  const server: Server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    const address = target();
    if (address === undefined) {
      socket.destroy();
      return;
    }
    const { hostname, port: inner } = new URL(address);
    const inspector = connect({ host: hostname.replace(/^\[|\]$/g, ""), port: Number(inner) });
    inspector.on("error", () => socket.destroy());
    socket.once("data", (bytes: Buffer) => {
      if (/^Upgrade:/im.test(bytes.toString("latin1"))) {
        entered?.();
      }
    });
    tie(socket, inspector);
  });
  server.on("error", failed);
  server.listen({ host, port, exclusive: true });
  return { close: () => void server.close() };
}

function tie(one: Socket, other: Socket): void {
  one.pipe(other);
  other.pipe(one);
  one.once("close", () => other.destroy());
  other.once("close", () => one.destroy());
}
