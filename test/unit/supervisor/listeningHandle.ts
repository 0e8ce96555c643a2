import { once } from "node:events";
import { createServer, type ListenOptions } from "node:net";

/** What the kernel accepted, before any `net.Socket` is made of it. */
export interface RawConnection {
  readonly fd: number;
  close(): void;
  readStop(): number;
}

interface RawListener {
  onconnection: (error: unknown, connection: RawConnection | undefined) => void;
  close(): void;
}

/** A listening handle taken out of its server, as `node:cluster` does in its primary (round_robin_handle.js). */
export async function takeListener(where: ListenOptions): Promise<{
  readonly port: number;
  readonly accepted: RawConnection[];
  /** Resolves once so many have been given to `node:cluster`. */
  until(count: number): Promise<void>;
  close(): void;
}> {
  const server = createServer();
  const accepted: RawConnection[] = [];
  let look: () => void = () => undefined;
  server.listen(where);
  let listener: RawListener | undefined;
  let port = 0;
  server.once("listening", () => {
    const address = server.address();
    port = typeof address === "object" ? (address?.port ?? 0) : 0;
    listener = Reflect.get(server, "_handle") as RawListener;
    listener.onconnection = (_error, connection) => {
      if (connection !== undefined) {
        accepted.push(connection);
        look();
      }
    };
    Reflect.set(server, "_handle", null);
  });
  await once(server, "listening");
  return {
    port,
    accepted,
    until: (count) =>
      new Promise((resolve) => {
        look = () => {
          if (accepted.length >= count) {
            resolve();
          }
        };
        look();
      }),
    close() {
      listener?.close();
      for (const connection of accepted) {
        connection.close();
      }
    },
  };
}
