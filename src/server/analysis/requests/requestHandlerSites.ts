import type { Class, Decorator, Node } from "@babel/types";
import type { FunctionNode } from "../../source/declare.ts";
import { resolveApi } from "../../source/resolveApi.ts";
import type { Analysis } from "../../source/scopes.ts";
import { unwrapped } from "../../source/values.ts";
import { nodesOf } from "../../source/walk.ts";
import { methodAt } from "../methods.ts";
import type { CallSite, Facts } from "../moduleFacts.ts";
import { asCall, asFunction, asMember, functionAround, keyOf, settledValue } from "../nodes.ts";
import { optionCallbacks, routeFunctions, takesCallbacks, takesClients, takesHandlers } from "./frameworks.ts";
import { isForDevelopmentServer, looksLikeHandler } from "./handlerLooks.ts";
import { nestRoutes } from "./nestRoutes.ts";
import { routeFileHandlers } from "./routeFiles.ts";
import { describedHandlers, listedValues, resolversIn } from "./routeLists.ts";

/** Methods that Nest calls for each request on guards, interceptors, middleware, pipes and filters. */
const nestMethods: ReadonlySet<string> = new Set(["canActivate", "intercept", "use", "transform", "catch"]);

/** The functions of a file that are called with a request: those it registers, and those that look like handlers. */
export function requestHandlers(analysis: Analysis, facts: Facts): Set<FunctionNode> {
  const handlers = new Set<FunctionNode>(facts.functions.filter((node) => looksLikeHandler(analysis, facts, node)));
  for (const site of facts.calls) {
    if (takesHandlers(analysis, site) || takesClients(analysis, site) || takesCallbacks(site)) {
      addArguments(analysis, facts, site, handlers);
    }
    for (const callback of optionCallbacks(analysis, site)) {
      handlers.add(callback);
    }
  }
  for (const object of nodesOf(analysis.module.ast.program, "ObjectExpression")) {
    for (const value of [...describedHandlers(analysis, object), ...resolversIn(analysis, object)]) {
      for (const handler of functionsOf(analysis, facts, value)) {
        handlers.add(handler);
      }
    }
  }
  for (const owner of facts.classes) {
    addNestMethods(analysis, owner, handlers);
  }
  for (const handler of routeFileHandlers(analysis)) {
    handlers.add(handler);
  }
  return new Set([...handlers].filter((node) => !isForDevelopmentServer(analysis, node)));
}

function addArguments(analysis: Analysis, facts: Facts, { node }: CallSite, handlers: Set<FunctionNode>): void {
  for (const argument of node.arguments) {
    for (const found of functionsOf(analysis, facts, argument)) {
      handlers.add(found);
    }
  }
}

/**
 * The functions that a route's argument stands for: itself, or in a list, in options, wrapped, or returned by a call.
 */
function functionsOf(analysis: Analysis, facts: Facts, argument: Node, depth = 0): FunctionNode[] {
  const node = settledValue(analysis, argument);
  const own = asFunction(node) ?? methodAt(analysis, node);
  if (own !== undefined) {
    return [own];
  }
  if (depth > 3) {
    return [];
  }
  if (node.type === "ArrayExpression") {
    return node.elements.flatMap((element) => (element ? functionsOf(analysis, facts, element, depth + 1) : []));
  }
  if (node.type === "ObjectExpression") {
    return node.properties.flatMap((property) => {
      const isHook = property.type !== "SpreadElement" && routeFunctions.has(keyOf(property) ?? "");
      const value = property.type === "ObjectProperty" ? property.value : property;
      return isHook ? functionsOf(analysis, facts, value, depth + 1) : [];
    });
  }
  const call = asCall(node);
  return call === undefined
    ? listedValues(analysis, node).flatMap((value) => functionsOf(analysis, facts, value, depth + 1))
    : madeBy(analysis, facts, call, depth);
}

/** `wrap(handler)` calls the handler later, `handle.bind(x)` is it, and `logger()` of this file returns it. */
function madeBy(
  analysis: Analysis,
  facts: Facts,
  call: NonNullable<ReturnType<typeof asCall>>,
  depth: number,
): FunctionNode[] {
  const member = asMember(call.callee);
  const api = resolveApi(analysis, call);
  if (member?.property.type === "Identifier" && member.property.name === "bind") {
    return functionsOf(analysis, facts, member.object, depth + 1);
  }
  const maker = asFunction(settledValue(analysis, call.callee));
  if (maker !== undefined) {
    return [...returnedBy(facts, analysis, maker), ...wrapped(analysis, facts, call.arguments, depth)];
  }
  // A package that gets options with functions in them calls those at any time.
  return api === undefined || call.arguments.length === 1 ? wrapped(analysis, facts, call.arguments, depth) : [];
}

function wrapped(analysis: Analysis, facts: Facts, nodes: readonly Node[], depth: number): FunctionNode[] {
  return nodes
    .filter((node) => settledValue(analysis, node).type !== "ObjectExpression")
    .flatMap((node) => functionsOf(analysis, facts, node, depth + 1));
}

function returnedBy(facts: Facts, analysis: Analysis, maker: FunctionNode): FunctionNode[] {
  return (facts.functionsIn.get(maker) ?? []).filter((inner) => {
    const parent = analysis.parentOf(inner);
    if (parent?.type === "ReturnStatement" || parent === maker) {
      return true;
    }
    return inner.type === "FunctionDeclaration" && isReturned(analysis, maker, inner);
  });
}

function isReturned(analysis: Analysis, maker: FunctionNode, inner: FunctionNode): boolean {
  const name = "id" in inner ? inner.id : undefined;
  const uses = (name && analysis.bindingOf(name)?.references) ?? [];
  return uses.some(
    (use) => analysis.parentOf(use)?.type === "ReturnStatement" && functionAround(analysis, use) === maker,
  );
}

function addNestMethods(analysis: Analysis, owner: Class, handlers: Set<FunctionNode>): void {
  const isInjectable = hasDecorator(analysis, owner.decorators, (name) => /#(?:Injectable|Catch)$/.test(name));
  for (const member of owner.body.body) {
    if (member.type === "ClassMethod") {
      const isRoute = hasDecorator(analysis, member.decorators, (name) => nestRoutes.has(name));
      if (isRoute || (isInjectable && member.params.length > 0 && nestMethods.has(keyOf(member) ?? ""))) {
        handlers.add(member);
      }
    }
  }
}

export function hasDecorator(
  analysis: Analysis,
  decorators: readonly Decorator[] | null | undefined,
  matches: (api: string) => boolean,
): boolean {
  return (decorators ?? []).some(({ expression }) => {
    const api = resolveApi(analysis, unwrapped(expression));
    return api !== undefined && matches(`${api.module}#${api.name}`);
  });
}
