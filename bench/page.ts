import { asMarkdown, type Table } from "./figures.ts";

export interface PageParts {
  readonly tables: readonly Table[];
  /** Each peer with its version, or why it was not measured. */
  readonly versions: readonly string[];
  readonly machine: string;
  readonly command: string;
  readonly date: Date;
}

/** The page docs/benchmarks.md: figures with everything that is needed to judge them and to get them again. */
export function writePage({ tables, versions, machine, command, date }: PageParts): string {
  const head = [
    "# Benchmarks",
    "",
    "Written by `npm run bench`; do not edit. All peers ran the same app (`bench/app/server.cjs`: plain http, no line of graceful",
    "code unless a row says so) on the same machine in the same run, asked by the same client.",
    "",
    `- Machine: ${machine}`,
    `- Date: ${date.toISOString().slice(0, 10)}`,
    `- Command: \`${command.trim()}\``,
    ...versions.map((version) => `- ${version}`),
    "",
    "A request has *failed* when it got no whole and right answer; nothing is retried. A connection was *reopened* when the server",
    "had closed it.",
    "",
  ];
  const tail = [
    "## What this does not show",
    "",
    "- Client, peer and workers share the processors of one machine and talk over loopback: latencies under load are those of a",
    "  machine that is full, and no network loses or delays a packet.",
    "- The app does next to nothing. What an app of your own does at start and per request decides how long a reload takes, and",
    "  makes what a supervisor costs smaller in proportion.",
    "- HTTP/1.1 without TLS. TLS, HTTP/2 and WebSocket connections can't be handed over; `docs/reload.md` says what happens to them.",
    "- nginx answers by itself and runs no app: it is here for what its reload does to kept-alive connections.",
    "- `wattpm restart` replaces threads one after the other; `pm2 reload` was measured as it comes.",
    "- One machine, one run. Differences of a few percent are noise; run it yourself.",
    "",
  ];
  return [...head, ...tables.map(asMarkdown), ...tail].join("\n");
}
