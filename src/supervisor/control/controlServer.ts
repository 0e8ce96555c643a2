import { chmodSync } from "node:fs";
import { createServer } from "node:net";
import type { Endpoint } from "../../shared/launch.ts";
import type { NotificationName, NotificationParams } from "../../shared/protocol.ts";
import { type ControlSession, openControlSession, type RequestHandlers } from "./controlSession.ts";

export interface ControlServer {
  readonly clients: number;
  broadcast<Name extends NotificationName>(name: Name, params: NotificationParams<Name>): void;
  /** Sends all clients to another supervisor, and those that come from now on. */
  move(endpoint: Endpoint): void;
  /** Stops accepting and closes every session. */
  close(): void;
}

export interface ControlServerOptions {
  /** Path of the Unix socket, or name of the Windows pipe. */
  readonly socket: string;
  readonly secret: string;
  readonly handlers: RequestHandlers;
  /** Called when a client connects or disconnects, with the number of clients. */
  readonly onClientsChanged: (clients: number) => void;
  readonly onTrouble: (message: string) => void;
}

/**
 * Serves the control channel.
 * @throws the error of `listen`, such as `EADDRINUSE` or `EACCES`.
 */
export function openControlServer(options: ControlServerOptions): Promise<ControlServer> {
  const { secret, handlers, onClientsChanged, onTrouble } = options;
  const sessions = new Set<ControlSession>();
  const initialized = new Set<ControlSession>();
  let movedTo: Endpoint | undefined;
  const server = createServer((socket) => {
    const session: ControlSession = openControlSession({
      socket,
      secret,
      handlers,
      onTrouble,
      onInitialized: () => {
        initialized.add(session);
        onClientsChanged(initialized.size);
        if (movedTo !== undefined) {
          const endpoint = movedTo;
          // Once it has its answer.
          setImmediate(() => session.notify("app/moved", endpoint));
        }
      },
      onClosed: () => {
        sessions.delete(session);
        if (initialized.delete(session)) {
          onClientsChanged(initialized.size);
        }
      },
    });
    sessions.add(session);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.socket, () => {
      server.off("error", reject);
      server.on("error", (error) => onTrouble(`the control channel failed: ${error.message}`));
      if (process.platform !== "win32") {
        chmodSync(options.socket, 0o600);
      }
      resolve({
        get clients() {
          return initialized.size;
        },
        broadcast(name, params) {
          if (movedTo !== undefined) {
            // They hear it from the other one.
            return;
          }
          for (const session of initialized) {
            session.notify(name, params);
          }
        },
        move(endpoint) {
          movedTo = endpoint;
          for (const session of initialized) {
            session.notify("app/moved", endpoint);
          }
        },
        close() {
          server.close();
          for (const session of sessions) {
            session.close();
          }
        },
      });
    });
  });
}
