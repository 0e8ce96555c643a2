import { t } from "../../shared/translate.ts";
import { factsOf } from "../analysis/moduleFacts.ts";
import { managers, primaryCalls } from "../analysis/programs/clusterManagers.ts";
import type { Finding, Rule } from "../analysis/rule.ts";

/** An app of Hitless that starts its own workers with `node:cluster`. */
export const nestedCluster: Rule = {
  id: "nested-cluster",
  severity: "warning",
  check({ analysis, app }) {
    const { calls, isTest } = factsOf(analysis);
    if (!app.supervised || isTest) {
      return [];
    }
    const managed = calls.find(({ api }) => api !== undefined && managers.has(api));
    const asks = managed !== undefined || /\bis(?:Primary|Master|Worker)\b/.test(analysis.module.text);
    const message = asks
      ? t(
          "This never runs under Hitless, which forks the workers itself: set how many in `workers` of `hitless.apps`, and let this file only serve.",
        )
      : t(
          "The app is a worker of Hitless already and can't fork workers of its own, so it dies here: let it only serve, and set `workers` of `hitless.apps`.",
        );
    const forks = calls.filter(({ api }) => api !== undefined && primaryCalls.has(api));
    // One file, one cluster: reporting the first call is enough.
    const [first = managed] = forks.filter(({ api }) => api === "cluster#fork").concat(forks);
    const { start, end } = first?.node.callee ?? {};
    const found: Finding[] = start == null || end == null ? [] : [{ start, end, message, fixes: [] }];
    return found;
  },
};
