import type { Class, Node } from "@babel/types";
import type { FunctionNode } from "../../source/declare.ts";
import type { Analysis } from "../../source/scopes.ts";
import { bootName, setUpName } from "../bootName.ts";
import { type CallSite, factsOf } from "../moduleFacts.ts";
import { around, functionAround, functionName, keyOf } from "../nodes.ts";
import { nestRoutes } from "./nestRoutes.ts";
import { isNestSingleton } from "./nestSingleton.ts";
import { hasDecorator } from "./requestHandlerSites.ts";
import { reachable } from "./requestPath.ts";

/** Callers of callers are followed this far. */
const deepest = 2;

/** What makes methods run by the clock or by an event of the app. */
const otherTriggers = /#(?:Cron|Interval|Timeout|OnEvent|Process|OnQueueEvent|OnWorkerEvent|Command|SubCommand)$/;

/** Whether a place in a class of Nest runs while a request is answered: in what its callers come to, not at the start. */
export function nestRequestPath(analysis: Analysis, owner: Class): (node: Node) => boolean {
  let path: ReadonlySet<FunctionNode> | undefined;
  return (node) => {
    path ??= requestMethods(analysis, owner, 0);
    const inside = functionAround(analysis, node);
    return inside !== undefined && path.has(inside);
  };
}

/** By the view of a file: services that use each other are asked for the same again and again. */
const known = new WeakMap<Analysis, Map<Class, ReadonlySet<FunctionNode>[]>>();

/** The functions of a class that a request comes to: from its routes, or from what others call of a service. */
function requestMethods(analysis: Analysis, owner: Class, depth: number): ReadonlySet<FunctionNode> {
  const classes = known.get(analysis) ?? new Map<Class, ReadonlySet<FunctionNode>[]>();
  known.set(analysis, classes);
  const byDepth = classes.get(owner) ?? [];
  classes.set(owner, byDepth);
  const before = byDepth[depth];
  const found = before ?? findRequestMethods(analysis, owner, depth);
  byDepth[depth] = found;
  return found;
}

function findRequestMethods(analysis: Analysis, owner: Class, depth: number): ReadonlySet<FunctionNode> {
  const isController = hasDecorator(analysis, owner.decorators, (name) => /#(?:Controller|Resolver)$/.test(name));
  const entries = owner.body.body.filter((member) => {
    if (member.type !== "ClassMethod" || member.static === true || member.kind === "constructor") {
      return false;
    }
    if (isController) {
      return hasDecorator(analysis, member.decorators, (name) => nestRoutes.has(name));
    }
    const isHidden = member.accessibility === "private" || member.accessibility === "protected";
    const isTriggered = hasDecorator(analysis, member.decorators, (name) => otherTriggers.test(name));
    return !isHidden && !isTriggered && isCalledInRequest(analysis, owner, keyOf(member) ?? "", depth);
  });
  return reachable(analysis, entries as FunctionNode[], undefined, true);
}

/** Whether a method of a service is called elsewhere than at the start; by its name where the callers are not known. */
function isCalledInRequest(analysis: Analysis, owner: Class, name: string, depth: number): boolean {
  if (setUpName.test(name) || /^(?:on|before)[A-Z]/.test(name)) {
    return false;
  }
  const importers = analysis.files?.importers(analysis.module, new RegExp(`\\.\\s*${escaped(name)}\\s*\\(`));
  if (importers === undefined || depth > deepest) {
    return !bootName.test(name);
  }
  const callers = [analysis, ...importers].flatMap((file) =>
    factsOf(file)
      .calls.filter((site) => site.method === name && !(file === analysis && isInside(file, site, owner)))
      .map((site) => ({ file, site })),
  );
  // Whoever calls what nobody here calls may do so at any time.
  return callers.length === 0 ? !bootName.test(name) : callers.some(({ file, site }) => runsLater(file, site, depth));
}

function escaped(name: string): string {
  return name.replace(/[$]/g, "\\$&");
}

function isInside(analysis: Analysis, { node }: CallSite, owner: Class): boolean {
  return [...around(analysis, node)].includes(owner);
}

/** Whether a call is made when the app has started, as far as its surroundings tell. */
function runsLater(analysis: Analysis, { node, inside }: CallSite, depth: number): boolean {
  if (inside === undefined) {
    return false;
  }
  const parents = [...around(analysis, node)];
  const owner = parents.find((parent) => parent.type === "ClassDeclaration" || parent.type === "ClassExpression");
  if (owner !== undefined && isNestSingleton(analysis, owner as Class)) {
    return requestMethods(analysis, owner as Class, depth + 1).has(inside);
  }
  return !parents.some((parent) => bootName.test(functionName(analysis, parent) ?? ""));
}
