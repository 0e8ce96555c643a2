import type { RehearsalPart, RehearsalResult } from "../../../shared/rehearsal/rehearsalResult.ts";
import { headingOf, timeWords, verdictOf } from "./rehearsalWords.ts";

const signs = { bad: "❌", warning: "⚠️", good: "✅" } as const;

/** Rehearsals for a pull request. */
export function rehearsalMarkdown(results: readonly RehearsalResult[]): string {
  return `${results.map((result) => one(result, results[0] ?? result)).join("\n\n")}\n`;
}

function one(result: RehearsalResult, first: RehearsalResult): string {
  const { requests, failed, refused, reopened, connections, rate, protocol, paths, method, nodeVersion } = result;
  const rows = (["before", "during", "after"] as const).map((name) => row(name, result[name]));
  const { level, text: verdict } = verdictOf(result);
  return [
    `### ${signs[level]} Rehearsal: ${headingOf({ ...result, app: code(result.app) }, first)}: ${verdict}`,
    "",
    `${requests} requests, **${failed} failed**, ${refused > 0 ? `**${refused} refused, safe to repeat**, ` : ""}**${reopened} connections reopened** (${method} ${paths.map(code).join(", ")}, ${protocol}, ${connections} connections, ${rate} requests a second, Node.js ${nodeVersion})`,
    "",
    "| | answered | failed | reopened | p50 | p99 | max |",
    "|---|---:|---:|---:|---:|---:|---:|",
    ...rows,
    "",
    ...result.findings.map(
      ({ level, text, fix }) => `- ${signs[level]} ${plain(text)}${fix === undefined ? "" : ` *${plain(fix)}*`}`,
    ),
  ].join("\n");
}

function row(name: string, part: RehearsalPart): string {
  const { answers, failed, reopened, p50, p99, max } = part;
  return `| ${name} | ${answers} | ${failed} | ${reopened} | ${timeWords(p50)} | ${timeWords(p99)} | ${timeWords(max)} |`;
}

function code(text: string): string {
  return `\`${text.replace(/[`\r\n]/g, "'")}\``;
}

/** A text whose characters mean nothing in Markdown. */
function plain(text: string): string {
  return text.replace(/[\r\n]+/g, " ").replace(/[\\`*_{}[\]<>#|~!]/g, (character) => `\\${character}`);
}
