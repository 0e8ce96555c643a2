import type { Node } from "@babel/types";
import { propertyName } from "../../source/resolveApi.ts";
import type { Analysis, Binding } from "../../source/scopes.ts";
import { unwrapped } from "../../source/values.ts";
import { changeOfPart, isContainer } from "../mutations.ts";
import { asCall, asFunction, asMember } from "../nodes.ts";
import type { PlacedUse } from "./usesThrough.ts";

const taking = /^(?:get|find|findLast|at|pop|shift)$/;
const iterating = /^(?:forEach|map)$/;

/**
 * The changes of what a list or a map has, by another name: `todo.done = true` of `const todo = todos.find(…)`, `entry.count++` of
 * `let entry = hits.get(ip)`, `user.name = name` of `for (const user of users)`.
 */
export function elementUses(analysis: Analysis, reference: Node, init: Node | undefined): PlacedUse[] {
  if (!isContainer(analysis, init)) {
    return [];
  }
  const uses: PlacedUse[] = [];
  for (const name of namesOf(analysis, reference)) {
    for (const other of name.references) {
      const use = changeOfPart(analysis, other);
      if (use !== undefined) {
        uses.push({ use, place: reference });
      }
    }
  }
  return uses;
}

/** The variables that hold an element. */
function namesOf(analysis: Analysis, reference: Node): Binding[] {
  let node = reference;
  for (let parent = analysis.parentOf(node); parent !== undefined; parent = analysis.parentOf(node)) {
    const member = asMember(parent);
    const call = asCall(analysis.parentOf(parent));
    const method = member?.object === node && !member.computed ? propertyName(member) : undefined;
    const isCalled = call !== undefined && call.callee === parent;
    if (isCalled && iterating.test(method ?? "")) {
      const [first] = asFunction(call.arguments[0])?.params ?? [];
      return first?.type === "Identifier" ? list(analysis.bindingOf(first)) : [];
    }
    if (isCalled && taking.test(method ?? "")) {
      return named(analysis, call);
    }
    if (member?.object === node && member.computed && !isCalled) {
      return named(analysis, parent);
    }
    if (member?.object !== node || isCalled) {
      break;
    }
    node = parent;
  }
  const loop = analysis.parentOf(node);
  const declared = loop?.type === "ForOfStatement" && loop.right === node ? loop.left : undefined;
  const id = declared?.type === "VariableDeclaration" ? declared.declarations[0]?.id : undefined;
  return id?.type === "Identifier" ? list(analysis.bindingOf(id)) : [];
}

/** The variable that an element is put into, also with a value for where there is none: `hits.get(ip) ?? { count: 0 }`. */
function named(analysis: Analysis, element: Node): Binding[] {
  let node = element;
  let parent = analysis.parentOf(node);
  while (
    (parent?.type === "LogicalExpression" && parent.left === node && parent.operator !== "&&") ||
    parent?.type.startsWith("TS") === true
  ) {
    node = parent;
    parent = analysis.parentOf(node);
  }
  const target =
    parent?.type === "VariableDeclarator" && parent.init === node
      ? parent.id
      : parent?.type === "AssignmentExpression" && parent.right === node
        ? unwrapped(parent.left)
        : undefined;
  return target?.type === "Identifier" ? list(analysis.bindingOf(target)) : [];
}

function list(one: Binding | undefined): Binding[] {
  return one === undefined ? [] : [one];
}
