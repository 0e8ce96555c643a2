import type { Rule } from "../analysis/rule.ts";
import type { PackageFiles } from "../source/scopes.ts";

/** A rule that finds nothing where it asks for other files of the package: what it finds then is known when they are read. */
export function ofFileAlone(rule: Rule): Rule {
  return {
    ...rule,
    check(context) {
      let asked = false;
      const ask = <Answer>(answer: Answer): Answer => {
        asked = true;
        return answer;
      };
      const files: PackageFiles = {
        pathOf: () => "",
        isOwn: () => false,
        imported: () => ask(undefined),
        leadsTo: () => ask(false),
        importers: () => ask([]),
        beside: () => ask([]),
      };
      // Each rule has an analysis of its own, so that none takes over what another has learnt without the other files.
      const found = rule.check({ ...context, analysis: { ...context.analysis, files } });
      return asked ? [] : found;
    },
  };
}
