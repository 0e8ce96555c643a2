import type { Node } from "@babel/types";
import { t } from "../../../shared/translate.ts";
import { type CallSite, factsOf } from "../../analysis/moduleFacts.ts";
import { settledValue } from "../../analysis/nodes.ts";
import { requestPathOf } from "../../analysis/requests/requestPath.ts";
import type { Finding, Rule } from "../../analysis/rule.ts";
import { resolveApi } from "../../source/resolveApi.ts";
import type { Analysis } from "../../source/scopes.ts";

/** Metrics of prom-client that are answered to a request: those of one worker, whichever it comes to. */
export const metricsPerWorker: Rule = {
  id: "metrics-per-worker",
  severity: "warning",
  check({ analysis, app }) {
    const { calls, isTest } = factsOf(analysis);
    if (!app.supervised || app.workers === 1 || isTest || aggregates(analysis)) {
      return [];
    }
    const path = requestPathOf(analysis);
    return calls.flatMap((site): Finding[] => {
      const { start, end } = site.node.callee;
      const isFound = givesMetrics(analysis, site) && path.has(site.node);
      const message = t(
        "Each worker counts for itself, and this answers with the figures of the one that the request comes to: add them up, label them by worker, or push them.",
      );
      return isFound && start != null && end != null ? [{ start, end, message, fixes: [] }] : [];
    });
  },
};

function givesMetrics(analysis: Analysis, { api, method, receiver }: CallSite): boolean {
  if (api === "prom-client#register.metrics") {
    return true;
  }
  return method === "metrics" && receiver !== undefined && isRegistry(analysis, receiver);
}

function isRegistry(analysis: Analysis, receiver: Node): boolean {
  const made = settledValue(analysis, receiver);
  const api = made.type === "NewExpression" ? resolveApi(analysis, made) : undefined;
  return api?.module === "prom-client" && api.name === "Registry";
}

/** Whether somebody has thought of several workers: their figures are added up, or bear the number of the worker. */
function aggregates(analysis: Analysis): boolean {
  const thought = /AggregatorRegistry|clusterMetrics|setDefaultLabels|Pushgateway|NODE_APP_INSTANCE|HITLESS_WORKER/;
  return thought.test(analysis.module.text) || (analysis.files?.beside(analysis.module, thought) ?? []).length > 0;
}
