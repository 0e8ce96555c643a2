import type {
  RehearsalFinding,
  RehearsalPart,
  RehearsalResult,
  RehearsedWorker,
} from "../../../shared/rehearsal/rehearsalResult.ts";
import { escapeMarkup } from "./escapeMarkup.ts";
import { rehearsalPicture } from "./rehearsalPicture.ts";
import { kindWords, timeWords } from "./rehearsalWords.ts";

const signs: Readonly<Record<RehearsalFinding["level"], string>> = { bad: "✖", warning: "⚠", good: "✔" };
const levels: Readonly<Record<RehearsalFinding["level"], string>> = {
  bad: "Wrong",
  warning: "Worth knowing",
  good: "Well",
};

const style = `
:root { color-scheme: light dark; --text: #1f2328; --dim: #59636e; --ground: #ffffff; --line: #d1d9e0; --band: #0969da1a;
  --good: #1a7f37; --warning: #9a6700; --bad: #d1242f; --p50: #0969da; --p99: #8250df; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --dim: #9198a1; --ground: #0d1117; --line: #3d444d; --band: #4493f826;
  --good: #3fb950; --warning: #d29922; --bad: #f85149; --p50: #4493f8; --p99: #ab7df8; } }
body { margin: 2rem auto; max-width: 960px; padding: 0 1rem; background: var(--ground); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .25rem; }
p { margin: .25rem 0; } .dim { color: var(--dim); }
.good { color: var(--good); } .warning { color: var(--warning); } .bad { color: var(--bad); }
svg { width: 100%; height: auto; margin: 1rem 0 0; overflow: visible; }
svg polyline { fill: none; stroke-width: 1.6; } svg .p50 { stroke: var(--p50); } svg .p99 { stroke: var(--p99); }
svg .grid { stroke: var(--line); stroke-width: 1; } svg .mark { stroke: var(--dim); stroke-width: 1; stroke-dasharray: 4 3; }
svg .renewal { fill: var(--band); } svg .failed { fill: var(--bad); } svg .reopened { fill: var(--warning); }
svg text { fill: var(--dim); font-size: 12px; } svg .label { fill: var(--text); }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; color: var(--dim); font-size: .87rem; padding: 0; margin: .25rem 0 1rem; list-style: none; }
.legend i { display: inline-block; width: 1.1rem; height: 0; border-top: 2px solid; vertical-align: middle; margin-right: .4rem; }
.legend .square { width: .6rem; height: .6rem; border: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: .5rem 0; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--dim); font-size: .87rem; padding-bottom: .25rem; }
th, td { padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); text-align: right; font-weight: normal; }
th { color: var(--dim); } th:first-child, td:first-child { text-align: left; }
ul.findings { padding: 0; list-style: none; } ul.findings li { margin: .35rem 0; padding-left: 1.6rem; text-indent: -1.6rem; }
.sign { display: inline-block; width: 1.6rem; text-indent: 0; } .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
`;

/** Rehearsals as a page that stands by itself, without a script: verdict, picture, tables, findings. */
export function rehearsalPage(results: readonly RehearsalResult[]): string {
  const highest = Math.max(1, ...results.flatMap(({ slices }) => slices.map(({ max = 0 }) => max)));
  const title = `Rehearsal of ${results[0]?.app ?? ""}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeMarkup(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${results.map((result, index) => section(result, index, highest)).join("\n")}
</main>
</body>
</html>
`;
}

function section(result: RehearsalResult, index: number, highest: number): string {
  const { app, kind, passed, requests, failed, reopened, method, paths, protocol, connections, rate, nodeVersion } =
    result;
  const level = passed ? "good" : "bad";
  const heading = index === 0 ? "h1" : "h2";
  const verdict = passed ? "nobody would have noticed" : "somebody would have noticed";
  const asked = paths.map((path) => `<code>${escapeMarkup(path)}</code>`).join(", ");
  return `<section>
<${heading}><span class="${level}">${signs[level]} ${verdict}</span> · ${escapeMarkup(`${kindWords[kind]} of ${app}`)}</${heading}>
<p><strong>${requests}</strong> requests asked · <strong class="${failed === 0 ? "good" : "bad"}">${failed} failed</strong> · <strong class="${reopened === 0 ? "good" : "warning"}">${reopened}</strong> connections reopened</p>
<p class="dim">${escapeMarkup(method)} ${asked} at ${escapeMarkup(result.address)} (${protocol}) · ${connections} connections · ${rate} requests a second · Node.js ${escapeMarkup(nodeVersion)} · ${new Date(result.startedAt).toISOString().slice(0, 19).replace("T", " ")} UTC</p>
${rehearsalPicture(result, highest)}
<ul class="legend" aria-hidden="true"><li style="color:var(--p50)"><i></i>p50</li><li style="color:var(--p99)"><i></i>p99</li><li style="color:var(--bad)"><i class="square" style="background:var(--bad)"></i>failed</li><li style="color:var(--warning)"><i class="square" style="background:var(--warning)"></i>reopened</li></ul>
${findings(result.findings)}
${parts(result)}
${workers(result.workers)}
${losses(result)}
</section>`;
}

function findings(list: readonly RehearsalFinding[]): string {
  const items = list.map(
    ({ level, text, fix }) =>
      `<li><span class="sign ${level}" aria-hidden="true">${signs[level]}</span><span class="hidden">${levels[level]}: </span>${escapeMarkup(text)}${fix === undefined ? "" : ` <span class="dim">${escapeMarkup(fix)}</span>`}</li>`,
  );
  return `<ul class="findings">${items.join("")}</ul>`;
}

function parts(result: RehearsalResult): string {
  const names = ["before", "during", "after"] as const;
  const rows = names.map((name) => partRow(name, result[name]));
  return table(
    "Before, during (2 s at least) and after the renewal",
    ["", "answered", "failed", "reopened", "p50", "p99", "longest"],
    rows,
  );
}

function partRow(name: string, { answers, failed, reopened, p50, p99, max }: RehearsalPart): string[] {
  return [name, String(answers), String(failed), String(reopened), timeWords(p50), timeWords(p99), timeWords(max)];
}

function workers(list: readonly RehearsedWorker[]): string {
  const rows = list.map(({ slot, generation, pid, answered, figures }) => {
    const most = (of: (figure: RehearsedWorker["figures"][number]) => number): number => Math.max(...figures.map(of));
    const known = figures.length > 0;
    return [
      `worker ${slot}, generation ${generation}`,
      String(pid),
      answered === undefined ? "–" : String(answered),
      known ? `${Math.round(most(({ cpu }) => cpu) * 100)} %` : "–",
      known ? `${Math.round(most(({ memory }) => memory) / 1_048_576)} MiB` : "–",
      known ? timeWords(most(({ delayP99 = 0 }) => delayP99)) : "–",
    ];
  });
  return table(
    "The workers, looked at once a second; the most of each",
    ["", "pid", "requests answered", "CPU", "memory", "loop delay p99"],
    rows,
  );
}

function losses({ failures, failed, reopenings }: RehearsalResult): string {
  if (failed === 0 && reopenings.length === 0) {
    return "";
  }
  const row = ({ at, what, why }: RehearsalResult["failures"][number]): string[] => [timeWords(at), what, why];
  const listed = [
    ...(failures.length === 0
      ? []
      : [
          table(
            `Failed requests, the first ${failures.length} of ${failed}`,
            ["after", "request", "reason"],
            failures.map(row),
          ),
        ]),
    ...(reopenings.length === 0
      ? []
      : [table("Connections that were opened again", ["after", "what", "reason"], reopenings.map(row))]),
  ];
  return `<details><summary>Each of them</summary>${listed.join("")}</details>`;
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
  return `<div class="scroll"><table><caption>${escapeMarkup(caption)}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}
