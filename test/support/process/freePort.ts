import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Below the ports that systems give to outgoing connections, so that none of those takes it before the app does. */
const firstPort = 15_000;
/** Each process of a test run has a block of its own: what is free for one is not about to be taken by another. */
const blocks = 4;
const blockLength = 3_750;
/** The next ports are free for apps that take more than one, or the next one that is free. */
const distance = 5;

const block = Number(process.env.MOCHA_WORKER_ID ?? process.env.TEST_PARALLEL_INDEX ?? 0) % blocks;
let next = randomInt(blockLength);

/**
 * A port of loopback and of all addresses that nobody listens on, and that was not given away lately. An app keeps it over
 * restarts, unlike port 0.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    next = (next + distance) % blockLength;
    const port = firstPort + block * blockLength + next;
    if (await isFree(port)) {
      return port;
    }
  }
  throw new Error(`No free port was found from ${firstPort + block * blockLength} on.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, () => server.close(() => resolve(true)));
  });
}
