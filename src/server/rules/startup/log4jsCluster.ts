import { t } from "../../../shared/translate.ts";
import { valueAcross } from "../../analysis/exportedFunctions.ts";
import { factsOf } from "../../analysis/moduleFacts.ts";
import { propertyOf } from "../../analysis/nodes.ts";
import type { Finding, Rule } from "../../analysis/rule.ts";

/** log4js in a worker sends what it is to log to the primary of the cluster, in which it does not run. */
export const log4jsCluster: Rule = {
  id: "log4js-cluster",
  severity: "warning",
  check({ analysis, app }) {
    const { calls, isTest } = factsOf(analysis);
    if (!app.supervised || isTest) {
      return [];
    }
    return calls.flatMap(({ node, api }): Finding[] => {
      const [first] = api === "log4js#configure" ? node.arguments : [];
      const given = first && valueAcross(analysis, first);
      const options = given?.node;
      const { start, end } = node.callee;
      const isFound =
        options?.type === "ObjectExpression" &&
        propertyOf(options, "disableClustering") === undefined &&
        propertyOf(options, "pm2") === undefined;
      if (!isFound || start == null || end == null) {
        return [];
      }
      const inside = (options.start ?? 0) + 1;
      const text = options.properties.length === 0 ? " disableClustering: true " : " disableClustering: true,";
      const edits = [{ start: inside, end: inside, text }];
      const { uri, text: whole } = given?.analysis.module ?? analysis.module;
      const isHere = given?.analysis.module === analysis.module;
      const places = isHere ? { edits } : { edits: [], elsewhere: [{ uri, text: whole, edits }] };
      const fixes = [{ title: t("Let each worker log by itself"), ...places }];
      const message = t(
        "In a cluster worker log4js leaves the writing to the primary, which is Hitless and does not write it, so nothing is logged: set disableClustering.",
      );
      return [{ start, end, message, fixes }];
    });
  },
};
