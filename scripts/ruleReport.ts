// `npm run rule-report`: what the editor's rules find in servers of npm (scripts/ruleReport/serverPackages.ts), beside what was said
// of each finding when somebody read it (scripts/ruleReport/judged.tsv). `--set tuned|heldOut|fresh` and `--only REGEXP` choose packages,
// `--list` names every finding, not only those that nobody has judged. It needs a registry of npm and `tar`.
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { rules } from "../src/server/rules/allRules.ts";
import { projectRoot } from "../test/support/paths.ts";
import { fetchPackage } from "./ruleReport/fetchPackage.ts";
import { type FoundIn, type Looked, lookThrough } from "./ruleReport/lookThrough.ts";
import { type ServerSet, serverPackages } from "./ruleReport/serverPackages.ts";

const cache = join(projectRoot, ".rule-sources");
const verdicts = ["true", "doubtful", "false"] as const;

const { values } = parseArgs({
  options: {
    set: { type: "string" },
    only: { type: "string", default: "" },
    list: { type: "boolean", default: false },
  },
});

mkdirSync(cache, { recursive: true });
const judged = readJudged();
for (const set of Object.keys(serverPackages) as ServerSet[]) {
  if (values.set === undefined || values.set === set) {
    await report(set);
  }
}

async function report(set: ServerSet): Promise<void> {
  const looked: Looked[] = [];
  for (const spec of serverPackages[set].filter((name) => new RegExp(values.only).test(name))) {
    const result = await lookThrough(await fetchPackage(cache, spec), spec);
    looked.push(result);
    process.stderr.write(
      `${spec}: ${result.files} files, ${result.found.length} findings, ${Math.round(result.slowest)} ms\n`,
    );
  }
  const files = looked.reduce((sum, { files: count }) => sum + count, 0);
  const lines = looked.reduce((sum, { lines: count }) => sum + count, 0);
  process.stdout.write(`\n${set}: ${looked.length} packages, ${files} files, ${lines} lines\n\n${table(looked)}\n`);
  for (const { spec, found } of looked) {
    for (const finding of found) {
      const verdict = judged.get(keyOf(spec, finding));
      if (values.list || verdict === undefined) {
        const { file, line, ruleId, code } = finding;
        process.stdout.write(`${spec}\t${file}:${line}\t${ruleId}\t${verdict ?? "?"}\t${code.slice(0, 120)}\n`);
      }
    }
  }
}

/** Verdicts, by package, place and rule. */
function readJudged(): ReadonlyMap<string, string> {
  const text = readFileSync(join(projectRoot, "scripts", "ruleReport", "judged.tsv"), "utf8");
  return new Map(
    text.split("\n").flatMap((line) => {
      const [spec, place, rule, verdict] = line.split("\t");
      return verdict === undefined ? [] : [[`${spec}\t${place}\t${rule}`, verdict] as const];
    }),
  );
}

function keyOf(spec: string, { file, line, ruleId }: FoundIn): string {
  return `${spec}\t${file}:${line}\t${ruleId}`;
}

function table(looked: readonly Looked[]): string {
  const rows = rules.map(({ id }) => {
    const found = looked.flatMap(({ spec, found: all }) =>
      all.filter(({ ruleId }) => ruleId === id).map((finding) => judged.get(keyOf(spec, finding))),
    );
    const counts = verdicts.map((verdict) => found.filter((it) => it === verdict).length);
    return [id, found.length, ...counts, found.filter((it) => it === undefined).length];
  });
  const head = ["rule", "found", ...verdicts, "not judged"];
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
