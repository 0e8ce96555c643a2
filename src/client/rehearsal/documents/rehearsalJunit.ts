import type { RehearsalResult } from "../../../shared/rehearsal/rehearsalResult.ts";
import { escapeMarkup } from "./escapeMarkup.ts";

/** Rehearsals as a report of tests that CI systems read: each finding is a case, and fails if it is bad. */
export function rehearsalJunit(results: readonly RehearsalResult[]): string {
  const suites = results.map((result) => {
    const failures = result.findings.filter(({ level }) => level === "bad").length;
    const seconds = (result.durationMs / 1_000).toFixed(3);
    const cases = result.findings.map(({ level, text, fix }) => {
      const head = `    <testcase classname="hitless.${result.kind}" name="${escapeMarkup(text)}" time="${seconds}"`;
      return level === "bad"
        ? `${head}>\n      <failure message="${escapeMarkup(text)}">${escapeMarkup(fix ?? "")}</failure>\n    </testcase>`
        : `${head}/>`;
    });
    const head = `  <testsuite name="${escapeMarkup(`${result.app}: ${result.kind}`)}" tests="${result.findings.length}" failures="${failures}" time="${seconds}" timestamp="${new Date(result.startedAt).toISOString()}">`;
    return [head, ...cases, "  </testsuite>"].join("\n");
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join("\n")}\n</testsuites>\n`;
}
