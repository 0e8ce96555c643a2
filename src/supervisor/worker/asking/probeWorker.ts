import { type ClientRequest, request as httpRequest } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { request as httpsRequest } from "node:https";
import { connect, createServer, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { ListeningServer } from "../addresses.ts";
import type { WorkerHandle } from "../workerHandle.ts";

/** So long, in milliseconds, a connection may take to end in good order after the answer: a reset is an error that an app may tell of. */
const partingMs = 500;

/**
 * Requests a URL from one worker. All workers of an app share its port, so a request to the port would be answered by
 * any of them, even an old one; this one uses a connection that is given to the worker in question.
 * @param server Which of its servers.
 * @param deadlineMs For the whole of it, in milliseconds.
 * @returns The status code.
 */
export async function probeWorker(
  worker: WorkerHandle,
  { key, protocol }: { readonly key: string; readonly protocol: ListeningServer["protocol"] },
  url: URL,
  deadlineMs: number,
): Promise<number> {
  const opened: (Socket | TLSSocket)[] = [];
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${deadlineMs} ms`)), deadlineMs);
  });
  const ask = async (): Promise<number> => {
    const socket = await connectTo(worker, key, opened);
    if (protocol === "http" || protocol === "http2") {
      return protocol === "http" ? askHttp(url, socket) : askHttp2(url, socket);
    }
    const secure = await encrypt(url, socket);
    opened.push(secure);
    return secure.alpnProtocol === "h2" ? askHttp2(url, secure) : askHttp(url, secure);
  };
  let answered = false;
  try {
    const status = await Promise.race([ask(), late]);
    answered = true;
    return status;
  } finally {
    clearTimeout(timer);
    const [ours, theirs] = opened;
    // It has been given away.
    theirs?.destroy();
    const destroy = (): void => {
      for (const socket of opened) {
        socket.destroy();
      }
    };
    for (const socket of opened) {
      socket.on("error", () => undefined);
    }
    if (answered) {
      const parting = setTimeout(destroy, partingMs);
      ours?.once("close", () => clearTimeout(parting));
    } else {
      destroy();
    }
  }
}

/** Makes a pair of connected sockets, gives one to the worker, and resolves with the other. */
function connectTo(worker: WorkerHandle, server: string, opened: Socket[]): Promise<Socket> {
  return new Promise((resolve, reject) => {
    // Paused: what we send must be read by the worker, not here.
    const listener = createServer({ pauseOnConnect: true });
    const fail = (error: Error): void => {
      listener.close();
      reject(error);
    };
    listener.on("error", fail);
    listener.on("connection", (theirs) => {
      theirs.on("error", () => undefined);
      const [ours] = opened;
      if (ours === undefined || theirs.remotePort !== ours.localPort) {
        // Another program on this machine connected to the port.
        theirs.destroy();
        return;
      }
      opened.push(theirs);
      listener.close();
      if (worker.send({ type: "probe", server }, theirs)) {
        resolve(ours);
      } else {
        reject(new Error("the worker is gone"));
      }
    });
    listener.listen(0, "127.0.0.1", () => {
      const address = listener.address();
      const socket = connect(typeof address === "object" && address !== null ? address.port : 0, "127.0.0.1");
      opened.push(socket);
      socket.on("error", fail);
    });
  });
}

/** A certificate for another name, or self-signed for development, does not matter for readiness. */
function encrypt(url: URL, socket: Socket): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const servername = isIP(url.hostname) === 0 ? { servername: url.hostname } : {};
    const secure = connectTls({
      socket,
      rejectUnauthorized: false,
      ALPNProtocols: ["http/1.1", "h2"],
      ...servername,
    });
    secure.on("secureConnect", () => resolve(secure));
    secure.on("error", reject);
  });
}

function askHttp(url: URL, socket: Socket): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = url.protocol === "https:" ? httpsRequest : httpRequest;
    const headers = { host: url.host, connection: "close" };
    const asked: ClientRequest = request(url, { createConnection: () => socket, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.on("error", reject);
    asked.end();
  });
}

function askHttp2(url: URL, socket: Socket): Promise<number> {
  return new Promise((resolve, reject) => {
    const session = connectHttp2(url, { createConnection: () => socket });
    session.on("error", reject);
    const asked = session.request({ ":path": `${url.pathname}${url.search}` });
    asked.on("error", reject);
    asked.on("response", (headers) => {
      resolve(headers[":status"] ?? 0);
      asked.once("close", () => session.close());
      asked.resume();
    });
    asked.end();
  });
}
