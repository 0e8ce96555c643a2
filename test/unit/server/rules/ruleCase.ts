import type { RuleApp } from "./runRules.ts";

/** A source, and what a rule marks in it. */
export interface RuleCase {
  readonly text: string;
  /** What is marked, in the order of the source; none: nothing is to be found. */
  readonly marked: readonly string[];
  readonly file?: string;
  readonly app?: Partial<RuleApp>;
}

export const hit = (text: string, marked: string | readonly string[], more: Partial<RuleCase> = {}): RuleCase => ({
  text,
  marked: typeof marked === "string" ? [marked] : marked,
  ...more,
});
export const miss = (text: string, more: Partial<RuleCase> = {}): RuleCase => ({ text, marked: [], ...more });
