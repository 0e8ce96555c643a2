import type { SeenRequest } from "../../../client/requests/requestFeed.ts";
import { hasFailed } from "../../../shared/layers/slowRequests.ts";
import { workerLabel, workerName } from "../../../shared/text/workerName.ts";
import type { Localize } from "../../platform/localize.ts";
import { escapeMarkdown, factList } from "../../presentation/markdown.ts";

/** What is seen of the requests of one app. */
export interface SeenApp {
  readonly key: string;
  readonly name: string;
  readonly inFlight: readonly SeenRequest[];
  readonly inFlightCount: number;
  /** Slow and failed ones, in the order of their ends. */
  readonly ended: readonly SeenRequest[];
  /** Workers that do not answer. */
  readonly silent: readonly number[];
}

export interface RequestSight {
  readonly apps: readonly SeenApp[];
  /** Only paths that contain this, whatever its case; empty: all. */
  readonly filter: string;
  /** Milliseconds from which a request is slow. */
  readonly slowMs: number;
  readonly t: Localize;
}

/** A row as plain data: equal data looks the same. */
export interface RequestRow {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly tooltip: string;
  readonly icon: string;
  readonly color?: string;
  readonly accessibilityLabel: string;
  readonly children: readonly RequestRow[];
  readonly isGroup: boolean;
  /** The request whose route a click leads to. */
  readonly leads?: { readonly app: string; readonly method: string; readonly path: string };
}

/** Rows of each group; the group's own row counts all. */
const mostRows = 50;

/** The groups: what hangs, what failed, what was slow. A group that is empty is still there, so that nothing jumps. */
export function requestRows(sight: RequestSight): readonly RequestRow[] {
  const { apps, t } = sight;
  if (apps.length === 0) {
    return [];
  }
  const several = apps.length > 1;
  const open = apps.flatMap((app) => of(app, app.inFlight, sight)).sort((a, b) => b.request.ms - a.request.ms);
  const ended = apps.flatMap((app) => of(app, app.ended, sight)).reverse();
  const failed = ended.filter(({ request }) => hasFailed(request));
  const slow = ended
    .filter(({ request }) => !hasFailed(request) && request.ms >= sight.slowMs)
    .sort((a, b) => b.request.ms - a.request.ms);
  const openCount = sight.filter === "" ? apps.reduce((sum, app) => sum + app.inFlightCount, 0) : open.length;
  const group = (
    id: string,
    label: string,
    icon: string,
    {
      rows,
      count = rows.length,
      tooltip,
    }: { readonly rows: readonly Seen[]; readonly count?: number; readonly tooltip: string },
  ): RequestRow => ({
    id,
    label,
    description: String(count),
    tooltip,
    icon,
    accessibilityLabel: `${label}, ${count}`,
    children: rows.slice(0, mostRows).map((seen) => requestRow(id, seen, several, t)),
    isGroup: true,
  });
  return [
    group("open", t("In flight"), "sync", {
      rows: open,
      count: openCount,
      tooltip: t("Those that have begun since this view is open."),
    }),
    group("failed", t("Failed"), "error", {
      rows: failed,
      tooltip: t("Answered with a status of 500 or more, or left by their clients, in the last five minutes."),
    }),
    group("slow", t("Slow, from {0}", timeWord(sight.slowMs, t)), "watch", {
      rows: slow,
      tooltip: t("Those of the last five minutes. The button in the title says what is slow."),
    }),
    ...apps.flatMap((app) => silentRow(app, several, t)),
  ];
}

interface Seen {
  readonly app: SeenApp;
  readonly request: SeenRequest;
}

function of(app: SeenApp, requests: readonly SeenRequest[], { filter }: RequestSight): Seen[] {
  const wanted = filter.toLowerCase();
  return requests
    .filter(({ method, path }) => `${method} ${path}`.toLowerCase().includes(wanted))
    .map((request) => ({ app, request }));
}

function requestRow(group: string, { app, request }: Seen, several: boolean, t: Localize): RequestRow {
  const { worker, id, method, path, ms, status, aborted, startedAt } = request;
  const label = `${method} ${path}`;
  const outcome = outcomeWord(group === "open", { status, aborted }, t);
  const told = outcome === "" ? [] : [outcome];
  // What matters comes first: a narrow side bar cuts the rest off.
  const seen = group === "failed" ? [...told, timeWord(ms, t)] : [timeWord(ms, t), ...told];
  const facts = [...seen, workerName(request, t)];
  return {
    id: `${group}#${app.key}#${worker}#${id}`,
    label,
    description: [...facts, ...(several ? [app.name] : [])].join(" · "),
    tooltip: [
      `**${escapeMarkdown(label)}**`,
      factList([
        [t("App"), app.name],
        [t("Began"), new Date(startedAt).toLocaleTimeString()],
        [t("Time"), timeWord(ms, t)],
        [t("Answer"), outcome === "" ? undefined : outcome],
        [t("Worker"), workerLabel(request, t)],
      ]),
    ].join("\n\n"),
    ...lookOf(group, request),
    accessibilityLabel: [label, ...facts].join(", "),
    children: [],
    isGroup: false,
    leads: { app: app.key, method, path },
  };
}

function lookOf(group: string, request: SeenRequest): Pick<RequestRow, "icon" | "color"> {
  if (group === "open") {
    return { icon: "loading~spin", color: "charts.yellow" };
  }
  return hasFailed(request)
    ? { icon: request.aborted === true ? "debug-disconnect" : "error", color: "charts.red" }
    : { icon: "watch", color: "charts.yellow" };
}

function outcomeWord(
  isOpen: boolean,
  { status, aborted }: { readonly status: number | undefined; readonly aborted: boolean | undefined },
  t: Localize,
): string {
  if (aborted === true) {
    return t("client left");
  }
  return status === undefined ? "" : isOpen ? t("{0}, not ended", status) : String(status);
}

/** A worker that does not answer may hold the very request that is looked for. */
function silentRow({ key, name, silent }: SeenApp, several: boolean, t: Localize): RequestRow[] {
  if (silent.length === 0) {
    return [];
  }
  const label = silent.length === 1 ? t("A worker does not answer") : t("{0} workers do not answer", silent.length);
  const description = [t("its requests are not known"), ...(several ? [name] : [])].join(" · ");
  return [
    {
      id: `silent#${key}`,
      label,
      description,
      tooltip: "",
      icon: "warning",
      color: "charts.yellow",
      accessibilityLabel: `${label}, ${description}`,
      children: [],
      isGroup: false,
    },
  ];
}

function timeWord(ms: number, t: Localize): string {
  return ms < 1_000 ? t("{0} ms", Math.round(ms)) : t("{0} s", (ms / 1_000).toFixed(ms < 10_000 ? 1 : 0));
}
