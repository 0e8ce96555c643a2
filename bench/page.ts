import { asMarkdown } from "./figures.ts";
import type { Result } from "./results.ts";

/** The page docs/benchmarks.md: figures with everything that is needed to judge them and to get them again. */
export function writePage(results: readonly Result[]): string {
  const distinct = (texts: readonly string[]): string[] => [...new Set(texts)];
  const head = [
    "# Benchmarks",
    "",
    "Written by `npm run bench -- --write` from `bench/results.json`; do not edit. All peers ran the same app (`bench/app/server.cjs`:",
    "plain http, no line of graceful code unless a row says so) on the same machine, with the same client.",
    "",
    ...distinct(results.map(({ machine }) => `- Machine: ${machine}`)),
    ...distinct(results.flatMap(({ versions }) => versions)).map((version) => `- ${version}`),
    "",
    "A request has *failed* when it got no complete, correct answer; nothing is retried. A connection was *reopened* when the server",
    "had closed it. Below each table stand its date, the command that measures it again, and the machine's load average of the",
    "minute before it began: from 0.5 on something else had been running; in a run of several tables that is the previous one.",
    "",
  ];
  const tail = [
    "## What this does not show",
    "",
    "- Client, peer and workers share the processors of one machine and talk over loopback: latencies under load are those of a",
    "  saturated machine, and no network loses or delays a packet.",
    "- Latencies are of answered requests only: requests that a peer fails at the busiest moment are not in its figures.",
    "- The app does next to nothing. What an app of your own does at start and per request decides how long a reload takes, and",
    "  makes a supervisor's cost smaller in proportion.",
    "- Only HTTP/1.1 without TLS is handed over. That no request of the other protocols fails means that their clients open a new",
    "  connection when asked to, which takes one to three round trips; `docs/reload.md` says what happens to each.",
    "- nginx itself answers and runs no app: it is here to show how its reload affects kept-alive connections. Its rows are true for",
    "  its defaults: from 1.27.4 on `keepalive_min_timeout` lets kept-alive connections live on for that long after a reload, so that",
    "  clients are told to leave with an answer. Debian's nginx 1.22 does not have it.",
    "- `wattpm restart` replaces threads one after the other; `pm2 reload` was measured with its defaults.",
    "- One machine with two processors, one run. Differences below a tenth are noise in all but the ratios of throughput; run it",
    "  yourself.",
    "",
  ];
  return [...head, ...results.map(asSection), ...tail].join("\n");
}

function asSection({ table, date, command, load }: Result): string {
  return `${asMarkdown(table)}\n*${date} · \`${command}\` · load before: ${load.toFixed(1)}*\n`;
}
