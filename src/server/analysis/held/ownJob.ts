import type { Node } from "@babel/types";
import type { FunctionNode } from "../../source/declare.ts";
import type { Analysis } from "../../source/scopes.ts";
import { walk } from "../../source/walk.ts";
import { isLogCall } from "../logging.ts";
import { type CallSite, factsOf } from "../moduleFacts.ts";
import { asMember, lastName, settledValue } from "../nodes.ts";
import { calledFunction, reachable } from "../requests/requestPath.ts";

/** What only asks, by its name, or hands a value from one to the next. */
const asking =
  /^(?:get|find|fetch|load|read|list|query|select|discover|count|has|is|log|error|warn|debug|info|verbose|trace|map|filter|forEach|then|catch|finally|entries|keys|values|all|json|text|String$|Number$|Boolean$|parse)/;

/** What fills or empties a map, a set or a list. */
const filling = /^(?:set|add|push|clear|delete|splice)$/;

/**
 * Whether a job, as far as its file shows, only looks something up and keeps it in this worker, so that each worker must do it:
 * `this.configs.set(name, await fetchConfig(name))`. A flag, a number or a time that it sets says nothing of what it does.
 */
export function onlyRefreshesWorker(analysis: Analysis, job: FunctionNode): boolean {
  const functions = [...reachable(analysis, [job])];
  const sites = functions
    .flatMap((inner) => factsOf(analysis).callsIn.get(inner) ?? [])
    .filter(({ node }) => analysis.parentOf(node)?.type !== "Decorator");
  const kept = new Set<string>();
  for (const { method, receiver } of sites) {
    const name = receiver && keptName(analysis, receiver);
    if (name !== undefined && filling.test(method ?? "")) {
      kept.add(name);
    }
  }
  for (const inner of functions) {
    walk(inner.body, (node) => {
      const name = node.type === "AssignmentExpression" ? keptName(analysis, node.left) : undefined;
      if (name !== undefined && node.type === "AssignmentExpression" && isLookedUpValue(analysis, node.right)) {
        kept.add(name);
      }
      return undefined;
    });
  }
  return kept.size > 0 && sites.every((site) => isLogCall(site) || isHarmless(analysis, site, functions, kept));
}

/** `this.field`, or a variable at the top of the module that holds a value of its own. */
function keptName(analysis: Analysis, node: Node): string | undefined {
  const member = asMember(node);
  if (member !== undefined) {
    return member.object.type === "ThisExpression" ? `this.${lastName(member)}` : undefined;
  }
  const binding = node.type === "Identifier" ? analysis.bindingOf(node) : undefined;
  return binding?.scope === analysis.root && binding.declaration.type === "VariableDeclarator"
    ? binding.name
    : undefined;
}

function isLookedUpValue(analysis: Analysis, value: Node): boolean {
  const node = settledValue(analysis, value);
  return value.type === "AwaitExpression" || node.type === "ObjectExpression" || node.type === "ArrayExpression";
}

function isHarmless(
  analysis: Analysis,
  { node, method, receiver }: CallSite,
  functions: readonly FunctionNode[],
  kept: ReadonlySet<string>,
): boolean {
  const name = receiver && keptName(analysis, receiver);
  const called = method ?? lastName(node.callee) ?? "";
  if (name !== undefined && kept.has(name) && filling.test(called)) {
    return true;
  }
  return node.type === "NewExpression" || asking.test(called) || isOwnCall(analysis, node, functions);
}

/** A function or method of this file, whose own calls are looked at. */
function isOwnCall(analysis: Analysis, node: CallSite["node"], functions: readonly FunctionNode[]): boolean {
  const one = calledFunction(analysis, node);
  return one !== undefined && functions.includes(one);
}
