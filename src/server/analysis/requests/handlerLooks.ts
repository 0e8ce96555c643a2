import type { Node } from "@babel/types";
import type { FunctionNode } from "../../source/declare.ts";
import type { Analysis } from "../../source/scopes.ts";
import type { Facts } from "../moduleFacts.ts";
import { around, asCall, asFunction, keyOf } from "../nodes.ts";

/** Hooks of development servers: of Vite, webpack and the proxies of both. */
const developmentHooks: ReadonlySet<string> = new Set([
  "bypass",
  "configurePreviewServer",
  "configureServer",
  "devServer",
  "onAfterSetupMiddleware",
  "onBeforeSetupMiddleware",
  "setupMiddlewares",
]);

/** Frameworks for bots, whose middleware takes `(ctx, next)` too. */
const bots = /^(?:telegraf|grammy|@grammyjs\/.+|vk-io|@slack\/bolt|discordx?|puregram|node-vk-bot-api)(?:\/|$)/;

/**
 * `(req, res, next)`, `(request, reply)`, `(error, req, res, next)` and Koa's `(ctx, next)`, of a function that other
 * code may call: one that is only called by name in this file is not a handler.
 */
export function looksLikeHandler(analysis: Analysis, { modules }: Facts, node: FunctionNode): boolean {
  const names = node.params.map(nameOfParameter);
  const start = /^_?(?:e|err|error)$/.test(names[0] ?? "") ? 1 : 0;
  const [first = "", second = ""] = names.slice(start, start + 2);
  const takesRequest = /^_?req(?:uest)?$/.test(first) && /^_?(?:res|response|reply)$/.test(second);
  const takesContext = /^_?(?:ctx|context|c)$/.test(first) && second === "next";
  return (
    (takesRequest || (takesContext && ![...modules].some((name) => bots.test(name)))) && !isOnlyCalled(analysis, node)
  );
}

/** Whether a function runs in the server of a development tool, which has a single process. */
export function isForDevelopmentServer(analysis: Analysis, node: FunctionNode): boolean {
  return [node, ...around(analysis, node)].some((parent) => {
    const isKeyed = parent.type === "ObjectMethod" || parent.type === "ObjectProperty" || parent.type === "ClassMethod";
    const name = isKeyed ? keyOf(parent) : asFunction(parent) && nameOf(analysis, parent)?.name;
    return name !== undefined && developmentHooks.has(name);
  });
}

function nameOfParameter(parameter: Node): string | undefined {
  switch (parameter.type) {
    case "Identifier":
      return parameter.name;
    case "AssignmentPattern":
      return nameOfParameter(parameter.left);
    default:
      return undefined;
  }
}

/** The name that a function is declared with, or of the variable that holds it. */
function nameOf(analysis: Analysis, node: Node) {
  const parent = analysis.parentOf(node);
  const own = node.type === "FunctionDeclaration" ? node.id : undefined;
  const declared = parent?.type === "VariableDeclarator" && parent.init === node ? parent.id : undefined;
  return own ?? (declared?.type === "Identifier" ? declared : undefined);
}

function isOnlyCalled(analysis: Analysis, node: FunctionNode): boolean {
  const name = nameOf(analysis, node);
  const binding = name && analysis.bindingOf(name);
  const isExported = [...around(analysis, node)].slice(0, 3).some(({ type }) => type.startsWith("Export"));
  return (
    binding !== undefined &&
    !isExported &&
    binding.references.every((use) => asCall(analysis.parentOf(use))?.callee === use)
  );
}
