import type { BinaryExpression, Node } from "@babel/types";
import { fieldValue } from "../source/fields.ts";
import type { Analysis } from "../source/scopes.ts";
import { valueAcross } from "./exportedFunctions.ts";
import { settledValue } from "./nodes.ts";

/** The number that a constant expression yields, such as `60 * 60 * 1_000`. */
export function numberOf(analysis: Analysis, expression: Node): number | undefined {
  const node = settledValue(analysis, expression);
  switch (node.type) {
    case "NumericLiteral":
      return node.value;
    case "UnaryExpression": {
      const value = node.operator === "-" ? numberOf(analysis, node.argument) : undefined;
      return value === undefined ? undefined : -value;
    }
    case "BinaryExpression":
      return calculated(analysis, node);
    // `config.timeout ?? 5_000`: what it is unless somebody says otherwise.
    case "LogicalExpression":
      return node.operator === "&&" ? undefined : numberOf(analysis, node.right);
    case "Identifier":
    case "MemberExpression": {
      const value = valueAcross(analysis, fieldValue(analysis, node) ?? node);
      return value.node === node ? undefined : numberOf(value.analysis, value.node);
    }
    default:
      return undefined;
  }
}

function calculated(analysis: Analysis, { left, operator, right }: BinaryExpression): number | undefined {
  const a = numberOf(analysis, left);
  const b = numberOf(analysis, right);
  if (a === undefined || b === undefined) {
    return undefined;
  }
  switch (operator) {
    case "*":
      return a * b;
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "/":
      return a / b;
    case "**":
      return a ** b;
    default:
      return undefined;
  }
}

/** The text that an expression always yields. */
export function stringOf(analysis: Analysis, expression: Node): string | undefined {
  const node = settledValue(analysis, expression);
  if (node.type === "StringLiteral") {
    return node.value;
  }
  const [only] = node.type === "TemplateLiteral" && node.expressions.length === 0 ? node.quasis : [];
  return only?.value.cooked ?? undefined;
}
