import { join } from "node:path";
import { openEventStream } from "../../src/client/rehearsal/loads/streamConnections.ts";
import { planRehearsal } from "../../src/client/rehearsal/rehearsalPlan.ts";
import type { Loss } from "../../test/support/process/honesty.ts";
import { startNewcomers } from "../../test/support/process/newcomers.ts";
import { protocolClients, type Tally } from "../../test/support/process/protocolClients.ts";
import type { WholeResponse } from "../../test/support/process/responseReader.ts";
import { startStrictClient } from "../../test/support/process/strictClient.ts";
import { pause } from "../bench.ts";

/** What clients of one kind have had so far. */
export interface ClientCounts {
  /** Requests or messages; of event streams: the streams. */
  readonly asked: number;
  readonly failed: number;
  /** Connections that were opened again, because the server had closed one. */
  readonly reopened: number;
  /** Asked once more because the server had said that it had not looked at them. */
  readonly again: number;
  readonly losses: readonly Loss[];
}

/** Clients of one kind, which ask until they are stopped. */
export interface SoakClients {
  readonly name: string;
  readonly connections: number;
  readonly counts: ClientCounts;
  stop(): Promise<void>;
}

/** How many of each, and milliseconds between an answer and the next request: a steady load that leaves the machine room. */
const crowds = {
  get: { connections: 8, thinkMs: 25 },
  post: { connections: 4, thinkMs: 25 },
  socket: { connections: 2, thinkMs: 50 },
  printing: { connections: 1, thinkMs: 50 },
  fresh: { connections: 2, thinkMs: 50 },
  protocol: { connections: 2, thinkMs: 50 },
  stream: { connections: 3, thinkMs: 50 },
} as const;

/** Starts clients of every protocol that the app speaks. @param folder The app's. */
export async function startClients(port: number, folder: string): Promise<readonly SoakClients[]> {
  const strict = [
    await startStrict("HTTP/1.1 GET", { port }, crowds.get),
    await startStrict("HTTP/1.1 POST", { port }, { ...crowds.post, method: "POST" }),
    await startStrict("HTTP/1.1, Unix socket", { path: join(folder, "app.sock") }, crowds.socket),
    await startStrict(
      "HTTP/1.1, each answer prints a line",
      { port: port + 8 },
      { ...crowds.printing, read: readSaid },
    ),
  ];
  const others = protocolClients
    .filter(({ name }) => name !== "HTTP/1.1")
    .map((client): SoakClients => {
      const losses: Loss[] = [];
      const { connections, thinkMs } = crowds.protocol;
      const tally: Tally = { asked: 0, failed: 0, again: 0, closed: 0, failures: [], losses, thinkMs };
      let over = false;
      const running = Array.from({ length: connections }, () => client.run(port, tally, () => over));
      return {
        name: client.name,
        connections,
        get counts() {
          return { ...tally, losses, reopened: tally.closed };
        },
        async stop() {
          over = true;
          await Promise.all(running);
        },
      };
    });
  return [...strict, startFresh(port), ...others, startStreams(port)];
}

async function startStrict(
  name: string,
  target: Parameters<typeof startStrictClient>[0]["target"],
  options: Omit<Parameters<typeof startStrictClient>[0], "target">,
): Promise<SoakClients> {
  const client = await startStrictClient({ read: readGeneration, ...options, target });
  return {
    name,
    connections: options.connections,
    get counts() {
      const { requests, failed, reopened, losses } = client.counts;
      return { asked: requests, failed, reopened, again: 0, losses };
    },
    stop: async () => void (await client.stop()),
  };
}

function readGeneration({ status, body }: WholeResponse): string {
  const [, generation] = /^generation (\d+) received \d+ $/.exec(body) ?? [];
  if (status !== 200 || generation === undefined) {
    throw new Error(`Got ${status} "${body}".`);
  }
  return generation;
}

function readSaid({ status, body }: WholeResponse): string {
  if (status !== 200 || body !== "said") {
    throw new Error(`Got ${status} "${body}".`);
  }
  return "said";
}

function startFresh(port: number): SoakClients {
  const { connections, thinkMs } = crowds.fresh;
  const losses: Loss[] = [];
  const client = startNewcomers({
    target: { port },
    clients: connections,
    thinkMs,
    look: (response) => void readGeneration(response),
    lost: (loss) => losses.push(loss),
  });
  return {
    name: "HTTP/1.1, a connection for each request",
    connections,
    get counts() {
      const { statuses } = client.counts;
      const answered = Object.values(statuses).reduce((sum, count) => sum + count, 0);
      return { asked: answered + losses.length, failed: losses.length, reopened: 0, again: 0, losses };
    },
    stop: async () => void (await client.stop()),
  };
}

function startStreams(port: number): SoakClients {
  const { connections, thinkMs } = crowds.stream;
  const losses: Loss[] = [];
  let asked = 0;
  let again = 0;
  let reopened = 0;
  let over = false;
  const plan = planRehearsal({ seconds: 3 });
  const run = async (): Promise<void> => {
    let begunAt = Date.now();
    const stream = openEventStream({ address: "", origin: `http://127.0.0.1:${port}`, isTls: false }, plan, {
      answered: () => {
        asked += 1;
      },
      failed: (what, why) => losses.push({ begunAt, lostAt: Date.now(), message: `${what}: ${why}` }),
      refused: () => {
        again += 1;
      },
      reopened: () => {
        reopened += 1;
      },
    });
    while (!over) {
      begunAt = Date.now();
      await stream.ask("/events", 0);
      await pause(thinkMs);
    }
    stream.close();
  };
  const running = Array.from({ length: connections }, run);
  return {
    name: "event stream",
    connections,
    get counts() {
      return { asked, failed: losses.length, reopened, again, losses };
    },
    async stop() {
      over = true;
      await Promise.all(running);
    },
  };
}
