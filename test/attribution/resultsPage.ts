import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../support/paths.ts";
import { heldOut } from "./heldOut.ts";

export interface CaseResult {
  readonly name: string;
  /** Any of these parts is right. */
  readonly wanted: readonly string[];
  /** Version of Node.js. */
  readonly node: string;
  /** `untold`: a sample that says that it can't tell. */
  readonly verdict: "right" | "untold" | "wrong";
  /** Share of the busy time that was given to whose it is. */
  readonly agreed: number;
  /** Largest first. */
  readonly shares: readonly (readonly [id: string, share: number])[];
  /** A part and its share as measured without a profiler; absent where the case is of one part. */
  readonly measured?: readonly [part: string, share: number];
}

const results: CaseResult[] = [];

export function recordResult(result: CaseResult): void {
  results.push(result);
}

/** Writes `docs/attribution.md`, once all versions have been tried. */
export function writeResults(): void {
  const folder = join(projectRoot, "test-results");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "attribution-cases.json"), JSON.stringify(results, undefined, 1));
  const nodes = [...new Set(results.map(({ node }) => node))];
  if (nodes.length === 4) {
    writeFileSync(join(projectRoot, "docs", "attribution.md"), pageOf(nodes));
  }
}

function pageOf(nodes: readonly string[]): string {
  const [cpu] = cpus();
  const machine = `${cpu?.model ?? "an unknown CPU"}, ${cpus().length} CPUs, ${process.platform} ${process.arch}, load average ${loadavg()[2]?.toFixed(0)}`;
  const shared = results.filter(({ name }) => !(name in heldOut));
  const held = results.filter(({ name }) => name in heldOut);
  return `# Whose CPU time it is: the table of cases

Written by \`npm run test:attribution\` on ${new Date().toISOString().slice(0, 10)} (${machine}; Node.js ${nodes.join(", ")}). It runs each case
for a second in a worker and samples it. A case is right where at least 70 % of its busy time, without garbage collection, is given to
whose it is; *can't tell* where the sample says so instead. Where a case is of two parts, such as a template engine that escapes by a
regular expression of V8's, the share of one is measured in a process without a profiler, as what the case takes less without that part;
right is then what both agree in. The first table is of cases that the attribution was made with.
What a CPU sample is, and how it is attributed, is in [architecture.md](architecture.md#the-layers-of-the-runtime).

${tablesOf(shared, nodes)}

## Held out

These were written, with what is expected of them, before they were tried. At that first look, on Node.js 24, 31 of 44 were right, 3 could
not be told and 10 were wrong. Four faults were mended then (two addons with one function, a platform package in another scope, the jobs
of promises, native work of the event loop on a busy machine), and two cases of two parts got measured shares (garbage, an event
emitter). So the table is no longer wholly held out. Not mended: of \`qs\` and of requests with many headers the work is of several parts,
of which one was expected (packages that \`qs\` uses, V8; writing the answers); the listeners of an event emitter look dearer than they
were measured; in servers over TLS hardly any native work of the event loop is seen, at least on a machine that is busy with other things.

${tablesOf(held, nodes)}
`;
}

function tablesOf(some: readonly CaseResult[], nodes: readonly string[]): string {
  const names = [...new Set(some.map(({ name }) => name))];
  const counted = (verdict: CaseResult["verdict"], node: string): number =>
    some.filter((result) => result.verdict === verdict && result.node === node).length;
  const titles = nodes.map((node) => `Node.js ${node.split(".")[0]}`).join(" | ");
  const rule = `${nodes.map(() => "---").join("|")}|`;
  const rows = names.map((name) => {
    const own = some.filter((result) => result.name === name);
    const wanted = own[0]?.wanted.map((part) => `\`${part}\``).join(" or ");
    return `| ${name.replace("held out: ", "")} | ${wanted} | ${nodes.map((node) => cellOf(own.find((each) => each.node === node))).join(" | ")} |`;
  });
  return `| | ${titles} |
|---|${rule}
| right | ${nodes.map((node) => `${counted("right", node)} of ${names.length}`).join(" | ")} |
| can't tell | ${nodes.map((node) => counted("untold", node)).join(" | ")} |
| wrong | ${nodes.map((node) => counted("wrong", node)).join(" | ")} |

| case | part | ${titles} |
|---|---|${rule}
${rows.join("\n")}`;
}

function cellOf(result: CaseResult | undefined): string {
  if (result === undefined) {
    return "–";
  }
  const { verdict, agreed, shares, measured } = result;
  const [part = "", share = 0] = measured ?? [];
  const percent = (of: number): string => `${Math.round(of * 100)} %`;
  const told = shares.slice(0, 2).map(([id, of]) => `${id} ${percent(of)}`);
  const seen = shares.find(([id]) => id === part)?.[1] ?? 0;
  const mixed = measured === undefined ? "" : `, ${part} ${percent(share)} seen as ${percent(seen)}`;
  const why = verdict === "right" ? "" : `: ${told.join(", ")}`;
  return `${{ right: "", untold: "can't tell, ", wrong: "**wrong**, " }[verdict]}${percent(agreed)}${mixed}${why}`;
}
