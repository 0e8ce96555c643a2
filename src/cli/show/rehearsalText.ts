import { headingOf, markWord, timeWords, verdictOf } from "../../client/rehearsal/documents/rehearsalWords.ts";
import { droppedCount, outcomeNames } from "../../shared/facts/reportFacts.ts";
import type { RehearsalFinding, RehearsalPart, RehearsalResult } from "../../shared/rehearsal/rehearsalResult.ts";
import type { Paint, Style } from "../terminal/paint.ts";
import { type Cell, table } from "../terminal/table.ts";
import { byteCount, count, duration, printable } from "../terminal/units.ts";

const signs: Readonly<Record<RehearsalFinding["level"], readonly [Style, string]>> = {
  bad: ["red", "✖"],
  warning: ["yellow", "⚠"],
  good: ["green", "✔"],
};

const bars = "▁▂▃▄▅▆▇█";
const lossesListed = 5;

/** A rehearsal in lines: verdict, the parts of it, the course of its p99, workers, findings. */
export function rehearsalText(
  result: RehearsalResult,
  { paint, columns, first }: { readonly paint: Paint; readonly columns: number; readonly first: RehearsalResult },
): string {
  const { requests, failed, refused, reopened, protocol, address, connections, rate } = result;
  const { level, text } = verdictOf(result);
  const [style, sign] = signs[level];
  const verdict = paint(style, `${sign} ${text}`);
  const what = [
    `${count(requests, "request")} asked`,
    paint(failed === 0 ? "green" : "red", `${failed} failed`),
    ...(refused === 0 ? [] : [paint("yellow", `${refused} refused, safe to repeat`)]),
    paint(reopened === 0 ? "green" : "yellow", `${reopened} reopened`),
  ].join(" · ");
  return [
    `${verdict} · ${headingOf(result, first)}`,
    `  ${what}`,
    `  ${result.method} ${result.paths.join(", ")} at ${address} (${protocol}), ${count(connections, "connection")}, ${rate} a second`,
    "",
    partsTable(result, paint),
    "",
    ...course(result, paint, columns),
    "",
    workersTable(result, paint),
    "",
    ...result.findings.flatMap((finding) => findingLines(finding, paint)),
    ...losses(result, paint),
    `  ${reportLine(result, paint)}`,
  ].join("\n");
}

function partsTable({ before, during, after }: RehearsalResult, paint: Paint): string {
  const row = (name: string, part: RehearsalPart): Cell[] => [
    { text: name },
    { text: String(part.answers) },
    { text: String(part.failed), ...(part.failed > 0 ? { style: "red" as const } : {}) },
    { text: String(part.reopened), ...(part.reopened > 0 ? { style: "yellow" as const } : {}) },
    { text: timeWords(part.p50) },
    { text: timeWords(part.p99) },
    { text: timeWords(part.max) },
  ];
  const headings = ["", "ANSWERED", "FAILED", "REOPENED", "P50", "P99", "MAX"];
  return table(headings, [row("before", before), row("during", during), row("after", after)], paint);
}

/** The p99 of each slice as a bar, with the moments of the renewal below. */
function course({ slices, sliceMs, marks: moments }: RehearsalResult, paint: Paint, columns: number): string[] {
  const width = Math.max(20, Math.min(columns - 2, 100));
  const perBar = Math.max(1, Math.ceil(slices.length / width));
  const groups = Array.from({ length: Math.ceil(slices.length / perBar) }, (_, index) =>
    slices.slice(index * perBar, (index + 1) * perBar),
  );
  const highest = Math.max(1, ...slices.map(({ p99 = 0 }) => p99));
  const line = groups
    .map((group) => {
      const p99 = Math.max(0, ...group.map((slice) => slice.p99 ?? 0));
      const bar = bars[Math.min(bars.length - 1, Math.floor((p99 / highest) * (bars.length - 1)))] ?? " ";
      return group.some(({ failed }) => failed > 0) ? paint("red", "x") : bar;
    })
    .join("");
  const shown = moments.map(({ mark, at }) => `${markWord(mark)} ${duration(at)}`).join(" · ");
  return [
    line,
    paint(
      "dim",
      `p99 in steps of ${duration(sliceMs * perBar)}, the highest ${timeWords(highest)}; x: a request failed`,
    ),
    paint("dim", shown),
  ];
}

function workersTable({ workers }: RehearsalResult, paint: Paint): string {
  const rows = workers.map(({ slot, generation, pid, answered, figures }): Cell[] => [
    { text: `worker ${slot}` },
    { text: String(generation) },
    { text: String(pid) },
    { text: answered === undefined ? "–" : String(answered) },
    { text: figures.length === 0 ? "–" : `${Math.round(Math.max(...figures.map(({ cpu }) => cpu)) * 100)} %` },
    { text: figures.length === 0 ? "–" : byteCount(Math.max(...figures.map(({ memory }) => memory))) },
    { text: timeWords(highestDelay(figures)) },
  ]);
  return table(["WORKER", "GEN", "PID", "ANSWERED", "CPU (MAX)", "MEMORY (MAX)", "LOOP DELAY (P99)"], rows, paint);
}

function highestDelay(figures: RehearsalResult["workers"][number]["figures"]): number | undefined {
  const known = figures.flatMap(({ delayP99 }) => (delayP99 === undefined ? [] : [delayP99]));
  return known.length === 0 ? undefined : Math.max(...known);
}

function findingLines({ level, text, fix }: RehearsalFinding, paint: Paint): string[] {
  const [style, sign] = signs[level];
  return [`${paint(style, sign)} ${printable(text)}`, ...(fix === undefined ? [] : [`  ${paint("dim", fix)}`])];
}

function losses({ failures, failed }: RehearsalResult, paint: Paint): string[] {
  if (failed === 0) {
    return [];
  }
  const lines = failures
    .slice(0, lossesListed)
    .map(({ at, what, why }) => `  ${paint("dim", duration(at))} ${printable(what)}: ${printable(why)}`);
  const more = failed - lines.length;
  return [...lines, ...(more > 0 ? [`  ${paint("dim", `and ${more} more`)}`] : [])];
}

function reportLine({ kind, report }: RehearsalResult, paint: Paint): string {
  // Whom a restart refuses in its gap its report does not count.
  const dropped = kind === "restart" ? undefined : droppedCount(report);
  const told = dropped === undefined ? "" : `, ${dropped} dropped`;
  return paint("dim", `The report: ${outcomeNames[report.outcome]} after ${duration(report.durationMs)}${told}.`);
}
