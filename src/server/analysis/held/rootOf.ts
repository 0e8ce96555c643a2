import type { Node } from "@babel/types";
import { propertyName } from "../../source/resolveApi.ts";
import type { Analysis, Binding } from "../../source/scopes.ts";
import { unwrapped } from "../../source/values.ts";
import { asCall, asMember, bindingValue, lastName } from "../nodes.ts";

/** What holds a value: a variable, or the field of that name of the objects that a file makes. */
export type Holder = Binding | string;

/** Values of values are followed to this depth. */
const deepest = 8;

const views = /^(?:get|values|keys|entries|filter|slice|concat|toArray)$/;
const listing = /^(?:values|keys|entries|from|assign)$/;

/**
 * What a value is part of, or a view of: `rooms` of `rooms.get(id).members`, `Object.values(rooms)`, `[...rooms]`; of `this.rooms` its
 * name, also where `this` has another name.
 */
export function rootOf(analysis: Analysis, expression: Node, depth = 0): Holder | undefined {
  const node = unwrapped(expression);
  if (depth > deepest) {
    return undefined;
  }
  const below = (inner: Node | null | undefined) => (inner == null ? undefined : rootOf(analysis, inner, depth + 1));
  if (node.type === "Identifier") {
    const binding = analysis.bindingOf(node);
    const value = binding && bindingValue(binding);
    const inner = value && unwrapped(value);
    const isView = asMember(inner) !== undefined || asCall(inner) !== undefined || inner?.type === "ArrayExpression";
    return (isView && inner !== undefined && inner.type !== "NewExpression" ? below(inner) : undefined) ?? binding;
  }
  const member = asMember(node);
  if (member !== undefined) {
    return isThis(analysis, member.object) ? lastName(member) : below(member.object);
  }
  const [only, another] = node.type === "ArrayExpression" ? node.elements : [];
  if (only?.type === "SpreadElement" && another === undefined) {
    return below(only.argument);
  }
  const call = asCall(node);
  const callee = asMember(call?.callee);
  const method = (callee && propertyName(callee)) ?? "";
  const isGlobal = callee?.object.type === "Identifier" && /^(?:Object|Array|_)$/.test(callee.object.name);
  if (isGlobal && listing.test(method)) {
    return below(call?.arguments[0]);
  }
  return callee !== undefined && !isGlobal && views.test(method) ? below(callee.object) : undefined;
}

/** `this`, and `self` of `const self = this`. */
function isThis(analysis: Analysis, expression: Node): boolean {
  const node = unwrapped(expression);
  const binding = node.type === "Identifier" ? analysis.bindingOf(node) : undefined;
  return node.type === "ThisExpression" || (binding && bindingValue(binding))?.type === "ThisExpression";
}
