import type { IfStatement, Node } from "@babel/types";
import { propertyName } from "../source/resolveApi.ts";
import type { Analysis } from "../source/scopes.ts";
import { stringOf } from "./constants.ts";
import { around, asCall, asMember, lastName, settledValue, textOf } from "./nodes.ts";

/** Variables are followed to this depth. */
const deepest = 4;

const productionName = /^(?:is_?)?(?:prod|production)(?:Mode|Env)?$/i;
const otherName =
  /^_*(?:is|in|use)?_?(?:dev|development|debug|debugging|(?:integration|unit|e2e)?_?tests?|testing)_?(?:mode|env|environment|server|enabled)?_*$/i;
const productionText = /^(?:prod|production|live)$/i;
const otherText = /^(?:dev|development|local|test|testing)$/i;

/** What calls a function for tests only, by its name: `respondToTestRequest(req, res, () => { … })`. */
const testCaller = /Test(?:Request|Mode|Env)$|^mock[A-Z]|[a-z]Mock(?:Request)?$/;

/** Whether something happens only during development or in tests. */
export function isForDevelopment(analysis: Analysis, node: Node): boolean {
  let below = node;
  for (const parent of around(analysis, node)) {
    const condition = conditionAround(parent, below);
    if (condition !== undefined && excludesProduction(analysis, condition.test, condition.outcome)) {
      return true;
    }
    const call = asCall(parent);
    if (call !== undefined && call.callee !== below && testCaller.test(lastName(call.callee) ?? "")) {
      return true;
    }
    const left = parent.type === "BlockStatement" ? leavesBefore(parent.body, below) : [];
    if (left.some(({ test }) => excludesProduction(analysis, test, false))) {
      return true;
    }
    below = parent;
  }
  return false;
}

/** The condition that decides whether `below` runs within `parent`, and its required outcome. */
export function conditionAround(
  parent: Node,
  below: Node,
): { readonly test: Node; readonly outcome: boolean } | undefined {
  switch (parent.type) {
    case "IfStatement":
    case "ConditionalExpression":
      return parent.test === below ? undefined : { test: parent.test, outcome: parent.consequent === below };
    case "LogicalExpression":
      return parent.right === below && parent.operator !== "??"
        ? { test: parent.left, outcome: parent.operator === "&&" }
        : undefined;
    default:
      return undefined;
  }
}

/** The conditions before a statement under which its block is left. */
export function leavesBefore(statements: readonly Node[], end: Node): IfStatement[] {
  const before = statements.slice(0, statements.indexOf(end));
  return before
    .filter((statement) => statement.type === "IfStatement")
    .filter(({ consequent }) => {
      const last = consequent.type === "BlockStatement" ? consequent.body.at(-1) : consequent;
      return last?.type === "ReturnStatement";
    });
}

/** Whether a condition with this outcome excludes production: `NODE_ENV !== "production"`, `isDev`. */
export function excludesProduction(analysis: Analysis, test: Node, outcome: boolean, depth = 0): boolean {
  const node = settledValue(analysis, test);
  const next = (other: Node, expected: boolean) =>
    depth < deepest && excludesProduction(analysis, other, expected, depth + 1);
  switch (node.type) {
    case "UnaryExpression":
      return node.operator === "!" && next(node.argument, !outcome);
    case "LogicalExpression": {
      const isEither = (node.operator === "&&") === outcome;
      return isEither
        ? next(node.left, outcome) || next(node.right, outcome)
        : next(node.left, outcome) && next(node.right, outcome);
    }
    case "BinaryExpression": {
      const value =
        environmentText(analysis, node.left, node.right) ?? environmentText(analysis, node.right, node.left);
      const isEqual = /^={2,3}$/.test(node.operator) === outcome;
      return value !== undefined && (isEqual ? otherText : productionText).test(value);
    }
    case "CallExpression": {
      const list = asMember(node.callee)?.object;
      return outcome && lastName(node.callee) === "includes" && list?.type === "ArrayExpression"
        ? list.elements.every((item) => item !== null && otherText.test(stringOf(analysis, item) ?? ""))
        : next(node.callee, outcome);
    }
    default:
      return (outcome ? otherName : productionName).test(lastName(node) ?? "");
  }
}

/** Whether a condition depends only on what is the same for all workers: the environment, or the program itself. */
export function isSameForAll(analysis: Analysis, test: Node, depth = 0): boolean {
  const node = settledValue(analysis, test);
  switch (node.type) {
    case "UnaryExpression":
      return depth < deepest && isSameForAll(analysis, node.argument, depth + 1);
    case "LogicalExpression":
      return (
        depth < deepest && isSameForAll(analysis, node.left, depth + 1) && isSameForAll(analysis, node.right, depth + 1)
      );
    case "BinaryExpression":
      return (
        environmentText(analysis, node.left, node.right) !== undefined ||
        environmentText(analysis, node.right, node.left) !== undefined ||
        /^require\.main\s*={2,3}\s*module$/.test(textOf(analysis, node))
      );
    default: {
      const name = lastName(node) ?? "";
      return productionName.test(name) || otherName.test(name) || isEnvironment(analysis, node);
    }
  }
}

/** The text that the name of the environment is compared with. */
function environmentText(analysis: Analysis, name: Node, text: Node): string | undefined {
  return isEnvironment(analysis, name) ? stringOf(analysis, text) : undefined;
}

/** `process.env.NODE_ENV`, `config.env`, `app.get("env")`, each also with a default. */
function isEnvironment(analysis: Analysis, expression: Node): boolean {
  const node = settledValue(analysis, expression);
  if (node.type === "LogicalExpression") {
    return isEnvironment(analysis, node.left);
  }
  const [asked] = asCall(node)?.arguments ?? [];
  const member = asMember(node);
  const name = asked === undefined ? (member ? propertyName(member) : lastName(node)) : stringOf(analysis, asked);
  return /^(?:NODE_ENV|env|environment|mode)$/i.test(name ?? "");
}
