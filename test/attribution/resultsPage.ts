import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../support/paths.ts";

export interface CaseResult {
  readonly name: string;
  readonly wanted: string;
  /** Major version of Node.js. */
  readonly node: string;
  /** `untold`: a sample that says that it can't tell. */
  readonly verdict: "right" | "untold" | "wrong";
  /** Largest first. */
  readonly shares: readonly (readonly [id: string, share: number])[];
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
  const names = [...new Set(results.map(({ name }) => name))];
  const counted = (verdict: CaseResult["verdict"], node: string): number =>
    results.filter((result) => result.verdict === verdict && result.node === node).length;
  const rows = names.map((name) => {
    const own = results.filter((result) => result.name === name);
    return `| ${name} | \`${own[0]?.wanted}\` | ${nodes.map((node) => cellOf(own.find((each) => each.node === node))).join(" | ")} |`;
  });
  return `# Whose CPU time it is: the table of cases

Written by \`npm run test:attribution\`, which runs each case for a second in a worker and samples it. A case is right where at least half of its
busy time, without garbage collection, is given to the part that is named; *can't tell* where the sample says so instead.
What a CPU sample is, and how it is attributed, is in [architecture.md](architecture.md#the-layers-of-the-runtime).

| | ${nodes.map((node) => `Node.js ${node}`).join(" | ")} |
|---|${nodes.map(() => "---").join("|")}|
| right | ${nodes.map((node) => `${counted("right", node)} of ${names.length}`).join(" | ")} |
| can't tell | ${nodes.map((node) => counted("untold", node)).join(" | ")} |
| wrong | ${nodes.map((node) => counted("wrong", node)).join(" | ")} |

| case | part | ${nodes.map((node) => `Node.js ${node}`).join(" | ")} |
|---|---|${nodes.map(() => "---").join("|")}|
${rows.join("\n")}
`;
}

function cellOf(result: CaseResult | undefined): string {
  if (result === undefined) {
    return "–";
  }
  const share = result.shares.find(([id]) => id === result.wanted)?.[1] ?? 0;
  const [first] = result.shares;
  const other =
    first === undefined || result.verdict === "right" ? "" : `, ${first[0]} ${Math.round(first[1] * 100)} %`;
  return `${{ right: "", untold: "can't tell: ", wrong: "**wrong**: " }[result.verdict]}${Math.round(share * 100)} %${other}`;
}
