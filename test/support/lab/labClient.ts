// Runs on the laptop of the lab, where the test itself is not: strict clients, half of them with POST. Reads orders from
// stdin, a line each, and answers each with a line of JSON. Ends with stdin.
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { type Newcomers, startNewcomers } from "../process/newcomers.ts";
import { type StrictClient, type StrictCounts, startStrictClient } from "../process/strictClient.ts";
import type { LabCounts, LabOrder } from "./labLoad.ts";

const { values } = parseArgs({
  options: {
    host: { type: "string", default: "" },
    port: { type: "string", default: "80" },
    connections: { type: "string", default: "20" },
    think: { type: "string", default: "0" },
    newcomers: { type: "boolean", default: false },
  },
});
const target = { host: values.host, port: Number(values.port) };
const connections = Number(values.connections);
const thinkMs = Number(values.think);

if (values.newcomers) {
  serveNewcomers(startNewcomers({ target, clients: connections, thinkMs }));
} else {
  const half = { target, connections: connections / 2, thinkMs };
  serveStrict(await Promise.all([startStrictClient(half), startStrictClient({ ...half, method: "POST" })]));
}

function serveStrict(clients: readonly StrictClient[]): void {
  const sum = (): LabCounts => clients.map(({ counts }) => fromStrict(counts)).reduce(add);
  serve({
    counts: sum,
    until: async (release, count) => {
      await Promise.all(clients.map((client) => client.untilAnswers(release, count / 2)));
    },
    stop: async () => {
      await Promise.all(clients.map((client) => client.stop()));
      return sum();
    },
  });
}

function serveNewcomers(newcomers: Newcomers): void {
  const counts = (): LabCounts => {
    const { statuses, refused, failed, failures } = newcomers.counts;
    const answered = statuses[200] ?? 0;
    const others = Object.values(statuses).reduce((all, count) => all + count, 0) - answered;
    const bad = refused + failed + others;
    const told = others > 0 ? [`statuses ${JSON.stringify(statuses)}`, ...failures] : failures;
    return { requests: answered + bad, failed: bad, reopened: 0, answers: {}, failures: told };
  };
  serve({
    counts,
    until: (_, count) => newcomers.untilAnswers(200, count),
    stop: async () => {
      await newcomers.stop();
      return counts();
    },
  });
}

interface Served {
  counts(): LabCounts;
  until(release: string, count: number): Promise<void>;
  stop(): Promise<LabCounts>;
}

function serve({ counts, until, stop }: Served): void {
  const say = (answer: unknown) => process.stdout.write(`${JSON.stringify(answer)}\n`);
  const obey = async (order: LabOrder): Promise<void> => {
    if (order.do === "until") {
      await until(order.release, order.count);
    }
    say({ counts: order.do === "stop" ? await stop() : counts() });
  };
  const lines = createInterface({ input: process.stdin });
  lines.on("line", (line) => {
    obey(JSON.parse(line) as LabOrder).catch((error: unknown) => say({ error: String(error) }));
  });
  lines.on("close", () => process.exit());
  say({ counts: counts() });
}

function fromStrict({ requests, failed, reopened, answers, failures }: StrictCounts): LabCounts {
  return { requests, failed, reopened, answers, failures };
}

function add(one: LabCounts, other: LabCounts): LabCounts {
  const names = new Set([...Object.keys(one.answers), ...Object.keys(other.answers)]);
  return {
    requests: one.requests + other.requests,
    failed: one.failed + other.failed,
    reopened: one.reopened + other.reopened,
    answers: Object.fromEntries(
      [...names].map((name) => [name, (one.answers[name] ?? 0) + (other.answers[name] ?? 0)]),
    ),
    failures: [...one.failures, ...other.failures],
  };
}
