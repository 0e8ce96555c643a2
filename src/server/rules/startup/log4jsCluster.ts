import type { Node } from "@babel/types";
import { t } from "../../../shared/translate.ts";
import { isServerProcess } from "../../analysis/atStart.ts";
import { stringOf } from "../../analysis/constants.ts";
import {
  type ExportedValue,
  exportedValue,
  functionElsewhere,
  returnedValue,
  valueAcross,
} from "../../analysis/exportedFunctions.ts";
import { factsOf } from "../../analysis/moduleFacts.ts";
import { asCall, propertyOf, settledValue } from "../../analysis/nodes.ts";
import { calledFunction } from "../../analysis/requests/requestPath.ts";
import type { Finding, Rule } from "../../analysis/rule.ts";
import type { Analysis } from "../../source/scopes.ts";
import { walk } from "../../source/walk.ts";

/** log4js in a worker sends what it is to log to the primary of the cluster, in which it does not run. */
export const log4jsCluster: Rule = {
  id: "log4js-cluster",
  severity: "warning",
  check({ analysis, app }) {
    const { calls, isTest } = factsOf(analysis);
    const configuring = calls.filter(({ api }) => api === "log4js#configure");
    // A script beside the app runs in no worker.
    const isApp = analysis.files === undefined || app.entry === true || isServerProcess(analysis);
    if (!app.supervised || isTest || configuring.length === 0 || !isApp) {
      return [];
    }
    return configuring.flatMap(({ node }): Finding[] => {
      const given = optionsOf(analysis, node.arguments[0]);
      const options = given?.node;
      const { start, end } = node.callee;
      // A list of appenders is of the first version, which knows no clusters.
      const isFound =
        options?.type === "ObjectExpression" &&
        propertyOf(options, "disableClustering") === undefined &&
        !isList(propertyOf(options, "appenders"));
      if (!isFound || start == null || end == null) {
        return [];
      }
      const inside = (options.start ?? 0) + 1;
      const { uri, text: whole } = given?.analysis.module ?? analysis.module;
      const [property] = options.properties;
      const margin = whole.slice(inside, property?.start ?? inside);
      const before = margin.trim() === "" ? margin || " " : " ";
      const text = property === undefined ? " disableClustering: true " : `${before}disableClustering: true,`;
      const edits = [{ start: inside, end: inside, text }];
      const isHere = given?.analysis.module === analysis.module;
      const places = isHere ? { edits } : { edits: [], elsewhere: [{ uri, text: whole, edits }] };
      const fixes = isData(uri) ? [] : [{ title: t("Let each worker log by itself"), ...places }];
      // With `pm2`, the first worker writes, which has the number 0 here too, and pm2 would pass it what the others log.
      const message =
        propertyOf(options, "pm2") === undefined
          ? t(
              "In a cluster worker log4js leaves the writing to the primary, which is Hitless and does not write it, so nothing is logged: set disableClustering.",
            )
          : t(
              "With pm2 set, only the first worker logs, since nothing passes it what the others have to log: set disableClustering.",
            );
      return [{ start, end, message, fixes }];
    });
  },
};

/** The options: written out, those that a function gives, or those of a JSON file, whose path counts from the folder of the app. */
function optionsOf(analysis: Analysis, argument: Node | undefined): ExportedValue | undefined {
  const given = argument && valueAcross(analysis, argument);
  const call = given && asCall(given.node);
  if (given === undefined || given.node.type === "ObjectExpression") {
    return given;
  }
  const own = call && calledFunction(given.analysis, call);
  const maker =
    own === undefined ? call && functionElsewhere(given.analysis, call) : { analysis: given.analysis, node: own };
  const returned = maker && returnedValue(maker.node);
  if (maker !== undefined && returned !== undefined) {
    return { analysis: maker.analysis, node: settledValue(maker.analysis, returned) };
  }
  let name: string | undefined;
  walk(given.node, (node) => {
    name = dataName(given.analysis, node) ?? name;
    return undefined;
  });
  const { files, module } = analysis;
  if (name === undefined || files === undefined) {
    return given;
  }
  const up = "../".repeat(files.pathOf(module).split("/").length - 1);
  const path = name.replace(/^(?:\.?\/)+/, "");
  const file =
    files.imported(module, name.startsWith("..") ? name : `./${path}`) ?? files.imported(module, `./${up}${path}`);
  return file && valueAcross(file, exportedValue(file, "default")?.node ?? file.module.ast.program);
}

function dataName(analysis: Analysis, node: Node): string | undefined {
  const text = node.type === "TemplateElement" ? (node.value.cooked ?? "") : (stringOf(analysis, node) ?? "");
  return isData(text) ? text : undefined;
}

function isData(path: string): boolean {
  return /\.json$/i.test(path);
}

function isList(value: Node | "unknown" | undefined): boolean {
  return value !== undefined && value !== "unknown" && value.type === "ArrayExpression";
}
