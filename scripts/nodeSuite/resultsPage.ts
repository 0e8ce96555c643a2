import { type Comparison, type Verdict, verdictOf } from "./compareFile.ts";

export interface RunFacts {
  /** Of the program, such as `v24.1.0`. */
  readonly version: string;
  /** Of the tests; `undefined` if the checkout does not tell. */
  readonly tests: string | undefined;
  /** Of `test`. */
  readonly folder: string;
  /** Files that the run had no time for. */
  readonly notRun: number;
  /** Such as `2026-11-30`. */
  readonly date: string;
}

const columns: readonly Verdict[] = ["same", "waits", "cluster", "fails", "skips", "differs"];

/** What a person wants to know of a run: how many files of each kind there were, and which differ. */
export function resultsSection(compared: readonly Comparison[], facts: RunFacts): string {
  const kinds = new Map<string, Comparison[]>();
  for (const comparison of compared) {
    const kind = /^test-([a-z0-9]+)/.exec(comparison.name)?.[1] ?? "other";
    kinds.set(kind, [...(kinds.get(kind) ?? []), comparison]);
  }
  const rows = [...kinds].map(([kind, own]) => `| ${kind} | ${counts(own)} |`);
  const tests = facts.tests === undefined || facts.tests === facts.version ? "" : ` with the tests of ${facts.tests}`;
  const notRun = facts.notRun === 0 ? "" : ` ${facts.notRun} were not run.`;
  return `${heading(facts)}

${facts.date}, Node.js ${facts.version}${tests}: ${compared.length} files.${notRun}

| files | same | same, then waits | no cluster worker passes | fail alone | skip themselves | differ |
|---|---|---|---|---|---|---|
| **all** | ${counts(compared)} |
${rows.join("\n")}

${list("Differ", compared, "differs")}
${list("Pass, then wait to be told to go", compared, "waits")}
${list("No cluster worker passes", compared, "cluster")}
${list("Fail alone", compared, "fails")}`;
}

/** The page with this section in place of that of the same version and folder, or at its end. */
export function withSection(page: string, section: string): string {
  const [title] = section.split("\n", 1);
  const parts = page.split(/^(?=## )/m);
  const index = parts.findIndex((part) => part.split("\n", 1)[0] === title);
  const own = `${section.trimEnd()}\n`;
  return index === -1 ? `${page.trimEnd()}\n\n${own}` : `${parts.with(index, `${own}\n`).join("").trimEnd()}\n`;
}

function heading({ version, folder }: RunFacts): string {
  return `## Node.js ${version.split(".", 1)[0]}, test/${folder}`;
}

function counts(compared: readonly Comparison[]): string {
  return columns
    .map((verdict) => compared.filter((comparison) => verdictOf(comparison) === verdict).length)
    .join(" | ");
}

function list(title: string, compared: readonly Comparison[], verdict: Verdict): string {
  const names = compared.filter((comparison) => verdictOf(comparison) === verdict).map(({ name }) => `\`${name}\``);
  return `${title}: ${names.length === 0 ? "none" : names.join(", ")}.\n`;
}
