import type { Node } from "@babel/types";
import { t } from "../../../shared/translate.ts";
import { isServerProcess, saysInProcess } from "../../analysis/atStart.ts";
import { valueAcross } from "../../analysis/exportedFunctions.ts";
import { type CallSite, factsOf } from "../../analysis/moduleFacts.ts";
import { around, asCall, asMember, keyOf, lastName, propertyOf, settledValue } from "../../analysis/nodes.ts";
import { requestPathOf } from "../../analysis/requests/requestPath.ts";
import type { Finding, Rule } from "../../analysis/rule.ts";
import { resolveApi, resolveValue } from "../../source/resolveApi.ts";
import type { Analysis } from "../../source/scopes.ts";

/** What answers scrapes by itself. */
const exporters: ReadonlySet<string> = new Set([
  "@opentelemetry/exporter-prometheus#PrometheusExporter",
  "@digikare/nestjs-prom#PromModule.forRoot",
  "@hono/prometheus#prometheus",
  "@willsoto/nestjs-prometheus#PrometheusModule.register",
  "@willsoto/nestjs-prometheus#PrometheusModule.registerAsync",
  "express-prom-bundle#default",
  "express-prometheus-middleware#default",
  "express-status-monitor#default",
  "prometheus-api-metrics#default",
  "swagger-stats#getMiddleware",
]);

/** Plugins of Fastify that do. */
const plugins = /^(?:fastify-metrics|@immobiliarelabs\/fastify-metrics|fastify-prom-client)$/;

/** Metrics that are answered to a request: those of one worker, whichever it comes to. */
export const metricsPerWorker: Rule = {
  id: "metrics-per-worker",
  severity: "warning",
  check({ analysis, app }) {
    const { calls, isTest } = factsOf(analysis);
    if (!app.supervised || app.workers === 1 || isTest) {
      return [];
    }
    const exporting = calls.filter(
      ({ api, method, node }) =>
        (api !== undefined && exporters.has(api)) || (method === "register" && isPlugin(analysis, node.arguments)),
    );
    const answering = calls.filter((site) => givesMetrics(analysis, site));
    const path = answering.length === 0 ? undefined : requestPathOf(analysis);
    const found = [
      ...answering.filter((site) => path?.has(site.node) === true || isAnswered(analysis, site)),
      ...(exporting.length > 0 && isServerProcess(analysis) ? exporting : []),
    ];
    return found.length === 0 || aggregates(analysis)
      ? []
      : found.flatMap(({ node: { callee } }): Finding[] => {
          const { start, end } = callee;
          const message = t(
            "Each worker counts for itself, and a scrape gets the figures of the one it comes to. With `health` set, Hitless's own /metrics adds up those of prom-client; else label them by worker, or push them.",
          );
          return start == null || end == null ? [] : [{ start, end, message, fixes: [] }];
        });
  },
};

function isPlugin(analysis: Analysis, [plugin, given]: readonly Node[]): boolean {
  const options = given && settledValue(analysis, given);
  const endpoint = options?.type === "ObjectExpression" ? propertyOf(options, "endpoint") : undefined;
  const isSilent = endpoint !== undefined && endpoint !== "unknown" && endpoint.type === "NullLiteral";
  return plugin !== undefined && !isSilent && plugins.test(resolveValue(analysis, plugin)?.module ?? "");
}

/** Whether a function gives the metrics to who calls it, in a program that serves. */
function isAnswered(analysis: Analysis, { node, inside }: CallSite): boolean {
  const [first, second] = around(analysis, node);
  const holder = first?.type === "AwaitExpression" ? second : first;
  const isReturned = holder?.type === "ReturnStatement" || (holder !== undefined && holder === inside);
  return isReturned && isServerProcess(analysis);
}

function givesMetrics(analysis: Analysis, { api, method, receiver }: CallSite): boolean {
  if (
    /^prom-client#(?:default\.)?register\.(?:metrics|getMetricsAsJSON)$/.test(api ?? "") ||
    /^@promster\/\w+#getSummary$/.test(api ?? "")
  ) {
    return true;
  }
  return (
    (method === "metrics" || method === "getMetricsAsJSON") && receiver !== undefined && isRegistry(analysis, receiver)
  );
}

function isRegistry(analysis: Analysis, receiver: Node): boolean {
  // `static registry = new Registry()` of a class of this file.
  const member = asMember(receiver);
  const owner = member && settledValue(analysis, member.object);
  const field =
    owner?.type === "ClassDeclaration"
      ? owner.body.body.find(
          (one) => one.type === "ClassProperty" && one.static === true && keyOf(one) === lastName(receiver),
        )
      : undefined;
  if (field?.type === "ClassProperty" && field.value != null) {
    return isRegistry(analysis, field.value);
  }
  const { analysis: file, node } = valueAcross(analysis, receiver);
  const api =
    asCall(node) !== undefined || node.type === "MemberExpression" || node.type === "Identifier"
      ? resolveApi(file, node)
      : undefined;
  return api?.module === "prom-client" && /^(?:Registry(?:\.merge)?|register)$/.test(api.name);
}

const thought =
  /AggregatorRegistry|clusterMetrics|setDefaultLabels\([^)]{0,200}(?:worker|\bpid\b|instance|hostname)|Pushgateway|NODE_APP_INSTANCE|HITLESS_WORKER|hitless\.metrics/i;

/** Whether somebody has thought of several workers: their figures are added up, or bear the number of the worker. */
function aggregates(analysis: Analysis): boolean {
  return saysInProcess(analysis, thought);
}
