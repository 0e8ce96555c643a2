import { WebSocket } from "ws";
import { signal } from "../test/support/process/processes.ts";
import { poll } from "../test/support/process/until.ts";

/** Where Node opens its inspector at SIGUSR1. */
const inspector = "http://127.0.0.1:9229/json/list";

const deadlineMs = 5_000;

/** How many handles and requests keep the event loop of another Node.js process alive, asked through its inspector. */
export interface ActiveResources {
  count(): Promise<number>;
  close(): void;
}

export async function watchActiveResources(pid: number): Promise<ActiveResources> {
  signal(pid, "SIGUSR1");
  let url: string | undefined;
  await poll("the inspector opens", async () => {
    const [target] = await fetch(inspector, { signal: AbortSignal.timeout(deadlineMs) })
      .then((answer) => answer.json() as Promise<{ readonly webSocketDebuggerUrl: string }[]>)
      .catch(() => []);
    url = target?.webSocketDebuggerUrl;
    return url !== undefined;
  });
  const socket = new WebSocket(url ?? "", { handshakeTimeout: deadlineMs });
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  let asked = 0;
  return {
    count: () =>
      new Promise((resolve, reject) => {
        const id = ++asked;
        const deadline = setTimeout(() => reject(new Error(`no count within ${deadlineMs} ms`)), deadlineMs);
        const hear = (data: unknown): void => {
          const message = JSON.parse(String(data));
          if (message.id === id) {
            clearTimeout(deadline);
            socket.off("message", hear);
            resolve(Number(message.result.result.value));
          }
        };
        socket.on("message", hear);
        socket.send(
          JSON.stringify({
            id,
            method: "Runtime.evaluate",
            params: { expression: "process.getActiveResourcesInfo().length" },
          }),
        );
      }),
    close: () => socket.close(),
  };
}
