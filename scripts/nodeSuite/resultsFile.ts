import { appendFileSync, existsSync, readFileSync } from "node:fs";
import type { Comparison, Outcome } from "./compareFile.ts";

/** Of what a file printed, the end is kept, in characters. */
const outputLength = 1_000;

interface Row extends Comparison {
  readonly version: string;
}

/**
 * The comparisons of earlier portions, by the name of the file; one JSON object a line, the last of a name counts.
 * @throws when they are of another version of Node.js.
 */
export function readResults(path: string, version: string): Map<string, Comparison> {
  const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
  const rows = lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Row);
  const other = rows.find((row) => row.version !== version);
  if (other !== undefined) {
    throw new Error(`${path} has results of Node.js ${other.version}, not ${version}: name another file.`);
  }
  return new Map(rows.map((row) => [row.name, row]));
}

export function appendResult(path: string, version: string, { name, alone, hitless, later, plain }: Comparison): void {
  const row = {
    version,
    name,
    alone: shortened(alone),
    ...(hitless && { hitless: shortened(hitless) }),
    ...(later && { later: shortened(later) }),
    ...(plain && { plain: shortened(plain) }),
  };
  appendFileSync(path, `${JSON.stringify(row)}\n`);
}

function shortened(outcome: Outcome): Outcome {
  return { ...outcome, output: outcome.output.slice(-outputLength) };
}
