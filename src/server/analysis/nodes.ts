import type {
  CallExpression,
  MemberExpression,
  NewExpression,
  Node,
  ObjectExpression,
  OptionalCallExpression,
  OptionalMemberExpression,
} from "@babel/types";
import { type FunctionNode, isFunction } from "../source/declare.ts";
import type { Analysis, Binding } from "../source/scopes.ts";
import { onlyValue, unwrapped } from "../source/values.ts";

export type Call = CallExpression | OptionalCallExpression | NewExpression;

export type Member = MemberExpression | OptionalMemberExpression;

/** Values of values are followed to this depth. */
const deepest = 6;

export function asCall(node: Node | null | undefined): Call | undefined {
  return node?.type === "CallExpression" || node?.type === "OptionalCallExpression" || node?.type === "NewExpression"
    ? node
    : undefined;
}

export function asMember(node: Node | null | undefined): Member | undefined {
  return node?.type === "MemberExpression" || node?.type === "OptionalMemberExpression" ? node : undefined;
}

export function asFunction(node: Node | null | undefined): FunctionNode | undefined {
  return node != null && isFunction(node) ? node : undefined;
}

/** The innermost function around a node, excluding the node itself. */
export function functionAround(analysis: Analysis, node: Node): FunctionNode | undefined {
  return asFunction(analysis.enclosingFunction(node));
}

/** The nodes around a node, innermost first, up to but excluding `end`. */
export function* around(analysis: Analysis, node: Node, end?: Node): Generator<Node> {
  for (let parent = analysis.parentOf(node); parent !== undefined && parent !== end; ) {
    yield parent;
    parent = analysis.parentOf(parent);
  }
}

/** The value of an expression, as far as known: through variables that have a single value. */
export function settledValue(analysis: Analysis, node: Node, depth = 0): Node {
  const inner = unwrapped(node);
  if (inner.type !== "Identifier" || depth > deepest) {
    return inner;
  }
  const binding = analysis.bindingOf(inner);
  const value = binding && bindingValue(binding);
  return value === undefined ? inner : settledValue(analysis, value, depth + 1);
}

/** The value of a variable, function or class, unless it is destructured or ever changes. */
export function bindingValue(binding: Binding): Node | undefined {
  const { declaration, init, assignments } = binding;
  if (declaration.type === "VariableDeclarator") {
    return declaration.id.type === "Identifier" ? onlyValue(binding) : undefined;
  }
  return assignments.length === 0 ? init : undefined;
}

/** The value of a property in an object literal; `unknown` if a spread may set it as well. */
export function propertyOf(object: ObjectExpression, name: string): Node | "unknown" | undefined {
  let found: Node | "unknown" | undefined;
  for (const property of object.properties) {
    if (property.type === "SpreadElement") {
      found ??= "unknown";
    } else if (keyOf(property) === name) {
      found = property.type === "ObjectMethod" ? property : property.value;
    }
  }
  return found;
}

/** The name of a property, method or field. */
export function keyOf(property: { readonly key: Node; readonly computed?: boolean | null }): string | undefined {
  const { key, computed } = property;
  if (key.type === "StringLiteral") {
    return key.value;
  }
  if (key.type === "PrivateName") {
    return key.id.name;
  }
  return key.type === "Identifier" && computed !== true ? key.name : undefined;
}

/** The name of a function: its own, that of the method, or of the variable or property that holds it. */
export function functionName(analysis: Analysis, node: Node): string | undefined {
  const own = asFunction(node);
  if (own === undefined) {
    return undefined;
  }
  if ("key" in own) {
    return keyOf(own);
  }
  const parent = analysis.parentOf(own);
  switch (parent?.type) {
    case "VariableDeclarator":
      return parent.id.type === "Identifier" ? parent.id.name : undefined;
    case "AssignmentExpression": {
      const name = lastName(parent.left);
      return name === "exports" ? ("id" in own ? own.id?.name : undefined) : name;
    }
    case "ObjectProperty":
    case "ClassProperty":
      return keyOf(parent);
    default:
      return "id" in own ? own.id?.name : undefined;
  }
}

/** The last name of `app`, `this.app`, `this.#app`. */
export function lastName(node: Node): string | undefined {
  const inner = unwrapped(node);
  if (inner.type === "Identifier") {
    return inner.name;
  }
  const property = asMember(inner)?.property;
  return property?.type === "PrivateName"
    ? property.id.name
    : property?.type === "Identifier"
      ? property.name
      : undefined;
}

export function textOf({ module }: Analysis, node: Node): string {
  return module.text.slice(node.start ?? 0, node.end ?? 0);
}
