import type { Node } from "@babel/types";
import type { Analysis } from "../source/scopes.ts";
import type { ListenCall } from "../source/servers.ts";
import { t } from "../texts.ts";
import { factsOf } from "./facts.ts";
import { propertyOf, settledValue } from "./nodes.ts";
import type { Finding, Rule } from "./rule.ts";

/** A server of an app of Hitless that listens on whatever port is free. */
export const randomPort: Rule = {
  id: "random-port",
  severity: "warning",
  check({ analysis, app }) {
    const { listens, isTest } = factsOf(analysis);
    return app.supervised && !isTest ? listens.flatMap((listen) => findingOf(analysis, listen)) : [];
  },
};

function findingOf(analysis: Analysis, listen: ListenCall): Finding[] {
  const port = portOf(analysis, listen);
  const zero = port && settledValue(analysis, port);
  if (port === undefined || zero?.type !== "NumericLiteral" || zero.value !== 0) {
    return [];
  }
  const { start, end } = port;
  const message = t(
    "With port 0 the app gets another port each time it starts, so no client finds it again after a restart: listen on a fixed port, or on that of the environment.",
  );
  if (start == null || end == null) {
    return [];
  }
  const isGlobal = !analysis.root.bindings.has("process");
  const text = "Number(process.env.PORT ?? 3000)";
  const fixes =
    isGlobal && zero === port
      ? [{ title: t("Listen on PORT of the environment, else on 3000"), edits: [{ start, end, text }] }]
      : [];
  return [{ start, end, message, fixes }];
}

function portOf(analysis: Analysis, { call }: ListenCall): Node | undefined {
  const [first] = call.arguments;
  const value = first && settledValue(analysis, first);
  if (value?.type !== "ObjectExpression") {
    return first;
  }
  const port = propertyOf(value, "port");
  return port === "unknown" ? undefined : port;
}
