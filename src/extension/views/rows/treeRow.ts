import type { MachineProblem } from "../../apps/machines/remoteMachineView.ts";
import type { Localize } from "../../platform/localize.ts";

export interface TreeIcon {
  /** Name of a codicon, with its modifier. */
  readonly name: string;
  /** Id of a theme colour. */
  readonly color?: string;
}

/** What a click on a row does: opens the settings, the log, the report of this row, or a place in the code. */
export type RowClick = "settings" | "log" | "report" | "changes" | { readonly file: string; readonly line: number };

/** One row as plain data: equal data looks the same on the screen. */
export interface TreeRow {
  /** The same as long as the app or worker exists, so that the tree keeps expansion and selection. */
  readonly id: string;
  readonly app: string;
  /** Absent on an app's row. */
  readonly worker?: number;
  /** When the renewal of this row began. */
  readonly report?: number;
  readonly opens?: RowClick;
  /** Whether it is initially collapsed. */
  readonly collapsed?: boolean;
  readonly label: string;
  readonly description: string;
  /** Markdown; requested when the user hovers over the row, so a change of it alone does not redraw the row. */
  readonly tooltip: string;
  /** Absent: none, as in a line of output. */
  readonly icon?: TreeIcon;
  /** Decides which buttons the row has. */
  readonly contextValue: string;
  readonly accessibilityLabel: string;
  /** Whether it may have children, now or soon. */
  readonly expandable: boolean;
  readonly children: readonly TreeRow[];
}

/** Theme colours of rows. */
export const good = "charts.green";
export const busy = "charts.yellow";
export const bad = "charts.red";
export const faint = "disabledForeground";

export function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

/** Of a worker that a debugger has stopped, and of its app. */
export const pausedIcon: TreeIcon = { name: "debug-pause", color: busy };

/** What a machine's row says of what is wrong: its label names the machine, and in a narrow side bar only the beginning is seen. */
export function machineReason(
  { name, ssh }: { readonly name: string; readonly ssh: string },
  { code, message }: MachineProblem,
  t: Localize,
): string {
  if (code === "hitlessMissing") {
    return t("Hitless is missing");
  }
  if (code === "protocolMismatch") {
    return t("another version of Hitless");
  }
  const line = firstLine(message);
  const subject = [`${name} (${ssh}) `, `${name} `].find((one) => line.startsWith(one));
  return subject === undefined ? line : line.slice(subject.length);
}
