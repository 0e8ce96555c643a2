import type { Node } from "@babel/types";
import type { FunctionNode } from "../../source/declare.ts";
import { propertyName, resolveName } from "../../source/resolveApi.ts";
import type { Analysis } from "../../source/scopes.ts";
import type { Facts } from "../moduleFacts.ts";
import { around, asCall, asFunction, asMember, keyOf } from "../nodes.ts";

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
  const isContext = takesContext && ![...modules].some((name) => bots.test(name)) && asksRequest(analysis, node, first);
  return (
    ((takesRequest || isContext) && !isOnlyCalled(analysis, node)) ||
    node.params.some((it) => isOfRequest(analysis, it))
  );
}

/** Types of what belongs to one request, or to one client. */
const requestTypes: ReadonlySet<string> = new Set([
  "@adonisjs/core/http#HttpContext",
  "@ioc:Adonis/Core/HttpContext#HttpContextContract",
  "express#Request",
  "express#Response",
  "fastify#FastifyReply",
  "fastify#FastifyRequest",
  "h3#H3Event",
  "hono#Context",
  "http#ServerResponse",
  "koa#Context",
  "koa#ParameterizedContext",
  "next#NextApiRequest",
  "next/server#NextRequest",
  "socket.io#Socket",
]);

/** Whether TypeScript says that a parameter is a request, its answer, or what holds both: `({ request }: HttpContext)`. */
function isOfRequest(analysis: Analysis, parameter: Node): boolean {
  const own = parameter.type === "AssignmentPattern" ? parameter.left : parameter;
  const annotation = "typeAnnotation" in own ? own.typeAnnotation : undefined;
  const type = annotation?.type === "TSTypeAnnotation" ? annotation.typeAnnotation : undefined;
  if (type?.type !== "TSTypeReference") {
    return false;
  }
  const { typeName } = type;
  // `Koa.Context`
  const [name, within] =
    typeName.type === "TSQualifiedName" && typeName.left.type === "Identifier"
      ? [typeName.left.name, typeName.right.name]
      : typeName.type === "Identifier"
        ? [typeName.name, undefined]
        : [undefined, undefined];
  const api = name === undefined ? undefined : resolveName(analysis, name);
  return api !== undefined && requestTypes.has(`${api.module}#${within ?? api.name}`);
}

/** What the contexts of Koa and Hono have, and those of other chains of functions, such as the steps of a boot, have not. */
const ofContext =
  /^(?:body|cookies|get|header|headers|html|ip|json|method|originalUrl|params|path|query|redirect|req|request|res|response|set|state|status|text|throw|type|url)$/;

/** Whether a function asks its context for what a request has, or hands the request on without a look at it. */
function asksRequest(analysis: Analysis, node: FunctionNode, name: string): boolean {
  const uses = [...(analysis.scopeOf(node).bindings.get(name)?.references ?? [])];
  const members = uses.map((use) => asMember(analysis.parentOf(use)));
  const isAsked = members.some((member) => member !== undefined && ofContext.test(propertyName(member) ?? ""));
  return isAsked || members.every((member) => member === undefined);
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
