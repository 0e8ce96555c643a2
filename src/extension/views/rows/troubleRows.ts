import { isAbsolute } from "node:path";
import type { Failure } from "../../../shared/failure.ts";
import { type AppView, failedRenewal } from "../../apps/appView.ts";
import type { Localize } from "../../platform/localize.ts";
import { codeBlock, escapeMarkdown } from "../../presentation/markdown.ts";
import { outcomeWord, reportTitle } from "../../presentation/reportWords.ts";
import { findSourceLinks } from "../../presentation/stackFrames.ts";
import { durationWord, placeWord } from "../../presentation/stateWords.ts";
import { bad, busy, firstLine, type TreeIcon, type TreeRow } from "./treeRow.ts";

/** What went wrong and is not mended: the last reload, if it failed, and the last crash, each with its stderr below. */
export function troubleRows(app: AppView, now: number, t: Localize): TreeRow[] {
  return [...renewalRow(app, t), ...crashRow(app, now, t)];
}

function renewalRow(app: AppView, t: Localize): TreeRow[] {
  const report = failedRenewal(app);
  if (report === undefined || (report.outcome === "rolledBack" && hasRestOf(app))) {
    return [];
  }
  const { startedAt, reason = "", stderr = [], location } = report;
  return troubleRow(app, {
    id: `renewal#${startedAt}`,
    label: t("Reload {0}", outcomeWord(report, t)),
    title: reportTitle(report, t),
    reason,
    stderr,
    location,
    report: startedAt,
    icon: { name: "discard", color: busy },
  });
}

/** Workers of a reload that was undone are still to go: their rows would move what stands below from under the hand. */
function hasRestOf({ snapshot }: AppView): boolean {
  return (
    snapshot !== undefined &&
    snapshot.renewal === undefined &&
    snapshot.workers.some(({ generation }) => generation > snapshot.app.generation)
  );
}

function crashRow(app: AppView, now: number, t: Localize): TreeRow[] {
  const { crashes } = app.snapshot?.app ?? {};
  // An app that is down says why in its own row.
  if (crashes === undefined || app.state === "failed") {
    return [];
  }
  const { failure, at, count } = crashes;
  const ago = t("{0} ago", durationWord(now - at, t));
  return troubleRow(app, {
    // As long as it is the same app that crashes it stays as open as the user has it.
    id: "crash",
    label: count === 1 ? t("Last crash") : t("Last crash of {0}", count),
    title: ago,
    reason: failure.message,
    stderr: failure.stderr,
    location: failure.location,
    icon: { name: "flame", color: bad },
  });
}

interface Trouble {
  readonly id: string;
  readonly label: string;
  readonly title: string;
  readonly reason: string;
  readonly stderr: readonly string[];
  readonly location: Failure["location"];
  readonly icon: TreeIcon;
  readonly report?: number;
}

function troubleRow(app: AppView, trouble: Trouble): TreeRow[] {
  const { label, title, reason, stderr, location, icon, report } = trouble;
  const id = `${app.key}#${trouble.id}`;
  const place = location === undefined ? "" : `${placeWord(location)} · `;
  return [
    {
      id,
      app: app.key,
      label,
      description: `${place}${firstLine(reason)}`,
      tooltip: [
        `**${escapeMarkdown(title)}**`,
        escapeMarkdown(reason),
        ...(stderr.length > 0 ? [codeBlock(stderr)] : []),
      ]
        .filter(Boolean)
        .join("\n\n"),
      icon,
      contextValue: "trouble",
      accessibilityLabel: [label, reason].join(", "),
      expandable: stderr.length > 0,
      collapsed: true,
      opens: location ?? (report === undefined ? "log" : "report"),
      ...(report !== undefined && { report }),
      children: stderr.map((line, index) => ({
        id: `${id}#${index}`,
        app: app.key,
        label: line.trimEnd(),
        description: "",
        tooltip: "",
        contextValue: "stderr",
        accessibilityLabel: line,
        expandable: false,
        children: [],
        ...placeIn(line),
      })),
    },
  ];
}

/** A stack frame leads to its line. */
function placeIn(line: string): Pick<TreeRow, "opens"> {
  const frame = findSourceLinks(line).find(({ path }) => isAbsolute(path));
  return frame === undefined ? {} : { opens: { file: frame.path, line: frame.line } };
}
