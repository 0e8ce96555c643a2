import { createRequire } from "node:module";
import { listEndpoints } from "../../src/client/endpoints.ts";
import { runtimeFolder } from "../../src/client/runtimeFolder.ts";
import { SupervisorClient } from "../../src/client/supervisorClient.ts";
import { processorMs } from "../../test/support/process/processes.ts";
import { type Bench, type BenchApp, type Scenario, withApp } from "../bench.ts";
import { median } from "../figures.ts";
import { packageVersion } from "../machine.ts";
import { hitlessPeer } from "../peers/hitless.ts";

const connections = 50;

/** A panel that is open looks this often, in milliseconds. */
const pulseEveryMs = 1_000;

/** Seconds of load before and after a sample, so that its beginning and end are part of what is measured. */
const marginSeconds = 1;

type Autocannon = (options: {
  readonly url: string;
  readonly connections: number;
  readonly duration: number;
}) => Promise<{ readonly requests: { readonly average: number } }>;
const autocannon = createRequire(import.meta.url)("autocannon") as Autocannon;

/** A way to look at the layers of the one worker of an app. */
interface Look {
  readonly name: string;
  /** Begins to look; what it returns ends it. */
  begin(client: SupervisorClient, seconds: number): () => Promise<void>;
}

const looks: readonly Look[] = [
  { name: "nobody looks", begin: () => async () => undefined },
  {
    name: "panel open, 1 Hz",
    begin(client) {
      const asked: Promise<unknown>[] = [];
      const ask = (): void => {
        asked.push(client.request("layers/pulse", {}));
      };
      ask();
      const timer = setInterval(ask, pulseEveryMs);
      return async () => {
        clearInterval(timer);
        await Promise.all(asked);
      };
    },
  },
  {
    name: "during a sample",
    begin(client, seconds) {
      const asked = client.request("layers/sample", { seconds: seconds - marginSeconds });
      return async () => {
        await asked;
      };
    },
  },
];

/** What it costs an app that somebody looks at its layers. */
export const layersCost: Scenario = {
  name: "layers-cost",
  async run(bench) {
    bench.say("layers: throughput while nobody looks, with the panel open, during a sample");
    const rounds = await measureRounds(bench);
    const [base = []] = rounds;
    const rows = looks.map(({ name }, index) => {
      const own = rounds[index] ?? [];
      const ratioOf = (of: (round: Round) => number): string =>
        median(own.map((round, turn) => of(round) / of(base[turn] ?? round))).toFixed(3);
      return [
        name,
        Math.round(median(own.map(({ rate }) => rate))).toLocaleString("en"),
        ratioOf(({ rate }) => rate),
        ratioOf(({ processor }) => processor),
      ];
    });
    return {
      title: "What looking at the layers costs",
      about:
        `${connections} connections, 1 worker; requests a second (autocannon, keep-alive), median of ${roundsOf(bench)} rounds of ` +
        `${secondsOf(bench)} s each. Three apps take turns, so that whatever else the machine does hits all alike; the ratios ` +
        "to the one at which nobody looks are medians of the rounds' ratios. Processor time: that of the worker for a request. " +
        "A round with a sample holds its beginning and its end.",
      columns: ["", "requests/s", "ratio", "processor time"],
      rows,
    };
  },
};

function roundsOf({ quick }: Bench): number {
  return quick ? 3 : 7;
}

function secondsOf({ quick }: Bench): number {
  return quick ? 3 : 5;
}

interface Round {
  /** Requests a second. */
  readonly rate: number;
  /** Processor time of the worker for a request, in milliseconds. */
  readonly processor: number;
}

interface Looked {
  readonly app: BenchApp;
  readonly client: SupervisorClient;
}

/** The rounds of each way to look. */
async function measureRounds(bench: Bench): Promise<readonly Round[][]> {
  const peer = hitlessPeer("roundRobin", "Hitless");
  const withAll = (apps: readonly Looked[]): Promise<Round[][]> =>
    apps.length === looks.length
      ? takeTurns(bench, apps)
      : withApp(peer, 1, async (app) => {
          const client = await connect(app);
          try {
            return await withAll([...apps, { app, client }]);
          } finally {
            client.dispose();
          }
        });
  return withAll([]);
}

async function takeTurns(bench: Bench, apps: readonly Looked[]): Promise<Round[][]> {
  const rounds: Round[][] = looks.map(() => []);
  for (const { app } of apps) {
    await load(app, marginSeconds);
  }
  for (let round = 0; round < roundsOf(bench); round += 1) {
    for (let turn = 0; turn < looks.length; turn += 1) {
      const index = (round + turn) % looks.length;
      const looked = apps[index];
      const look = looks[index];
      if (looked !== undefined && look !== undefined) {
        rounds[index]?.push(await measure(looked, look, secondsOf(bench)));
      }
    }
  }
  return rounds;
}

async function measure({ app, client }: Looked, look: Look, seconds: number): Promise<Round> {
  const [{ pid } = { pid: 0 }] = client.snapshot.workers;
  const before = processorMs(pid) ?? Number.NaN;
  const end = look.begin(client, seconds);
  const rate = await load(app, seconds);
  await end();
  return { rate, processor: ((processorMs(pid) ?? Number.NaN) - before) / (rate * seconds) };
}

async function load({ target }: BenchApp, seconds: number): Promise<number> {
  const url = `http://127.0.0.1:${"port" in target ? target.port : 0}/`;
  return (await autocannon({ url, connections, duration: seconds })).requests.average;
}

/** A second client of the app, as the panel is one. */
async function connect(app: BenchApp): Promise<SupervisorClient> {
  const [pid] = app.supervisors;
  const endpoint = (await listEndpoints(runtimeFolder())).find((found) => found.pid === pid);
  if (endpoint === undefined) {
    throw new Error(`The supervisor ${pid} has no endpoint.`);
  }
  return SupervisorClient.connect(endpoint, { name: "bench", version: packageVersion() });
}
