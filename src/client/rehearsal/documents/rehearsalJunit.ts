import type { RehearsalCheck, RehearsalFinding, RehearsalResult } from "../../../shared/rehearsal/rehearsalResult.ts";
import { escapeMarkup } from "../../../shared/text/escapeMarkup.ts";

/** The cases, whose names stay the same from run to run, whatever was measured. */
const cases: Readonly<Record<RehearsalCheck, string>> = {
  outcome: "the renewal does what it should",
  requests: "every request gets its whole answer",
  connections: "connections are kept, or closed in order",
  report: "the report says what clients saw",
  times: "answers take no longer than allowed",
  conditions: "the load can be carried",
};

/** Rehearsals as a report of tests that CI systems read: a case for each check, whose body says what was found. */
export function rehearsalJunit(results: readonly RehearsalResult[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${results.map(suite).join("\n")}\n</testsuites>\n`;
}

function suite({ app, kind, durationMs, startedAt, findings }: RehearsalResult): string {
  const seconds = (durationMs / 1_000).toFixed(3);
  const written = Object.entries(cases).map(([check, name]) => {
    const found = findings.filter((finding) => finding.check === check);
    const bad = found.filter(({ level }) => level === "bad");
    const rest = found.filter(({ level }) => level !== "bad");
    const body = [
      ...bad.slice(0, 1).map(({ text }) => `      <failure message="${escapeMarkup(text)}">${said(bad)}</failure>\n`),
      ...(rest.length === 0 ? [] : [`      <system-out>${said(rest)}</system-out>\n`]),
    ].join("");
    const head = `    <testcase classname="${escapeMarkup(`hitless.${app}.${kind}`)}" name="${name}" time="${seconds}"`;
    return { isBad: bad.length > 0, text: body === "" ? `${head}/>` : `${head}>\n${body}    </testcase>` };
  });
  const failures = written.filter(({ isBad }) => isBad).length;
  const head = `  <testsuite name="${escapeMarkup(`${app}: ${kind}`)}" tests="${written.length}" failures="${failures}" time="${seconds}" timestamp="${new Date(startedAt).toISOString()}">`;
  return [head, ...written.map(({ text }) => text), "  </testsuite>"].join("\n");
}

function said(findings: readonly RehearsalFinding[]): string {
  const lines = findings.map(({ text, fix }) => (fix === undefined ? text : `${text} ${fix}`));
  return escapeMarkup(lines.join("\n"));
}
