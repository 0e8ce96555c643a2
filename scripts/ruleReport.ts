// `node scripts/ruleReport.ts`: what the editor's rules find in well-known packages and in the example apps, to be
// judged by reading. `--examples` leaves the packages out, `--list` names every finding.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { rules } from "../src/server/rules/allRules.ts";
import { projectRoot } from "../test/support/paths.ts";
import { run } from "../test/support/programs.ts";
import { appOf, expectedIn, type Found, runRules, sourcesBelow } from "../test/unit/server/rules/runRules.ts";
import { npmCommand } from "./support/prepare.mjs";

/** Packages that the project has anyway, and those that are fetched once into a folder of their own. */
const installed = ["express", "router", "fastify", "koa"];
const fetched = [
  "@nestjs/common@11",
  "@nestjs/core@11",
  "@nestjs/platform-express@11",
  "@nestjs/platform-fastify@11",
  "@koa/router@14",
  "hono@4",
  "socket.io@4",
  "ws@8",
];
const cache = join(projectRoot, ".rule-sources");

const { values } = parseArgs({ options: { examples: { type: "boolean" }, list: { type: "boolean" } } });

interface Line {
  readonly source: string;
  readonly files: number;
  readonly lines: number;
  readonly unread: number;
  readonly found: readonly (Found & { readonly file: string })[];
  /** Milliseconds of the slowest file, parsing included. */
  readonly slowest: number;
}

const report = [lineOf("example apps", join(projectRoot, "test", "fixtures", "apps"))];
if (values.examples !== true) {
  await fetchPackages();
  report.push(
    ...installed.map((name) => lineOf(name, join(projectRoot, "node_modules", name))),
    ...fetched.map((spec) => spec.replace(/@\d+$/, "")).map((name) => lineOf(name, join(cache, "node_modules", name))),
  );
}
process.stdout.write(`${table()}\n`);
for (const { source, found } of values.list === true ? report : []) {
  for (const { file, line, ruleId, marked } of found) {
    process.stdout.write(`${source} ${file}:${line} ${ruleId}: ${marked.replace(/\s+/g, " ").slice(0, 60)}\n`);
  }
}

async function fetchPackages(): Promise<void> {
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, "package.json"), '{ "private": true }\n');
  const npm = npmCommand();
  const options = ["--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund", "--no-package-lock"];
  const { code, output } = await run(npm.program, [...npm.args, "install", ...options, ...fetched], {
    cwd: cache,
    deadlineMs: 180_000,
  });
  if (code !== 0) {
    throw new Error(`npm could not fetch ${fetched.join(", ")}:\n${output}`);
  }
}

function lineOf(source: string, folder: string): Line {
  const found: (Found & { readonly file: string })[] = [];
  let lines = 0;
  let unread = 0;
  let slowest = 0;
  const sources = sourcesBelow(folder);
  for (const { file, text } of sources) {
    const start = performance.now();
    const findings = runRules(text, `${source.replaceAll(" ", "-")}/${file}`, appOf(text));
    slowest = Math.max(slowest, performance.now() - start);
    lines += text.split("\n").length;
    unread += findings === undefined ? 1 : 0;
    found.push(...(findings ?? []).map((finding) => ({ ...finding, file })));
    const unexpected = source === "example apps" ? difference(findings ?? [], expectedIn(text)) : [];
    if (unexpected.length > 0) {
      process.stderr.write(`${file}: not as marked: ${unexpected.join(", ")}\n`);
      process.exitCode = 1;
    }
  }
  return { source, files: sources.length, lines, unread, found, slowest };
}

function difference(findings: readonly Found[], expected: readonly string[]): string[] {
  const found = findings.map(({ line, ruleId }) => `${line} ${ruleId}`);
  return [...found.filter((entry) => !expected.includes(entry)), ...expected.filter((entry) => !found.includes(entry))];
}

function table(): string {
  const rows = report.map(({ source, files, lines, unread, found, slowest }) => {
    const counts = rules.map(({ id }) => [id, found.filter(({ ruleId }) => ruleId === id).length] as const);
    const list = counts.filter(([, count]) => count > 0).map(([id, count]) => `${id} ${count}`);
    return [source, files, lines, unread, found.length, list.join(", "), `${Math.round(slowest)} ms`];
  });
  const head = ["source", "files", "lines", "unread", "findings", "by rule", "slowest file"];
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
