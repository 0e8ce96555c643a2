// `npm run soak`: a day's worth of renewals in an hour. It fails when something grows beyond its bound, or a client has lost a
// request of which nothing tells.
import { writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { asText } from "./figures.ts";
import { describeMachine, packageVersion } from "./machine.ts";
import { keepPage } from "./pages.ts";
import { runSoak } from "./soak/runSoak.ts";
import { soakTables } from "./soak/tables.ts";

const usage = `Usage: npm run soak -- [--renewals N] [--minutes M] [--seed S] [--nodes MAJOR,…] [--json] [--file FILE] [--write]

  --renewals   how many, of all kinds (default 3000)
  --minutes    how long at most (default 60)
  --seed       decides what is done in which order (default 1)
  --nodes      versions of Node.js that the supervisor is renewed to (default 20,22,24)
  --json       prints the whole result, with every sample, as JSON
  --file       writes that to a file
  --write      keeps it for docs/benchmarks.md

All load goes to loopback, and stops with the run. Linux only: what a process holds is read from /proc.`;

const { values } = parseArgs({
  options: {
    renewals: { type: "string", default: "3000" },
    minutes: { type: "string", default: "60" },
    seed: { type: "string", default: "1" },
    nodes: { type: "string", default: "20,22,24" },
    json: { type: "boolean", default: false },
    file: { type: "string" },
    write: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => process.exit(1));
}

if (values.help) {
  process.stdout.write(`${usage}\n`);
} else if (process.platform !== "linux") {
  process.stderr.write("The soak reads what a process holds from /proc, which only Linux has.\n");
  process.exitCode = 2;
} else {
  await soak();
}

async function soak(): Promise<void> {
  const renewals = wholeNumber("renewals");
  const minutes = wholeNumber("minutes");
  const seed = wholeNumber("seed");
  const [load = 0] = loadavg();
  const result = await runSoak({
    ...{ renewals, minutes, seed },
    nodes: values.nodes.split(","),
    say: (text) => void process.stderr.write(`… ${text}\n`),
  });
  const tables = soakTables(result, loadavg()[1] ?? 0);
  if (values.file !== undefined) {
    writeFileSync(values.file, JSON.stringify(result));
  }
  process.stdout.write(
    values.json ? `${JSON.stringify(result)}\n` : `${tables.map(([, table]) => asText(table)).join("\n")}\n`,
  );
  for (const fault of result.faults) {
    process.stderr.write(`✗ ${fault}\n`);
  }
  if (values.write) {
    keepPage(tables, {
      date: new Date().toISOString().slice(0, 10),
      machine: describeMachine(),
      command: `npm run soak -- --renewals ${renewals} --minutes ${minutes} --seed ${seed} --nodes ${values.nodes}`,
      versions: [`Hitless reload: ${packageVersion()}`],
      load,
    });
  }
  process.exitCode = result.faults.length === 0 ? 0 : 1;
}

/** @throws when it is none. */
function wholeNumber(name: "renewals" | "minutes" | "seed"): number {
  const number = Number(values[name]);
  if (!Number.isInteger(number) || number < 1) {
    throw new Error(`--${name} must be a whole number from 1; it is "${values[name]}".`);
  }
  return number;
}
