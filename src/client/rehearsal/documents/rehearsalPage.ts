import type {
  RehearsalFinding,
  RehearsalPart,
  RehearsalResult,
  RehearsedWorker,
} from "../../../shared/rehearsal/rehearsalResult.ts";
import { escapeMarkup } from "../../../shared/text/escapeMarkup.ts";
import { rehearsalPicture } from "./rehearsalPicture.ts";
import { englishWords, headingOf, type RehearsalWords, timeWords, verdictOf } from "./rehearsalWords.ts";

const signs: Readonly<Record<RehearsalFinding["level"], string>> = { bad: "✖", warning: "⚠", good: "✔" };

/** Its colours are variables of `:root`, which another style sheet behind it may set. */
export const rehearsalStyle = `
:root { color-scheme: light dark; --text: #1f2328; --dim: #59636e; --ground: #ffffff; --line: #d1d9e0; --band: #0969da1a;
  --good: #1a7f37; --warning: #9a6700; --bad: #d1242f; --p50: #0969da; --p99: #8250df; --max: #59636e; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --dim: #9198a1; --ground: #0d1117; --line: #3d444d; --band: #4493f826;
  --good: #3fb950; --warning: #d29922; --bad: #f85149; --p50: #4493f8; --p99: #ab7df8; --max: #9198a1; } }
body { margin: 2rem auto; max-width: 960px; padding: 0 1rem; background: var(--ground); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .25rem; }
p { margin: .25rem 0; } .dim { color: var(--dim); }
.good { color: var(--good); } .warning { color: var(--warning); } .bad { color: var(--bad); }
svg { width: 100%; height: auto; margin: 1rem 0 0; overflow: visible; }
svg polyline { fill: none; stroke-width: 1.6; } svg .p50 { stroke: var(--p50); } svg .p99 { stroke: var(--p99); }
svg .max { stroke: var(--max); stroke-width: 1; stroke-dasharray: 2 2; }
svg .grid { stroke: var(--line); stroke-width: 1; } svg .mark { stroke: var(--dim); stroke-width: 1; stroke-dasharray: 4 3; }
svg .renewal { fill: var(--band); } svg .failed { fill: var(--bad); } svg .reopened { fill: var(--warning); }
svg text { fill: var(--dim); font-size: 12px; } svg .label { fill: var(--text); paint-order: stroke; stroke: var(--ground); stroke-width: 4px; stroke-linejoin: round; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; color: var(--dim); font-size: .87rem; padding: 0; margin: .25rem 0 1rem; list-style: none; }
.legend i { display: inline-block; width: 1.1rem; height: 0; border-top: 2px solid; vertical-align: middle; margin-right: .4rem; }
.legend .square { width: .6rem; height: .6rem; border: 0; background: currentColor; }
.of-p50 { color: var(--p50); } .of-p99 { color: var(--p99); } .of-max { color: var(--max); } .of-max i { border-top-style: dashed; } .of-failed { color: var(--bad); } .of-reopened { color: var(--warning); }
.scroll { overflow-x: auto; }
@media (max-width: 640px) { svg { width: 720px; } h1 { font-size: 1.25rem; } }
table { border-collapse: collapse; margin: .5rem 0; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--dim); font-size: .87rem; padding-bottom: .25rem; }
th, td { padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); text-align: right; font-weight: normal; }
td, th[scope=row] { white-space: nowrap; } th { color: var(--dim); } th:first-child, td:first-child { text-align: left; }
ul.findings { padding: 0; list-style: none; } ul.findings li { margin: .35rem 0; padding-left: 1.6rem; text-indent: -1.6rem; }
.sign { display: inline-block; width: 1.6rem; text-indent: 0; } .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
`;

/** Rehearsals as a page that stands by itself, without a script: verdict, picture, tables, findings. */
export function rehearsalPage(results: readonly RehearsalResult[], words: RehearsalWords = englishWords): string {
  return `<!doctype html>
<html lang="${escapeMarkup(words.language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeMarkup(words.t("Rehearsal of {0}", results[0]?.app ?? ""))}</title>
<style>${rehearsalStyle}</style>
</head>
<body>
<main>
${rehearsalSections(results, words)}
</main>
</body>
</html>
`;
}

/**
 * What is in the page: a section for each rehearsal, whose pictures have the same scale.
 * @param reasons Markup that stands behind the findings of the first.
 */
export function rehearsalSections(results: readonly RehearsalResult[], words: RehearsalWords, reasons = ""): string {
  const highest = Math.max(1, ...results.flatMap(({ slices }) => slices.map(({ max = 0 }) => max)));
  return results
    .map((result, index) => {
      const heading = headingOf(result, results[0] ?? result, words.t);
      return section(result, { index, heading, highest, words, reasons: index === 0 ? reasons : "" });
    })
    .join("\n");
}

interface Place {
  readonly index: number;
  readonly heading: string;
  readonly highest: number;
  readonly words: RehearsalWords;
  readonly reasons: string;
}

function section(result: RehearsalResult, { index, heading, highest, words, reasons }: Place): string {
  const { requests, failed, refused, reopened, method, paths, protocol, connections, rate, nodeVersion } = result;
  const { t } = words;
  const tag = index === 0 ? "h1" : "h2";
  const { level, text: verdict } = verdictOf(result, t);
  const asked = paths.map((path) => `<code>${escapeMarkup(path)}</code>`).join(", ");
  const how = [
    t("{0} connections", connections),
    t("{0} requests a second", rate),
    `Node.js ${nodeVersion}`,
    `${new Date(result.startedAt).toISOString().slice(0, 19).replace("T", " ")} UTC`,
  ];
  const totals = [
    `<strong>${escapeMarkup(t("{0} requests asked", requests))}</strong>`,
    `<strong class="${failed === 0 ? "good" : "bad"}">${escapeMarkup(t("{0} failed", failed))}</strong>`,
    ...(refused === 0
      ? []
      : [`<strong class="warning">${escapeMarkup(t("{0} refused, safe to repeat", refused))}</strong>`]),
    `<strong class="${reopened === 0 ? "good" : "warning"}">${escapeMarkup(t("{0} connections reopened", reopened))}</strong>`,
  ];
  return `<section>
<${tag}><span class="${level}">${signs[level]} ${escapeMarkup(verdict)}</span> · ${escapeMarkup(heading)}</${tag}>
<p>${totals.join(" · ")}</p>
<p class="dim">${escapeMarkup(method)} ${asked} · ${escapeMarkup(`${result.address} (${protocol})`)} · ${how.map(escapeMarkup).join(" · ")}</p>
<div class="scroll" tabindex="0" role="group" aria-label="${escapeMarkup(t("The picture"))}">${rehearsalPicture(result, highest, words)}</div>
<ul class="legend" aria-hidden="true"><li class="of-p50"><i></i>p50</li><li class="of-p99"><i></i>p99</li><li class="of-max"><i></i>${escapeMarkup(t("longest"))}</li><li class="of-failed"><i class="square"></i>${escapeMarkup(t("failed"))}</li><li class="of-reopened"><i class="square"></i>${escapeMarkup(t("reopened"))}</li></ul>
${findings(result.findings, words)}
${reasons}
${parts(result, words)}
${workers(result.workers, words)}
${losses(result, words)}
</section>`;
}

function findings(list: readonly RehearsalFinding[], { t, sentence }: RehearsalWords): string {
  const levels = { bad: t("Wrong"), warning: t("Worth knowing"), good: t("Well") };
  const items = list.map(({ level, text, fix }) => {
    const advice = fix === undefined ? "" : ` <span class="dim">${escapeMarkup(sentence(fix))}</span>`;
    return `<li><span class="sign ${level}" aria-hidden="true">${signs[level]}</span><span class="hidden">${escapeMarkup(levels[level])}: </span>${escapeMarkup(sentence(text))}${advice}</li>`;
  });
  return `<ul class="findings">${items.join("")}</ul>`;
}

function parts({ before, during, after }: RehearsalResult, { t }: RehearsalWords): string {
  const headings = ["", t("answered"), t("failed"), t("reopened"), "p50", "p99", t("longest")];
  const rows = [partRow(t("before"), before), partRow(t("during"), during), partRow(t("after"), after)];
  return table(t("Before, during (2 s at least) and after the renewal"), headings, rows);
}

function partRow(name: string, { answers, failed, reopened, p50, p99, max }: RehearsalPart): string[] {
  return [name, String(answers), String(failed), String(reopened), timeWords(p50), timeWords(p99), timeWords(max)];
}

function workers(list: readonly RehearsedWorker[], { t }: RehearsalWords): string {
  const rows = list.map(({ slot, generation, pid, answered, figures }) => {
    const most = (of: (figure: RehearsedWorker["figures"][number]) => number): number => Math.max(...figures.map(of));
    const known = figures.length > 0;
    return [
      t("worker {0}, generation {1}", slot, generation),
      String(pid),
      answered === undefined ? "–" : String(answered),
      known ? `${Math.round(most(({ cpu }) => cpu) * 100)} %` : "–",
      known ? `${Math.round(most(({ memory }) => memory) / 1_048_576)} MiB` : "–",
      known ? timeWords(most(({ delayP99 = 0 }) => delayP99)) : "–",
    ];
  });
  const headings = ["", t("pid"), t("requests answered"), t("CPU"), t("memory"), t("loop delay p99")];
  return table(t("The workers, looked at once a second; the most of each"), headings, rows);
}

function losses({ failures, failed, reopenings }: RehearsalResult, { t }: RehearsalWords): string {
  if (failed === 0 && reopenings.length === 0) {
    return "";
  }
  const row = ({ at, what, why }: RehearsalResult["failures"][number]): string[] => [timeWords(at), what, why];
  const of = (caption: string, what: string, list: RehearsalResult["failures"]): string[] =>
    list.length === 0 ? [] : [table(caption, [t("moment"), what, t("reason")], list.map(row))];
  const listed = [
    ...of(t("Failed requests, the first {0} of {1}", failures.length, failed), t("request"), failures),
    ...of(t("Connections that were opened again"), t("connection"), reopenings),
  ];
  return `<details><summary>${escapeMarkup(t("Each of them"))}</summary>${listed.join("")}</details>`;
}

function table(caption: string, headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = headings
    .map((text) => (text === "" ? "<td></td>" : `<th scope="col">${escapeMarkup(text)}</th>`))
    .join("");
  const body = rows
    .map(
      ([first = "", ...rest]) =>
        `<tr><th scope="row">${escapeMarkup(first)}</th>${rest.map((text) => `<td>${escapeMarkup(text)}</td>`).join("")}</tr>`,
    )
    .join("");
  return `<div class="scroll" tabindex="0" role="group" aria-label="${escapeMarkup(caption)}"><table><caption>${escapeMarkup(caption)}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}
