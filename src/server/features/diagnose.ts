import type { RuleLevel } from "../../shared/language.ts";
import { t } from "../../shared/translate.ts";
import type { Finding, Rule, RuleContext } from "../analysis/rule.ts";
import { checked } from "../rules/checked.ts";
import { readDisabled } from "./disableComments.ts";

export type Severity = Exclude<RuleLevel, "default" | "off">;

/** A finding of a rule that is to be shown. */
export interface Diagnosis extends Finding {
  readonly ruleId: string;
  readonly severity: Severity;
}

export interface DiagnoseOptions {
  readonly rules: readonly Rule[];
  readonly context: RuleContext;
  /** The setting of a rule, which may be anything, since users write it. */
  readonly levelOf: (ruleId: string) => unknown;
  /** Awaited between rules, so that messages that arrive meanwhile can cancel. */
  readonly pause: () => Promise<void>;
  /** Called when a rule throws; the others continue. */
  readonly failed: (ruleId: string, error: unknown) => void;
}

/** More findings in one file are no help, and slow to show in an editor. */
export const mostFindings = 200;

/**
 * Runs all rules that are switched on; what they find is in the order of the source, at most `mostFindings`, of which the last
 * says how many more there are. `undefined` if it was cancelled.
 */
export async function diagnose(options: DiagnoseOptions): Promise<Diagnosis[] | undefined> {
  const { rules, context, levelOf, pause, failed } = options;
  const { module } = context.analysis;
  const isDisabled = readDisabled(module);
  const lineOf = lineCounter(module.text);
  const found: Diagnosis[] = [];
  for (const rule of rules) {
    const severity = severityOf(rule, levelOf(rule.id));
    if (severity === undefined) {
      continue;
    }
    await pause();
    if (context.cancelled()) {
      return undefined;
    }
    try {
      for (const finding of checked(rule, context)) {
        if (!isDisabled(rule.id, lineOf(finding.start))) {
          found.push({ ...finding, ruleId: rule.id, severity });
        }
      }
    } catch (error) {
      failed(rule.id, error);
    }
  }
  return context.cancelled() ? undefined : atMost(found.sort((a, b) => a.start - b.start));
}

function atMost(found: readonly Diagnosis[]): Diagnosis[] {
  const shown = found.slice(0, mostFindings);
  const last = shown.pop();
  const left = found.length - mostFindings;
  if (last === undefined || left <= 0) {
    return [...found];
  }
  const note = t("{0} more findings in this file are not shown.", left);
  return [...shown, { ...last, message: `${last.message} ${note}` }];
}

/** `undefined`: off. An unknown level counts as unset. */
function severityOf(rule: Rule, level: unknown): Severity | undefined {
  switch (level) {
    case "off":
      return undefined;
    case "error":
    case "warning":
    case "information":
    case "hint":
      return level;
    default:
      return rule.severity;
  }
}

/** Maps offsets to lines, counted from 1. */
function lineCounter(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) {
    starts.push(at + 1);
  }
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low + 1;
  };
}
