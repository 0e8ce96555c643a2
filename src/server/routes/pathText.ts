import type { Node } from "@babel/types";
import { exportedValue } from "../analysis/exportedFunctions.ts";
import { asMember, propertyOf, settledValue } from "../analysis/nodes.ts";
import { propertyName, resolveApi } from "../source/resolveApi.ts";
import type { Analysis } from "../source/scopes.ts";

/** Constants of constants are followed to this depth. */
const deepest = 6;

/**
 * The text that an expression yields: written out, joined, or a constant of whichever file of the package. What is not known of it is
 * `*`; `undefined` if that is all of it.
 */
export function pathText(analysis: Analysis, expression: Node, depth = 0): string | undefined {
  if (depth > deepest) {
    return undefined;
  }
  const node = settledValue(analysis, expression);
  const part = (inner: Node) => pathText(analysis, inner, depth + 1) ?? "*";
  switch (node.type) {
    case "StringLiteral":
      return node.value;
    case "TemplateLiteral": {
      const text = node.quasis.map(
        ({ value }, index) => (value.cooked ?? "") + (node.expressions[index] ? part(node.expressions[index]) : ""),
      );
      return known(text.join(""));
    }
    case "BinaryExpression":
      return node.operator === "+" ? known(part(node.left) + part(node.right)) : undefined;
    default:
  }
  const api = resolveApi(analysis, node);
  const file = api && analysis.files?.imported(analysis.module, api.module);
  const constant = file && api && exportedValue(file, api.name);
  if (constant !== undefined) {
    return pathText(constant.analysis, constant.node, depth + 1);
  }
  const member = asMember(node);
  const name = member && propertyName(member);
  const owner = member && settledValue(analysis, member.object);
  const value = owner?.type === "ObjectExpression" && name !== undefined ? propertyOf(owner, name) : undefined;
  return value === undefined || value === "unknown" ? undefined : pathText(analysis, value, depth + 1);
}

/** The texts of a list, or of one expression. */
export function pathTexts(analysis: Analysis, expression: Node): string[] {
  const node = settledValue(analysis, expression);
  const elements = node.type === "ArrayExpression" ? node.elements.filter((element) => element !== null) : [node];
  return elements.flatMap((element) => pathText(analysis, element) ?? []);
}

function known(text: string): string | undefined {
  return /[^*]/.test(text) ? text : undefined;
}
