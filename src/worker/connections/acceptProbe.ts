import type { Server, Socket } from "node:net";
import { attachToServer } from "../internals/serverConnections.ts";
import { setImmediate } from "../ownTimers.ts";

/** Lets a server of whatever protocol take a connection of the supervisor's, which wants to know how this worker answers. */
export function acceptProbe(server: Server | undefined, socket: Socket | undefined): void {
  if (server === undefined || socket === undefined) {
    socket?.destroy();
    return;
  }
  attachToServer(socket, server);
  // In a turn of its own: what the app's own listener throws is the app's.
  setImmediate(() => {
    server.emit("connection", socket);
    socket.resume();
  });
}
