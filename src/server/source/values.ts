import type { Node } from "@babel/types";
import type { Binding } from "./scopes.ts";

/** The only value that a variable ever has: its initial one, or the only one that is assigned. */
export function onlyValue({ declaration, assignments }: Binding): Node | undefined {
  if (declaration.type !== "VariableDeclarator") {
    return undefined;
  }
  const [first, second] = assignments;
  if (declaration.init != null) {
    return first === undefined ? declaration.init : undefined;
  }
  return first?.type === "AssignmentExpression" &&
    first.operator === "=" &&
    first.left.type === "Identifier" &&
    second === undefined
    ? first.right
    : undefined;
}

/** An expression without the wrappers that do not change its value, `await` among them. */
export function unwrapped(node: Node): Node {
  switch (node.type) {
    case "AwaitExpression":
      return unwrapped(node.argument);
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
    case "TSTypeAssertion":
      return unwrapped(node.expression);
    default:
      return node;
  }
}
