import type { Analysis } from "../source/scopes.ts";

/** Something a rule found; offsets are those of the file's text, in UTF-16 units. */
export interface Finding {
  readonly start: number;
  readonly end: number;
  readonly message: string;
  readonly fixes: readonly Fix[];
}

/** One way to fix a finding. Its edits do not overlap. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly Edit[];
  /** What has to be changed with it in other files of the package. */
  readonly elsewhere?: readonly FileEdits[];
}

export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface FileEdits {
  readonly uri: string;
  /** What the file held when the edits were made; they are for no other text. */
  readonly text: string;
  readonly edits: readonly Edit[];
}

export interface RuleContext {
  readonly analysis: Analysis;
  /** The app that the file belongs to, as configured; the defaults if it belongs to none. */
  readonly app: {
    /** Whether its workers are sent the message `shutdown` before they end. */
    readonly gracefulReload: boolean;
    /** Whether it is an app of Hitless: configured or running. */
    readonly supervised: boolean;
    /** Whether the workers run this very file. */
    readonly entry?: boolean;
    /** Absent: one per CPU. */
    readonly workers: number | undefined;
    /** Milliseconds. */
    readonly drainTimeout: number;
  };
  /** Whether the answer is no longer needed; long rules check this now and then and return what they have. */
  readonly cancelled: () => boolean;
}

export interface Rule {
  /** In kebab case; names the rule's setting, page and disabling comment. */
  readonly id: string;
  /** The default; the setting may override it. */
  readonly severity: "error" | "warning" | "information" | "hint";
  readonly check: (context: RuleContext) => Finding[];
}
