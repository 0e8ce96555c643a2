import { request } from "node:http";
import { createServer, type Socket } from "node:net";
import type { WorkerHandle } from "./workerHandle.ts";

/** One question takes at most this long, in milliseconds. */
const deadlineMs = 2_000;

/** No connection that the broker counts has this number. */
const questionId = 0;

/**
 * Asks one worker for a URL. All workers of an app share its port, so a request to the port would be answered by any of
 * them, also by an old one; this one is made over a connection that is given to the worker in question, as connections
 * are handed over in a reload.
 * @returns The status code.
 */
export function askWorker(worker: WorkerHandle, server: string, url: URL): Promise<number> {
  return new Promise((resolve, reject) => {
    // Paused: what we send must be read by the worker, not here.
    const listener = createServer({ pauseOnConnect: true });
    let ours: Socket | undefined;
    let theirs: Socket | undefined;
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      listener.close();
      ours?.destroy();
      theirs?.destroy();
      settle();
    };
    const fail = (error: Error): void => finish(() => reject(error));
    const timer = setTimeout(() => fail(new Error(`no answer within ${deadlineMs} ms`)), deadlineMs);

    listener.on("error", fail);
    listener.on("connection", (socket) => {
      if (socket.remotePort !== ours?.localPort) {
        // Somebody else on this machine found the port.
        socket.destroy();
        return;
      }
      theirs = socket;
      const now = Date.now();
      socket.on("error", () => undefined);
      if (
        !worker.send(
          { type: "connection", id: questionId, server, requests: 0, unused: true, stoppedAt: now, idleSince: now },
          socket,
        )
      ) {
        fail(new Error("the worker is gone"));
      }
    });
    listener.listen(0, "127.0.0.1", () => {
      const address = listener.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      const asked = request(
        url,
        { host: "127.0.0.1", port, agent: false, headers: { host: url.host, connection: "close" } },
        (response) => {
          response.resume();
          finish(() => resolve(response.statusCode ?? 0));
        },
      );
      asked.on("socket", (socket) => {
        ours = socket;
      });
      asked.on("error", fail);
      asked.end();
    });
  });
}
