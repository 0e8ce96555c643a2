import { posix } from "node:path";
import { droppedNothing } from "../../shared/facts/reportFacts.ts";
import type { RenewalReport } from "../../shared/report.ts";
import { workerLabel } from "../../shared/text/workerName.ts";
import type { Localize } from "../platform/localize.ts";
import { escapeMarkdown } from "./markdown.ts";
import { supervisorChange } from "./supervisorWords.ts";

/** A renewal in a few words. */
export function reportTitle({ kind, from, to }: RenewalReport, t: Localize): string {
  const generations = from === to ? t("gen {0}", to) : `${from} → ${to}`;
  switch (kind) {
    case "restart":
      return t("Restart · {0}", generations);
    case "reload":
      return t("Reload · {0}", generations);
    case "gracefulReload":
      return t("Graceful Reload · {0}", generations);
  }
}

/** A renewal in as few words as a narrow row has room for. */
export function shortTitle({ kind, from, to }: RenewalReport, t: Localize): string {
  const generations = from === to ? `${to}` : `${from}→${to}`;
  switch (kind) {
    case "restart":
      return t("Restart {0}", generations);
    case "reload":
      return t("Reload {0}", generations);
    case "gracefulReload":
      return t("Graceful {0}", generations);
  }
}

export function outcomeWord({ outcome }: RenewalReport, t: Localize): string {
  return {
    completed: t("completed"),
    rolledBack: t("rolled back"),
    cancelled: t("cancelled"),
    failed: t("failed"),
  }[outcome];
}

/** How clients were affected, one fact each; empty when it was not measured. */
export function trafficFacts(report: RenewalReport, t: Localize): string[] {
  const { traffic } = report;
  if (traffic === undefined) {
    return [];
  }
  const { served, handedOver, closed, longestStallMs } = traffic;
  const cut = cutFacts(traffic, t);
  if (served + handedOver + closed + cut.length === 0 && droppedNothing(report)) {
    return [t("no clients meanwhile")];
  }
  return [
    ...(droppedNothing(report) ? [t("0 dropped")] : []),
    ...gapFacts(report, t),
    ...cut,
    ...(served === 1 ? [t("1 request answered")] : []),
    ...(served > 1 ? [t("{0} requests answered", served)] : []),
    ...(handedOver === 1 ? [t("1 connection handed over")] : []),
    ...(handedOver > 1 ? [t("{0} connections handed over", handedOver)] : []),
    ...(closed === 1 ? [t("1 connection closed")] : []),
    ...(closed > 1 ? [t("{0} connections closed", closed)] : []),
    ...(handedOver > 0 ? [t("longest stall {0} ms", longestStallMs)] : []),
  ];
}

/**
 * That a restart refused clients between the end of its old workers and the first new one that was ready, which is
 * known no better than by the last. Other workers go on while one is restarted alone.
 */
function gapFacts({ kind, from, to, readyMs }: RenewalReport, t: Localize): string[] {
  if (kind !== "restart" || from === to) {
    return [];
  }
  return [
    readyMs === undefined
      ? t("clients were refused from its beginning on")
      : t("clients were refused for up to {0} ms", Math.ceil(readyMs)),
  ];
}

/** How clients were affected and how long it took, one fact each. */
export function reportFacts(report: RenewalReport, t: Localize): string[] {
  const { readyMs, drainedMs, killed, moved, supervisor } = report;
  return [
    ...(supervisor === undefined ? [] : [t("Supervisor renewed: {0}", supervisorChange(supervisor))]),
    ...(moved === undefined ? [] : [t("Release: {0} → {1}", moved.from, moved.to)]),
    ...(readyMs === undefined ? [] : [t("New workers ready after: {0} ms", readyMs)]),
    ...(drainedMs === undefined ? [] : [t("Old workers gone after: {0} ms", drainedMs)]),
    ...(killed === 0 ? [] : [t("Old workers killed: {0}", killed)]),
    ...trafficFacts(report, t),
  ];
}

/** What was or may have been cut off; empty if nothing was. */
export function cutFacts(traffic: NonNullable<RenewalReport["traffic"]>, t: Localize): string[] {
  const { failed: requests, cut: connections, opaque = 0, inTransit = 0, crashed = 0, silent = 0, afterLoss } = traffic;
  const facts: string[] = [];
  if (requests > 0) {
    facts.push(requests === 1 ? t("1 request cut") : t("{0} requests cut", requests));
  }
  if (connections > 0) {
    facts.push(connections === 1 ? t("1 connection cut") : t("{0} connections cut", connections));
  }
  if (opaque > 0) {
    facts.push(
      opaque === 1
        ? t("1 of them in a protocol that Hitless does not know, what it was carrying is lost")
        : t("{0} of them in a protocol that Hitless does not know, what they were carrying is lost", opaque),
    );
  }
  if (inTransit > 0) {
    facts.push(
      inTransit === 1
        ? t("1 connection still on the way to a new worker")
        : t("{0} connections still on the way to a new worker", inTransit),
    );
  }
  if (crashed > 0) {
    facts.push(
      crashed === 1
        ? t("1 worker died with what it was answering")
        : t("{0} workers died with what they were answering", crashed),
    );
  }
  if (silent > 0) {
    facts.push(
      silent === 1
        ? t("1 worker ended without saying what it was answering")
        : t("{0} workers ended without saying what they were answering", silent),
    );
  }
  if (afterLoss === true) {
    facts.push(t("a worker had died or connections had been cut just before, and clients may have noticed only now"));
  }
  return facts;
}

/** Whether a renewal that completed had an effect that a person should be told of without asking. */
export function isNoteworthy({
  traffic,
  kind,
  from,
  to,
  notes = [],
  killed,
  moved,
  supervisor,
}: RenewalReport): boolean {
  const cut = traffic === undefined ? 0 : cutFacts(traffic, String).length;
  const refusesClients = kind === "restart" && from !== to;
  return cut > 0 || refusesClients || notes.length > 0 || killed > 0 || moved !== undefined || supervisor !== undefined;
}

/**
 * The whole report as a Markdown document. Names come from the app, so they are written as code.
 */
export function reportDocument(
  app: string,
  report: RenewalReport,
  { t, linkRoot }: Pick<SectionsLook, "t" | "linkRoot">,
): string {
  const title = `# ${app}: ${reportTitle(report, t)} — ${outcomeWord(report, t)}`;
  return [title, ...reportSections(report, { t, linkRoot, heading: "##" }), ""].join("\n\n");
}

export interface SectionsLook {
  readonly t: Localize;
  /** Path of the URI of the workspace's first folder; `undefined` when the app's files can't be linked to. */
  readonly linkRoot: string | undefined;
  /** Of the sections: `##` and more. */
  readonly heading: string;
}

/** All of a report below its title, as blocks of Markdown. */
export function reportSections(report: RenewalReport, { t, linkRoot, heading }: SectionsLook): string[] {
  const { startedAt, durationMs, reason, location, notes = [], stderr, cutRequests, workers } = report;
  const facts = [
    t("Began: {0}", new Date(startedAt).toLocaleString()),
    t("Took: {0} ms", durationMs),
    ...reportFacts(report, t),
  ];
  const cut = (cutRequests ?? []).map(({ method, url, slot, generation }) =>
    slot === undefined || generation === undefined
      ? `${method} ${url}`
      : `${workerLabel({ slot, generation }, t)}  ${method} ${url}`,
  );
  return [
    ...(reason === undefined ? [] : [block([reason])]),
    ...(location === undefined ? [] : [placeLink(location, linkRoot)]),
    ...(notes.length === 0 ? [] : [block(notes)]),
    facts.map((fact) => `- ${fact}`).join("\n"),
    ...(cut.length === 0 ? [] : [`${heading} ${t("Requests that were cut")}`, block(cut)]),
    ...(stderr === undefined || stderr.length === 0 ? [] : [`${heading} stderr`, block(stderr)]),
    `${heading} ${t("Workers")}`,
    block(workers.map((worker) => `${workerLabel(worker, t)} · pid ${worker.pid} · ${worker.state}`)),
  ];
}

/**
 * A link that opens the file at the line. VS Code's preview of Markdown lets no `file:` through, and what begins with `/`
 * is to it a path from the first folder of the workspace.
 */
function placeLink({ file, line }: NonNullable<RenewalReport["location"]>, root: string | undefined): string {
  const place = `${file}:${line}`;
  if (root === undefined) {
    return block([place]);
  }
  const path = file.replaceAll("\\", "/");
  const steps = posix.relative(root, path.startsWith("/") ? path : `/${path}`).split("/");
  return `[${escapeMarkdown(place)}](/${steps.map(encodeURIComponent).join("/")}#L${line})`;
}

/** Indented text is code in Markdown, whatever it contains. */
function block(lines: readonly string[]): string {
  return lines
    .flatMap((line) => line.split("\n"))
    .map((line) => `    ${line}`)
    .join("\n");
}
