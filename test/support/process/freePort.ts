import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Below the ports that systems give to outgoing connections, so that none of those takes it before the app does. */
const firstPort = 15_000;
const lastPort = 29_999;

/** A port of loopback and of all addresses that nobody listens on. An app keeps it over restarts, unlike port 0. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const port = randomInt(firstPort, lastPort);
    if (await isFree(port)) {
      return port;
    }
  }
  throw new Error(`No free port was found between ${firstPort} and ${lastPort}.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, () => server.close(() => resolve(true)));
  });
}
