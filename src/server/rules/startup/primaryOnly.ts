import type { Node } from "@babel/types";
import { t } from "../../../shared/translate.ts";
import { conditionAround } from "../../analysis/development.ts";
import { isFirst } from "../../analysis/election.ts";
import { isLogCall } from "../../analysis/logging.ts";
import { type CallSite, factsOf } from "../../analysis/moduleFacts.ts";
import { around } from "../../analysis/nodes.ts";
import type { Finding, Rule } from "../../analysis/rule.ts";
import { resolveApi } from "../../source/resolveApi.ts";
import type { Analysis } from "../../source/scopes.ts";

/** Work that is done in the cluster's primary only, which is Hitless and none of the app's code. */
export const primaryOnly: Rule = {
  id: "primary-only",
  severity: "warning",
  check({ analysis, app }) {
    const { calls, isTest } = factsOf(analysis);
    // An app that forks its workers itself is told so by another rule.
    if (!app.supervised || isTest || calls.some(({ api }) => api === "cluster#fork")) {
      return [];
    }
    const tests = new Map<Node, Finding>();
    for (const site of calls) {
      const test = isLogCall(site) ? undefined : primaryTest(analysis, site);
      if (test?.start != null && test.end != null) {
        tests.set(test, finding(analysis, test, test.start, test.end));
      }
    }
    return [...tests.values()];
  },
};

function finding(analysis: Analysis, test: Node, start: number, end: number): Finding {
  const message = t(
    "This is never done under Hitless, since the app's code runs in workers only: do it in the first worker, or in a program of its own.",
  );
  const isGlobal = !analysis.root.bindings.has("process");
  const isWhole = analysis.parentOf(test)?.type === "IfStatement";
  const edits = [{ start, end, text: isFirst }];
  return {
    start,
    end,
    message,
    fixes: isGlobal && isWhole ? [{ title: t("Do it in the first worker only"), edits }] : [],
  };
}

/** The condition around a call that lets the primary through and no worker. */
function primaryTest(analysis: Analysis, { node }: CallSite): Node | undefined {
  let below: Node = node;
  for (const parent of around(analysis, node)) {
    const condition = conditionAround(parent, below);
    if (condition !== undefined && isPrimary(analysis, condition.test, condition.outcome)) {
      return condition.test;
    }
    below = parent;
  }
  return undefined;
}

function isPrimary(analysis: Analysis, test: Node, outcome: boolean): boolean {
  if (test.type === "UnaryExpression" && test.operator === "!") {
    return isPrimary(analysis, test.argument, !outcome);
  }
  const api = resolveApi(analysis, test);
  const name = api?.module === "cluster" ? api.name : "";
  return outcome ? name === "isPrimary" || name === "isMaster" : name === "isWorker";
}
