import type { Node } from "@babel/types";
import { propertyName, resolveApi } from "../source/resolveApi.ts";
import type { Analysis } from "../source/scopes.ts";
import { unwrapped } from "../source/values.ts";
import { asCall, asMember, keyOf } from "./nodes.ts";

/** How a use of a variable, or of `this.field`, affects its value. */
export type Use =
  | { readonly kind: "read" | "assign" | "add" | "remove" | "increase" | "decrease"; readonly node: Node }
  | {
      readonly kind: "assign";
      readonly node: Node;
      readonly value: Node;
      /** Whether it is a part of something that the variable holds: `todo.done = true`. */
      readonly ofElement?: boolean;
    };

const adding: ReadonlySet<string> = new Set(["push", "unshift", "set", "add", "splice", "fill", "copyWithin"]);
const removing: ReadonlySet<string> = new Set(["delete", "clear", "pop", "shift"]);

/** The kinds of values that hold something and can be changed in place. */
export function isContainer(analysis: Analysis, init: Node | undefined): boolean {
  const node = init && unwrapped(init);
  if (node !== undefined && isOfJson(analysis, node)) {
    return true;
  }
  if (node?.type === "ArrayExpression" || node?.type === "ObjectExpression") {
    return true;
  }
  const callee = asCall(node)?.callee;
  if (callee === undefined) {
    return false;
  }
  if (node?.type === "NewExpression") {
    const isGlobal = callee.type === "Identifier" && analysis.bindingOf(callee) === undefined;
    return isGlobal && /^(?:Map|Set|Array|Object)$/.test(callee.name);
  }
  const member = asMember(callee);
  return (
    member?.object.type === "Identifier" &&
    member.object.name === "Object" &&
    propertyName(member) === "create" &&
    resolveApi(analysis, callee) === undefined
  );
}

/** What is read from a file of JSON when a worker starts: `require("./users.json")`, `JSON.parse(fs.readFileSync(file))`, or imported. */
function isOfJson(analysis: Analysis, node: Node): boolean {
  if (node.type === "ImportDefaultSpecifier") {
    const from = analysis.parentOf(node);
    return from?.type === "ImportDeclaration" && from.source.value.endsWith(".json");
  }
  const call = node.type === "CallExpression" ? node : undefined;
  const [first] = call?.arguments ?? [];
  const callee = call && asMember(call.callee);
  if (call === undefined || first === undefined) {
    return false;
  }
  if (callee === undefined) {
    const isRequire = call.callee.type === "Identifier" && call.callee.name === "require";
    return isRequire && first.type === "StringLiteral" && first.value.endsWith(".json");
  }
  const isJson = callee.object.type === "Identifier" && callee.object.name === "JSON";
  const api = isJson && propertyName(callee) === "parse" ? resolveApi(analysis, unwrapped(first)) : undefined;
  return api?.module === "fs" && api.name.endsWith("readFileSync");
}

/** Whether a part of a value is changed where it stands: `user.name = …`, `entry.count++`, `room.players.push(…)`, `Object.assign(user, …)`. */
export function isChangedPart(analysis: Analysis, use: Node): boolean {
  return changeOfPart(analysis, use) !== undefined;
}

/** The change itself. */
export function changeOfPart(analysis: Analysis, use: Node): Use | undefined {
  let node = use;
  let parent = analysis.parentOf(node);
  let last: string | undefined;
  for (let member = asMember(parent); member !== undefined && member.object === node; member = asMember(parent)) {
    last = propertyName(member);
    node = member;
    parent = analysis.parentOf(node);
  }
  if (parent?.type === "AssignmentExpression" && parent.left === node && node !== use) {
    return parent.operator === "="
      ? { kind: "assign", node: parent, value: parent.right, ofElement: true }
      : { kind: "increase", node: parent };
  }
  if (parent?.type === "UpdateExpression" && node !== use) {
    return { kind: parent.operator === "--" ? "decrease" : "increase", node: parent };
  }
  const isList = asMember(asMember(node)?.object) !== undefined && last !== "set" && last !== "add";
  if (asCall(parent)?.callee === node && isList && adding.has(last ?? "")) {
    return { kind: "add", node: parent as Node };
  }
  return node === use ? assigned(analysis, use) : undefined;
}

/** `Object.assign(settings, request.body)` */
function assigned(analysis: Analysis, node: Node): Use | undefined {
  const call = asCall(analysis.parentOf(node));
  const callee = call && asMember(call.callee);
  const [first, second] = call?.arguments ?? [];
  const isAssign =
    callee?.object.type === "Identifier" && callee.object.name === "Object" && propertyName(callee) === "assign";
  return isAssign && call !== undefined && first === node && second !== undefined
    ? { kind: "assign", node: call, value: second }
    : undefined;
}

/** Whether it gives the variable or `this.field` itself another value, and not a part of what it holds. */
export function isWhole({ node }: Use): boolean {
  const left = node.type === "AssignmentExpression" ? node.left : undefined;
  const member = asMember(left);
  return left?.type === "Identifier" || (member?.object.type === "ThisExpression" && !member.computed);
}

/** The effect of `use`, a reference to a variable or `this.field`; `init` is its initial value. */
export function useOf(analysis: Analysis, use: Node, init: Node | undefined): Use {
  let node = use;
  let parent = analysis.parentOf(node);
  const path: string[] = [];
  for (let member = asMember(parent); member !== undefined && member.object === node; member = asMember(parent)) {
    path.push(propertyName(member) ?? "");
    node = member;
    parent = analysis.parentOf(node);
    while (parent?.type.startsWith("TS")) {
      node = parent;
      parent = analysis.parentOf(parent);
    }
  }
  if (path.length > 0 && !isContainer(analysis, init)) {
    return { kind: "read", node: use };
  }
  const merged = isContainer(analysis, init) ? assigned(analysis, node) : undefined;
  if (merged !== undefined) {
    return merged;
  }
  switch (parent?.type) {
    case "AssignmentExpression":
      if (parent.left !== node) {
        break;
      }
      if (parent.operator === "=" || path.length > 0) {
        return { kind: "assign", node: parent, value: parent.right };
      }
      return { kind: parent.operator === "-=" ? "decrease" : "increase", node: parent };
    case "UpdateExpression":
      return { kind: parent.operator === "--" ? "decrease" : "increase", node: parent };
    case "UnaryExpression":
      return { kind: parent.operator === "delete" && path.length > 0 ? "remove" : "read", node: parent };
    case "CallExpression":
    case "OptionalCallExpression":
      if (parent.callee === node && path.at(-1) === "get" && path.length === 1) {
        const kind = changeOfElement(analysis, parent);
        return kind === undefined ? { kind: "read", node: use } : { kind, node: parent };
      }
      // `lists[name].push(value)`
      if (parent.callee === node && path.length > 1 && path[0] === "" && adding.has(path.at(-1) ?? "")) {
        return { kind: "add", node: parent };
      }
      if (parent.callee === node && path.length > 0 && hasMethods(analysis, ownerOf(init, path.slice(0, -1)))) {
        const method = path.at(-1) ?? "";
        const kind = adding.has(method) ? "add" : removing.has(method) ? "remove" : "read";
        return { kind, node: parent };
      }
      break;
    default:
  }
  return { kind: "read", node: use };
}

/** What is done to what a map has under a key: `add` of `sets.get(key).add(value)`. */
function changeOfElement(analysis: Analysis, got: Node): "add" | "remove" | undefined {
  let node = got;
  let parent = analysis.parentOf(node);
  while (parent?.type.startsWith("TS")) {
    node = parent;
    parent = analysis.parentOf(parent);
  }
  const member = asMember(parent);
  const call = member?.object === node && parent !== undefined ? analysis.parentOf(parent) : undefined;
  const method = member === undefined || asCall(call)?.callee !== parent ? "" : (propertyName(member) ?? "");
  return adding.has(method) ? "add" : removing.has(method) ? "remove" : undefined;
}

/** A list, a map or a set; the methods of an object that is written out are its own. */
function hasMethods(analysis: Analysis, owner: Node | undefined): boolean {
  return owner !== undefined && unwrapped(owner).type !== "ObjectExpression" && isContainer(analysis, owner);
}

/** The value at a path within an object literal; for a computed key, the whole object. */
function ownerOf(init: Node | undefined, path: readonly string[]): Node | undefined {
  let node = init && unwrapped(init);
  for (const name of path) {
    if (node?.type !== "ObjectExpression") {
      // Of what is read from a file only a run would show what it holds.
      return name === "" || node?.type === "CallExpression" || node?.type === "ImportDefaultSpecifier"
        ? node
        : undefined;
    }
    const property = node.properties.find((item) => item.type === "ObjectProperty" && keyOf(item) === name);
    node = property?.type === "ObjectProperty" ? unwrapped(property.value) : undefined;
  }
  return node;
}

/** Whether the result of a change is used: `next++` as an argument is read as well. */
export function isUsed(analysis: Analysis, { node }: Use): boolean {
  const parent = analysis.parentOf(node);
  return parent !== undefined && parent.type !== "ExpressionStatement" && !isDropped(node, parent);
}

function isDropped(node: Node, parent: Node): boolean {
  return (
    parent.type === "ForStatement" ||
    (parent.type === "ArrowFunctionExpression" && parent.body === node) ||
    (parent.type === "SequenceExpression" && parent.expressions.at(-1) !== node)
  );
}
