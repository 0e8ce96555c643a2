import type { Analysis } from "../source/scopes.ts";

/** Something a rule found; offsets are those of the file's text, in UTF-16 units. */
export interface Finding {
  readonly start: number;
  readonly end: number;
  readonly message: string;
  readonly fixes: readonly Fix[];
}

/** One way to put a finding right. Its edits do not overlap. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly { readonly start: number; readonly end: number; readonly text: string }[];
}

export interface RuleContext {
  readonly analysis: Analysis;
  /** The app that the file belongs to, as configured; the defaults if it belongs to none. */
  readonly app: {
    /** Whether its workers are sent the message `shutdown` before they end. */
    readonly gracefulReload: boolean;
    /** Whether it is an app of Hitless: configured or running. */
    readonly supervised: boolean;
    /** Absent: as many as the machine runs in parallel. */
    readonly workers: number | undefined;
    /** Milliseconds. */
    readonly drainTimeout: number;
  };
  /** Whether nobody waits for the answer any more; long rules ask now and then and return what they have. */
  readonly cancelled: () => boolean;
}

export interface Rule {
  /** In kebab case; names the rule's setting, page and disabling comment. */
  readonly id: string;
  /** Unless the setting says something else. */
  readonly severity: "error" | "warning" | "information" | "hint";
  readonly check: (context: RuleContext) => Finding[];
}
