import type { Node } from "@babel/types";
import { t } from "../../shared/translate.ts";
import { factsOf } from "../analysis/moduleFacts.ts";
import { asFunction, propertyOf, settledValue } from "../analysis/nodes.ts";
import type { Finding, Fix, Rule } from "../analysis/rule.ts";
import type { Analysis } from "../source/scopes.ts";
import type { ListenCall } from "../source/serverCalls.ts";

/** Folders of test helpers, which do not look like tests themselves. */
const testFolder = /[\\/](?:tests?|__tests__|e2e)[\\/]/;

/** A server of an app of Hitless that listens on any free port. */
export const randomPort: Rule = {
  id: "random-port",
  severity: "warning",
  check({ analysis, app }) {
    const { listens, isTest } = factsOf(analysis);
    return app.supervised && !isTest && !testFolder.test(analysis.module.uri)
      ? listens.flatMap((listen) => findingOf(analysis, listen))
      : [];
  },
};

/** Where the port is missing or 0, and how to set one. */
interface Randomness {
  readonly marked: Node;
  /** Replaces it by a port of the environment; nothing if the 0 is written elsewhere. */
  readonly edit: Fix["edits"][number] | undefined;
}

function findingOf(analysis: Analysis, listen: ListenCall): Finding[] {
  const { marked, edit } = randomnessOf(analysis, listen) ?? {};
  if (marked?.start == null || marked.end == null) {
    return [];
  }
  const { start, end } = marked;
  const message = t(
    "With port 0 the app gets another port each time it starts, so no client finds it again after a restart: listen on a fixed port, or on that of the environment.",
  );
  const isGlobal = !analysis.root.bindings.has("process");
  const fixes =
    isGlobal && edit !== undefined
      ? [{ title: t("Listen on PORT of the environment, else on 3000"), edits: [edit] }]
      : [];
  return [{ start, end, message, fixes }];
}

const ofEnvironment = "Number(process.env.PORT ?? 3000)";

function randomnessOf(analysis: Analysis, { call, name, kind }: ListenCall): Randomness | undefined {
  const [first] = call.arguments;
  const takesNone = kind === "http" || kind === "http2" || kind === "express" || kind === "koa" || kind === "fastify";
  const options = kind === "fastify" ? `{ port: ${ofEnvironment} }` : ofEnvironment;
  if (first === undefined) {
    const at = (call.end ?? 0) - 1;
    return takesNone ? { marked: name, edit: { start: at, end: at, text: options } } : undefined;
  }
  const at = first.start ?? 0;
  const value = settledValue(analysis, first);
  if (asFunction(first) !== undefined) {
    return takesNone ? { marked: name, edit: { start: at, end: at, text: `${options}, ` } } : undefined;
  }
  if (value.type !== "ObjectExpression") {
    return isZero(analysis, first) ? { marked: first, edit: replaced(first) } : undefined;
  }
  const port = propertyOf(value, "port");
  if (port !== undefined) {
    return port !== "unknown" && isZero(analysis, port) ? { marked: port, edit: replaced(port) } : undefined;
  }
  // Only Fastify listens without a port; Node.js throws.
  const hasWay = propertyOf(value, "path") !== undefined || propertyOf(value, "fd") !== undefined;
  if (kind !== "fastify" || hasWay) {
    return undefined;
  }
  const inside = (value.start ?? 0) + 1;
  const [property] = value.properties;
  const text = property === undefined ? ` port: ${ofEnvironment} ` : ` port: ${ofEnvironment},`;
  return { marked: name, edit: value === first ? { start: inside, end: inside, text } : undefined };
}

/** `0`, and `"0"`, which Node.js converts. */
function isZero(analysis: Analysis, port: Node): boolean {
  const value = settledValue(analysis, port);
  return (
    (value.type === "NumericLiteral" && value.value === 0) || (value.type === "StringLiteral" && value.value === "0")
  );
}

function replaced(port: Node): Randomness["edit"] {
  const { type, start, end } = port;
  const isWritten = type === "NumericLiteral" || type === "StringLiteral";
  return isWritten && start != null && end != null ? { start, end, text: ofEnvironment } : undefined;
}
