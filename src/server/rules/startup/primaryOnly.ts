import type { Node } from "@babel/types";
import { t } from "../../../shared/translate.ts";
import { isFirst } from "../../analysis/election.ts";
import { isLogCall } from "../../analysis/logging.ts";
import { type CallSite, factsOf } from "../../analysis/moduleFacts.ts";
import { forksWorkers } from "../../analysis/programs/clusterManagers.ts";
import { type PrimaryTest, primaryTest } from "../../analysis/programs/primary.ts";
import type { Finding, Rule } from "../../analysis/rule.ts";
import type { Analysis } from "../../source/scopes.ts";

/** Work that is done in the cluster's primary only, which is Hitless and none of the app's code. */
export const primaryOnly: Rule = {
  id: "primary-only",
  severity: "warning",
  check({ analysis, app }) {
    const { calls, isTest } = factsOf(analysis);
    // An app that forks its workers itself is told so by another rule.
    if (!app.supervised || isTest || !analysis.module.text.includes("cluster") || calls.some(forks)) {
      return [];
    }
    const tests = new Map<Node, PrimaryTest>();
    for (const site of calls) {
      const found = isLogCall(site) ? undefined : primaryTest(analysis, site.node);
      if (found !== undefined) {
        tests.set(found.test, found);
      }
    }
    const isForkedElsewhere =
      tests.size > 0 &&
      (analysis.files?.beside(analysis.module, /cluster|throng|sticky/) ?? []).some((file) =>
        factsOf(file).calls.some(forks),
      );
    return isForkedElsewhere ? [] : [...tests.values()].flatMap((found) => findingOf(analysis, found));
  },
};

function forks({ api }: CallSite): boolean {
  return forksWorkers(api);
}

/** Methods by which an app begins to listen, or gets its routes. */
const serving = /^(?:listen|use|get|post|put|patch|delete|all|route|register)$/;

function findingOf(analysis: Analysis, { test, asked, isNegated }: PrimaryTest): Finding[] {
  const { start, end } = test;
  if (start == null || end == null) {
    return [];
  }
  const message = t(
    "This is never done under Hitless, since the app's code runs in workers only: do it in the first worker, or in a program of its own.",
  );
  const isGlobal = !analysis.root.bindings.has("process");
  const holder = analysis.parentOf(test);
  const isWhole = holder?.type === "IfStatement" && holder.alternate == null;
  // Every worker has to serve.
  const serves = factsOf(analysis).calls.some(
    ({ node, method }) => serving.test(method ?? "") && primaryTest(analysis, node)?.test === test,
  );
  const written = asked === test && !isNegated ? isFirst : `${isNegated ? "!" : ""}(${isFirst})`;
  const edits = asked.start == null || asked.end == null ? [] : [{ start: asked.start, end: asked.end, text: written }];
  const fixes =
    isGlobal && isWhole && !serves && edits.length > 0 ? [{ title: t("Do it in the first worker only"), edits }] : [];
  return [{ start, end, message, fixes }];
}
