import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Finding, RuleContext } from "../../../../src/server/analysis/rule.ts";
import { emptyCache, type PackageView, packageView } from "../../../../src/server/package/packageView.ts";
import { rules } from "../../../../src/server/rules/allRules.ts";
import { checked } from "../../../../src/server/rules/checked.ts";
import { type Analysis, analyse } from "../../../../src/server/source/scopes.ts";
import { parseModule } from "../../../../src/server/source/sourceModule.ts";

export type RuleApp = RuleContext["app"];

/** An app as Hitless runs it unless it is told otherwise. */
export const usualApp: RuleApp = { gracefulReload: false, supervised: true, workers: 2, drainTimeout: 30_000 };

export interface Found extends Finding {
  readonly ruleId: string;
  /** From 1. */
  readonly line: number;
  /** What is marked. */
  readonly marked: string;
}

/** What the rules find in a source whose name tells its language; `undefined` if nothing of it can be read. */
export function runRules(
  text: string,
  file: string,
  app: Partial<RuleApp> = {},
  files?: PackageView,
): Found[] | undefined {
  const alone = analysisOf(text, file);
  const analysis = alone && (files?.adopt(alone) ?? alone);
  const context = analysis && { analysis, app: { ...usualApp, ...app }, cancelled: () => false };
  return (
    context &&
    rules
      .flatMap((rule) => checked(rule, context).map((finding) => ({ ...finding, ruleId: rule.id })))
      .map((finding) => ({
        ...finding,
        line: text.slice(0, finding.start).split("\n").length,
        marked: text.slice(finding.start, finding.end),
      }))
      .sort((a, b) => a.start - b.start)
  );
}

export function analysisOf(text: string, file: string): Analysis | undefined {
  const languageId = /ts$/.test(file) ? "typescript" : "javascript";
  const module = parseModule(pathToFileURL(resolve("/", file)).href, languageId, text);
  return module && analyse(module);
}

/** A package whose files are not on any disk: their paths below `folder`, and what they hold. */
export function packageOf(folder: string, texts: Readonly<Record<string, string>>): PackageView {
  return packageView(resolve("/", folder), new Map(Object.entries(texts)), emptyCache());
}

/** A package, and what is found in one of its files. */
export interface PackageCase {
  readonly what: string;
  /** The file that is looked at, and what is found in it, as `rule: what is marked`. */
  readonly file: string;
  readonly found: readonly string[];
  readonly texts: Readonly<Record<string, string>>;
}

export function assertFound({ file, found, texts }: PackageCase): void {
  const all = runRules(texts[file] ?? "", `shop/${file}`, {}, packageOf("shop", texts)) ?? [];
  assert.deepEqual(
    all.map(({ ruleId, marked }) => `${ruleId}: ${marked}`),
    found,
  );
}

/** A package, and what one rule marks in all of its files. */
export interface RulePackage {
  readonly rule: string;
  readonly what: string;
  readonly marked: readonly string[];
  readonly texts: Readonly<Record<string, string>>;
}

export function assertRuleFound({ rule, marked, texts }: RulePackage): void {
  const all = Object.entries(texts).flatMap(
    ([file, text]) => runRules(text, `shop/${file}`, {}, packageOf("shop", texts)) ?? [],
  );
  const found = all.filter(({ ruleId }) => ruleId === rule);
  assert.deepEqual(
    found.map((finding) => finding.marked),
    marked,
  );
}

/** The source after a fix. */
export function applied(text: string, { edits }: Finding["fixes"][number]): string {
  return [...edits]
    .sort((a, b) => b.start - a.start || b.end - a.end)
    .reduce(
      (result, { start, end, text: replacement }) => result.slice(0, start) + replacement + result.slice(end),
      text,
    );
}

const sources: ReadonlySet<string> = new Set([".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"]);

/** The sources below a folder, as paths relative to it; neither types nor what is installed. */
export function sourcesBelow(folder: string): { readonly file: string; readonly text: string }[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => sources.has(extname(file)) && !/\.d\.[cm]?ts$|(?:^|\/)node_modules\//.test(file))
    .sort()
    .map((file) => ({ file, text: readFileSync(join(folder, file), "utf8") }));
}

/** What the first line of an example says of the app: `// app: gracefulReload, workers=1`. */
export function appOf(text: string): Partial<RuleApp> {
  const [, list = ""] = /^\/\/ app: (.*)$/m.exec(text.split(/\r?\n/, 1)[0] ?? "") ?? [];
  const words = list.split(/,\s*/);
  const numberOf = (name: string) => Number(words.find((word) => word.startsWith(`${name}=`))?.split("=")[1]);
  return {
    ...(words.includes("gracefulReload") && { gracefulReload: true }),
    ...(words.includes("unsupervised") && { supervised: false }),
    ...(numberOf("workers") > 0 && { workers: numberOf("workers") }),
    ...(numberOf("drainTimeout") > 0 && { drainTimeout: numberOf("drainTimeout") }),
  };
}

/** `line rule` of each `// expect: rule` at the end of a line. */
export function expectedIn(text: string): string[] {
  return text.split(/\r?\n/).flatMap((content, index) => {
    const [, list] = /\/\/ expect: ([\w ,-]+)$/.exec(content) ?? [];
    return (list?.split(/,\s*/) ?? []).map((id) => `${index + 1} ${id}`);
  });
}
