import { SupervisorClient } from "../../src/client/connection/supervisorClient.ts";
import { listEndpoints } from "../../src/client/launch/endpoints.ts";
import { runtimeFolder } from "../../src/client/launch/runtimeFolder.ts";
import { processorMs } from "../../test/support/process/processes.ts";
import { type Bench, type BenchApp, pause, type Scenario, withApp } from "../bench.ts";
import { median } from "../figures.ts";
import { connections, type Load, loads } from "../loads.ts";
import { packageVersion } from "../machine.ts";
import { hitlessPeer } from "../peers/hitless.ts";

/** A panel that is open looks this often, in milliseconds. */
const pulseEveryMs = 1_000;

/** Seconds of load before and after a sample, so that its beginning and end are part of what is measured. */
const marginSeconds = 1;

/** So long after the last look the worker watches nothing any more, in milliseconds. */
const lookedAwayMs = 5_500;

/** A way to look at the layers of the one worker of an app. */
interface Look {
  readonly name: string;
  /** Begins to look; what it returns ends it. */
  begin(client: SupervisorClient, seconds: number): () => Promise<void>;
}

const looks: readonly Look[] = [
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

/** The cost to an app of observing its layers. */
export const layersCost: Scenario = {
  name: "layers-cost",
  async run(bench) {
    bench.say("layers: throughput unobserved, with the panel open, during a sample");
    // The one that disturbs least, if it is there.
    const load = loads().find(({ name }) => name === "wrk, keep-alive") ?? loads()[0];
    if (load === undefined) {
      throw new Error("There is no load to measure with.");
    }
    const pairs = await measurePairs(bench, load);
    const rows = looks.map(({ name }, index) => {
      const own = pairs[index] ?? [];
      const ratioOf = (of: (round: Round) => number): string =>
        median(own.map(({ unseen, seen }) => of(seen) / of(unseen))).toFixed(3);
      const rates = [own.map(({ unseen }) => unseen.rate), own.map(({ seen }) => seen.rate)];
      return [
        name,
        ...rates.map((values) => Math.round(median(values)).toLocaleString("en")),
        ratioOf(({ rate }) => rate),
        ratioOf(({ processor }) => processor),
      ];
    });
    return {
      title: "What looking at the layers costs",
      about:
        `${connections} connections, 1 worker; requests a second (${load.name}), median of ${roundsOf(bench)} rounds. In each the same ` +
        `worker is measured for ${secondsOf(bench)} s unobserved, and right after it for as long while observed; the ` +
        "ratios are medians of the rounds' ratios. Processor time: that of the worker for a request. A round with a sample holds " +
        "its beginning and its end.",
      columns: ["", "unobserved, requests/s", "observed", "ratio", "processor time"],
      rows,
    };
  },
};

function roundsOf({ quick }: Bench): number {
  return quick ? 3 : 11;
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

interface Pair {
  readonly unseen: Round;
  readonly seen: Round;
}

/** The rounds of each way to look. */
function measurePairs(bench: Bench, load: Load): Promise<readonly Pair[][]> {
  return withApp(hitlessPeer("roundRobin", "Hitless"), 1, async (app) => {
    const client = await connect(app);
    const pairs: Pair[][] = looks.map(() => []);
    const seconds = secondsOf(bench);
    const measure = async (begin: Look["begin"]): Promise<Round> => {
      const [{ pid } = { pid: 0 }] = client.snapshot.workers;
      const before = processorMs(pid) ?? Number.NaN;
      const end = begin(client, seconds);
      const rate = await load.run(app, seconds);
      await end();
      return { rate, processor: ((processorMs(pid) ?? Number.NaN) - before) / (rate * seconds) };
    };
    try {
      // The first look loads the collector.
      await client.request("layers/pulse", {});
      await load.run(app, marginSeconds);
      for (let round = 0; round < roundsOf(bench); round += 1) {
        for (const [index, look] of looks.entries()) {
          await pause(lookedAwayMs);
          const unseen = await measure(() => async () => undefined);
          pairs[index]?.push({ unseen, seen: await measure(look.begin) });
        }
      }
    } finally {
      client.dispose();
    }
    return pairs;
  });
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
