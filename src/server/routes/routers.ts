import type { Node } from "@babel/types";
import { type ExportedValue, exportedValue } from "../analysis/exportedFunctions.ts";
import { requiredName } from "../analysis/moduleFacts.ts";
import { asCall, asFunction, asMember, type Call, lastName, propertyOf, settledValue } from "../analysis/nodes.ts";
import { isRouter, routerMakers } from "../analysis/requests/frameworks.ts";
import { type FunctionNode, isFunction } from "../source/declare.ts";
import { fieldValue } from "../source/fields.ts";
import { propertyName, resolveApi } from "../source/resolveApi.ts";
import type { Analysis } from "../source/scopes.ts";
import { walk } from "../source/walk.ts";
import { pathText } from "./pathText.ts";

/** An app or a router, as an expression names it. */
export interface RouterRef {
  /** What stands for it in all files: the call that makes it, the function it is given to, or, failing these, a name. */
  readonly key: Node | string;
  /** What its paths begin with wherever it is mounted: `prefix` of koa-router, `basePath` of Hono. */
  readonly prefix: string;
  /** Whether requests come to it as they are: an app, and no router that is mounted somewhere. */
  readonly isRoot: boolean;
}

const rootMakers: ReadonlySet<string> = new Set([
  "express#default",
  "connect#default",
  "fastify#default",
  "fastify#fastify",
  "koa#default",
  "polka#default",
  "restify#createServer",
]);

/** Values of values are followed to this depth. */
const deepest = 8;

/** The app or router that an expression stands for, in whichever file of the package it is made. */
export function routerOf(analysis: Analysis, expression: Node, depth = 0): RouterRef | undefined {
  if (depth > deepest) {
    return undefined;
  }
  const node = settledValue(analysis, expression);
  const call = asCall(node);
  if (call !== undefined) {
    return routerOfCall(analysis, call, depth);
  }
  const field = fieldValue(analysis, node);
  if (field !== undefined) {
    return routerOf(analysis, field, depth + 1);
  }
  const binding = node.type === "Identifier" ? analysis.bindingOf(node) : undefined;
  if (binding?.kind === "param") {
    const owner = analysis.parentOf(binding.declaration);
    return owner !== undefined && isFunction(owner) && isRouter(analysis, node) !== "no"
      ? { key: owner, prefix: "", isRoot: false }
      : undefined;
  }
  const foreign = elsewhere(analysis, node);
  if (foreign !== undefined) {
    return routerOf(foreign.analysis, foreign.node, depth + 1);
  }
  return isRouter(analysis, node) === "no"
    ? undefined
    : { key: `${analysis.module.uri}#${lastName(node) ?? ""}`, prefix: "", isRoot: false };
}

function routerOfCall(analysis: Analysis, outer: Call, depth: number): RouterRef | undefined {
  let call = outer;
  let added = "";
  // Chains may be as long as an app has routes: all methods of a router give it back, or what stands for it.
  for (;;) {
    const api = resolveApi(analysis, call);
    const maker = api && `${api.module}#${api.name}`;
    const [first] = call.arguments;
    if (maker !== undefined && routerMakers.has(maker)) {
      return { key: call, prefix: prefixIn(analysis, first) + added, isRoot: rootMakers.has(maker) };
    }
    const member = asMember(call.callee);
    if (member === undefined) {
      break;
    }
    if (propertyName(member) === "basePath" && first !== undefined) {
      added = (pathText(analysis, first) ?? "") + added;
    }
    const inner = asCall(settledValue(analysis, member.object));
    if (inner === undefined) {
      const before = routerOf(analysis, member.object, depth + 1);
      if (before !== undefined) {
        return { ...before, prefix: before.prefix + added };
      }
      break;
    }
    call = inner;
  }
  return madeBy(analysis, call, depth);
}

/** `require("./users")`, or `createUsers(db)` of the package. */
function madeBy(analysis: Analysis, call: Call, depth: number): RouterRef | undefined {
  const whole = requiredName(call);
  if (whole !== undefined) {
    const found = ofModule(analysis, whole, "default");
    return found && routerOf(found.analysis, found.node, depth + 1);
  }
  const factory = functionAt(analysis, call.callee);
  for (const returned of factory === undefined ? [] : returnedBy(factory)) {
    const made = routerOf(factory?.analysis ?? analysis, returned, depth + 1);
    if (made !== undefined) {
      return made;
    }
  }
  return undefined;
}

/** `{ prefix: "/users" }`. */
export function prefixIn(analysis: Analysis, options: Node | undefined): string {
  const object = options && settledValue(analysis, options);
  const prefix = object?.type === "ObjectExpression" ? propertyOf(object, "prefix") : undefined;
  return prefix === undefined || prefix === "unknown" ? "" : (pathText(analysis, prefix) ?? "*");
}

/** A function and the file that it stands in. */
export interface PlacedFunction {
  readonly analysis: Analysis;
  readonly node: FunctionNode;
}

/** The function of the package that an expression stands for: itself, imported, or wrapped as in `fp(plugin)`. */
export function functionAt(analysis: Analysis, expression: Node, depth = 0): PlacedFunction | undefined {
  const node = settledValue(analysis, expression);
  const own = asFunction(node);
  if (own !== undefined || depth > deepest) {
    return own && { analysis, node: own };
  }
  const call = asCall(node);
  if (call !== undefined) {
    const whole = requiredName(call);
    const found = whole === undefined ? undefined : ofModule(analysis, whole, "default");
    if (found !== undefined) {
      return functionAt(found.analysis, found.node, depth + 1);
    }
    const [wrapped] = call.arguments;
    return wrapped && functionAt(analysis, wrapped, depth + 1);
  }
  if (node.type === "ImportExpression" && node.source.type === "StringLiteral") {
    const found = ofModule(analysis, node.source.value, "default");
    return found && functionAt(found.analysis, found.node, depth + 1);
  }
  const foreign = elsewhere(analysis, node);
  return foreign && functionAt(foreign.analysis, foreign.node, depth + 1);
}

/** What an imported name stands for, in its own file. */
function elsewhere(analysis: Analysis, node: Node): ExportedValue | undefined {
  const api = node.type === "Identifier" || asMember(node) !== undefined ? resolveApi(analysis, node) : undefined;
  return api && ofModule(analysis, api.module, api.name);
}

function ofModule(analysis: Analysis, specifier: string, name: string): ExportedValue | undefined {
  const file = analysis.files?.imported(analysis.module, specifier);
  return file && exportedValue(file, name);
}

/** What a function returns, by itself and not by a function within it. */
function returnedBy({ node }: PlacedFunction): Node[] {
  if (node.body.type !== "BlockStatement") {
    return [node.body];
  }
  const found: Node[] = [];
  walk(node.body, (inner) => {
    if (inner.type === "ReturnStatement" && inner.argument != null) {
      found.push(inner.argument);
    }
    return isFunction(inner) ? "skip" : undefined;
  });
  return found;
}
