import { createRequire } from "node:module";
import { findProgram } from "../test/support/programs.ts";
import type { BenchApp } from "./bench.ts";
import { runCommand } from "./peers/child.ts";

/** At the same time. */
export const connections = 50;

type Autocannon = (options: {
  readonly url: string;
  readonly connections: number;
  readonly duration: number;
}) => Promise<{ readonly requests: { readonly average: number } }>;
const autocannon = createRequire(import.meta.url)("autocannon") as Autocannon;

/** A way to ask as fast as the app answers. */
export interface Load {
  readonly name: string;
  /** Requests a second. */
  run(app: BenchApp, seconds: number): Promise<number>;
}

const all: readonly Load[] = [
  {
    name: "autocannon, keep-alive",
    run: async (app, seconds) =>
      (await autocannon({ url: urlOf(app), connections, duration: seconds })).requests.average,
  },
  { name: "wrk, keep-alive", run: (app, seconds) => wrk(app, seconds, []) },
  { name: "wrk, connection per request", run: (app, seconds) => wrk(app, seconds, ["-H", "Connection: close"]) },
];

/** Those whose program is there. */
export function loads(): readonly Load[] {
  return all.filter(({ name }) => !name.startsWith("wrk") || findProgram(["wrk"]) !== null);
}

async function wrk(app: BenchApp, seconds: number, flags: readonly string[]): Promise<number> {
  const program = findProgram(["wrk"]) ?? "wrk";
  const args = ["-t1", `-c${connections}`, `-d${seconds}s`, ...flags, urlOf(app)];
  const said = await runCommand(program, args, { cwd: ".", env: process.env });
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(said)?.[1]);
}

function urlOf({ target }: BenchApp): string {
  return `http://127.0.0.1:${"port" in target ? target.port : 0}/`;
}
