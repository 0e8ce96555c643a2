import { isDevelopmentFile } from "../analysis/programs/developmentFile.ts";
import type { Finding, Rule, RuleContext } from "../analysis/rule.ts";

/** What a rule finds in a file, unless only development or tests load it. */
export function checked(rule: Rule, context: RuleContext): readonly Finding[] {
  const found = rule.check(context);
  return found.length === 0 || isDevelopmentFile(context.analysis) ? [] : found;
}
