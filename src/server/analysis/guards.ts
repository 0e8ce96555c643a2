import type { LogicalExpression, Node } from "@babel/types";
import { isFunction } from "../source/declare.ts";
import type { Analysis } from "../source/scopes.ts";
import { walk } from "../source/walk.ts";
import { around, asCall, asMember, functionAround, textOf } from "./nodes.ts";

/**
 * Whether something runs only until a value exists that outlives the call: within `if (!cached) …`, `cached ??= …`, or
 * below `if (cached) return cached;`.
 */
export function isDoneOnce(analysis: Analysis, node: Node): boolean {
  let below = node;
  const within = functionAround(analysis, node);
  for (const parent of around(analysis, node)) {
    if (parent.type === "AssignmentExpression" && (parent.operator === "??=" || parent.operator === "||=")) {
      return true;
    }
    if (parent.type === "IfStatement" && parent.consequent === below && isMissing(analysis, parent.test)) {
      return true;
    }
    if (parent.type === "IfStatement" && parent.alternate === below && isThere(analysis, parent.test)) {
      return true;
    }
    if (parent.type === "LogicalExpression" && parent.right === below && isForMissing(analysis, parent)) {
      return true;
    }
    if (parent.type === "BlockStatement" && returnsBefore(analysis, parent.body, below)) {
      return true;
    }
    // What is asked for a value that is missing may come in a callback.
    if (parent === within && asCall(analysis.parentOf(parent)) === undefined) {
      return false;
    }
    if (parent !== within && isFunction(parent)) {
      return false;
    }
    below = parent;
  }
  return false;
}

/** `!cached && …`, and what fills in. */
function isForMissing(analysis: Analysis, node: LogicalExpression): boolean {
  return node.operator === "&&" ? isMissing(analysis, node.left) : fillsIn(analysis, node);
}

/** `cached = cached ?? …`, or `cache.get(key) ?? …`. */
function fillsIn(analysis: Analysis, { left: before, operator }: LogicalExpression): boolean {
  // `isProduction && cache.get(key) || …`
  const left = before.type === "LogicalExpression" && before.operator === "&&" ? before.right : before;
  if (operator === "&&" || !isKept(analysis, left)) {
    return false;
  }
  const [target] = [...around(analysis, left)].filter(({ type }) => type === "AssignmentExpression");
  const isSame = target?.type === "AssignmentExpression" && textOf(analysis, target.left) === textOf(analysis, left);
  return left.type === "CallExpression" || isSame;
}

function isMissing(analysis: Analysis, test: Node): boolean {
  switch (test.type) {
    case "UnaryExpression":
      return (
        test.operator === "!" &&
        (isKept(analysis, test.argument) || isAsked(test.argument) || isGot(analysis, test.argument))
      );
    case "BinaryExpression":
      return (
        /^={2,3}$/.test(test.operator) &&
        isNothing(test.right) &&
        (isKept(analysis, test.left) || isGot(analysis, test.left))
      );
    case "LogicalExpression":
      return isMissing(analysis, test.left) || isMissing(analysis, test.right);
    default:
      return false;
  }
}

/** `null`, `undefined`, and the `void 0` of compilers. */
function isNothing(node: Node): boolean {
  return (
    node.type === "NullLiteral" ||
    (node.type === "Identifier" && node.name === "undefined") ||
    (node.type === "UnaryExpression" && node.operator === "void")
  );
}

/** A variable that begins as what a store from outside has: `let hit = cache.get(key)`. */
function isGot(analysis: Analysis, node: Node): boolean {
  const init = node.type === "Identifier" ? analysis.bindingOf(node)?.init : undefined;
  const callee = asMember(asCall(init)?.callee);
  return (
    (callee?.property.type === "Identifier" &&
      callee.property.name === "get" &&
      isKept(analysis, callee.object, true)) ||
    (asMember(init)?.computed === true && isKept(analysis, asMember(init)?.object ?? node, true))
  );
}

/** `cache.has(key)`. */
function isAsked(node: Node): boolean {
  const callee = asMember(asCall(node)?.callee);
  return callee?.property.type === "Identifier" && callee.property.name === "has";
}

/** A variable from outside the function that is set at some time, or a property of something from there. */
function isKept(analysis: Analysis, node: Node, isOwner = false): boolean {
  const member = asMember(node);
  if (member !== undefined) {
    return member.object.type === "ThisExpression" || isKept(analysis, member.object, true);
  }
  if (node.type === "CallExpression") {
    const callee = asMember(node.callee);
    return (
      callee?.property.type === "Identifier" && callee.property.name === "get" && isKept(analysis, callee.object, true)
    );
  }
  const binding = node.type === "Identifier" ? analysis.bindingOf(node) : undefined;
  const isSet = isOwner || (binding !== undefined && binding.assignments.length > 0);
  return binding !== undefined && isSet && binding.kind !== "param" && !isInside(analysis, node, binding.scope.node);
}

/** Whether a variable is declared in the same function that reads it. */
function isInside(analysis: Analysis, node: Node, scope: Node): boolean {
  const own = functionAround(analysis, node);
  if (own === undefined) {
    return false;
  }
  return scope === own || [...around(analysis, scope)].includes(own);
}

/** `if (cached) return cached;`, also by way of `const hit = cache.get(key)`. */
function returnsBefore(analysis: Analysis, statements: readonly Node[], end: Node): boolean {
  for (const statement of statements) {
    if (statement === end) {
      return false;
    }
    if (
      statement.type === "IfStatement" &&
      leaves(statement.consequent) &&
      isThere(analysis, statement.test) &&
      !isThrottle(statement.test, statement.consequent)
    ) {
      return true;
    }
  }
  return false;
}

/** `if (last && now - last < 500) return res.send("too fast")`: who is refused gets nothing of what is kept. */
function isThrottle(test: Node, consequent: Node): boolean {
  const kept = test.type === "LogicalExpression" && test.operator === "&&" ? namesIn(test.left) : new Set<string>();
  let isCompared = false;
  walk(test, (node) => {
    isCompared ||=
      node.type === "BinaryExpression" && node.operator === "-" && [...namesIn(node)].some((name) => kept.has(name));
  });
  const given = namesIn(consequent);
  return isCompared && given.size > 0 && ![...given].some((name) => kept.has(name));
}

function namesIn(node: Node): Set<string> {
  const names = new Set<string>();
  walk(node, (one) => {
    if (one.type === "Identifier") {
      names.add(one.name);
    }
  });
  return names;
}

function isThere(analysis: Analysis, test: Node): boolean {
  if (test.type === "BinaryExpression") {
    return /^!={1,2}$/.test(test.operator) && isThere(analysis, test.left);
  }
  if (test.type === "LogicalExpression") {
    return isThere(analysis, test.left);
  }
  if (isKept(analysis, test) || isAsked(test)) {
    return true;
  }
  return isGot(analysis, test);
}

function leaves(statement: Node): boolean {
  return (
    statement.type === "ReturnStatement" ||
    (statement.type === "BlockStatement" && statement.body.at(-1)?.type === "ReturnStatement")
  );
}
