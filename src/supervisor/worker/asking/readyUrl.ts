import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { ListeningServer } from "../addresses.ts";
import type { WorkerHandle } from "../workerHandle.ts";
import { probeWorker } from "./probeWorker.ts";

/** Milliseconds for one attempt. */
const tryDeadlineMs = 2_000;

/** One of the worker's servers may still come. */
export class NotThereYet extends Error {}

/**
 * Requests it from the worker itself if the address is one of its own servers (by port and scheme); else from any
 * server there, such as a health check on another port that only one worker may have. So too on Windows: no read is under
 * way on the socket that is given away, and over the port the worker gets no connections before it is ready.
 * @param isOurs Whether the supervisor listens on a port for the workers. It answers nobody before they are ready, so a server
 *   of this worker there is only not known yet.
 */
export function askReadyUrl(
  worker: WorkerHandle,
  url: URL,
  isOurs: (port: number) => boolean,
  deadlineMs = tryDeadlineMs,
): Promise<number> {
  const own = serverAt(worker, url);
  if (own !== undefined) {
    return probeWorker(worker, own, url, deadlineMs);
  }
  if (isOurs(Number(portOf(url)))) {
    return Promise.reject(new NotThereYet("the worker does not listen there yet"));
  }
  return askAddress(url, deadlineMs);
}

/** Requests a path from the HTTP server of the worker that has listened first. */
export function askServer(worker: WorkerHandle, path: string, deadlineMs: number): Promise<number> {
  for (const [key, { protocol }] of worker.servers) {
    if (protocol !== "tcp" && protocol !== "tls") {
      const scheme = protocol === "https" || protocol === "https2" ? "https" : "http";
      return probeWorker(worker, { key, protocol }, new URL(path, `${scheme}://localhost`), deadlineMs);
    }
  }
  return Promise.reject(new NotThereYet("no HTTP server of the worker listens"));
}

function portOf({ port, protocol }: URL): string {
  return port === "" ? (protocol === "https:" ? "443" : "80") : port;
}

function serverAt(
  { servers }: WorkerHandle,
  url: URL,
): { readonly key: string; readonly protocol: ListeningServer["protocol"] } | undefined {
  const secure = url.protocol === "https:";
  const port = portOf(url);
  const spoken: readonly string[] = secure ? ["https", "https2"] : ["http", "http2"];
  for (const [key, { protocol }] of servers) {
    if (spoken.includes(protocol) && key.endsWith(`|${port}`)) {
      return { key, protocol };
    }
  }
  return undefined;
}

/** Requests an address from any server there. */
export function askAddress(url: URL, deadlineMs = tryDeadlineMs): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = url.protocol === "https:" ? httpsRequest : httpRequest;
    // A certificate for another name, or self-signed for development, does not matter for readiness.
    const asked = request(url, { agent: false, timeout: deadlineMs, rejectUnauthorized: false }, (response) => {
      resolve(response.statusCode ?? 0);
      // Only the status counts, and the answer may never end.
      response.destroy();
    });
    asked.on("timeout", () => asked.destroy(new Error(`no answer within ${deadlineMs} ms`)));
    asked.on("error", reject);
    asked.end();
  });
}
