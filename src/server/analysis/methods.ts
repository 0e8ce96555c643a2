import type { Class, Node, ObjectExpression } from "@babel/types";
import type { FunctionNode } from "../source/declare.ts";
import { fieldValue } from "../source/fields.ts";
import type { Analysis } from "../source/scopes.ts";
import { nodesOf } from "../source/walk.ts";
import { around, asCall, asFunction, asMember, keyOf, lastName, settledValue, textOf } from "./nodes.ts";

/** The function of this file that `object.method` or `this.method` refers to. */
export function methodAt(analysis: Analysis, node: Node): FunctionNode | undefined {
  const member = asMember(node);
  const name = member === undefined || member.computed ? undefined : lastName(member);
  if (member === undefined || name === undefined) {
    return undefined;
  }
  if (member.object.type === "ThisExpression") {
    for (const parent of around(analysis, node)) {
      if (parent.type === "ClassBody" || (parent.type === "ObjectExpression" && isMethod(analysis, node, parent))) {
        return named(parent.type === "ClassBody" ? parent.body : parent.properties, name);
      }
      if (parent.type === "FunctionExpression") {
        const owner = assignedTo(analysis, parent);
        return owner === undefined ? undefined : assignedFunction(analysis, owner, name);
      }
      if (parent.type === "FunctionDeclaration") {
        return parent.id == null ? undefined : assignedFunction(analysis, `${parent.id.name}.prototype`, name);
      }
    }
    return undefined;
  }
  const own = settledValue(analysis, fieldValue(analysis, member.object) ?? member.object);
  if (own.type === "ClassDeclaration" || own.type === "ClassExpression") {
    return methodOf(own, name, true);
  }
  const found = memberFunction(analysis, own, name);
  return (
    found ?? (member.object.type === "Identifier" ? assignedFunction(analysis, member.object.name, name) : undefined)
  );
}

/** `Store.prototype` of `Store.prototype.add = function () { … }`. */
function assignedTo(analysis: Analysis, node: Node): string | undefined {
  const parent = analysis.parentOf(node);
  const left = parent?.type === "AssignmentExpression" && parent.right === node ? asMember(parent.left) : undefined;
  return left && !left.computed ? textOf(analysis, left.object) : undefined;
}

const known = new WeakMap<Analysis["module"], ReadonlyMap<string, FunctionNode>>();

/** The function that is assigned to a property of a variable, or to `Store.prototype`: the only one of that name. */
export function assignedFunction(analysis: Analysis, owner: string, name: string): FunctionNode | undefined {
  let all = known.get(analysis.module);
  if (all === undefined) {
    const found = new Map<string, FunctionNode>();
    const twice = new Set<string>();
    for (const { left, right, operator } of nodesOf(analysis.module.ast.program, "AssignmentExpression")) {
      const own = operator === "=" ? asFunction(right) : undefined;
      const member = own && asMember(left);
      if (own !== undefined && member !== undefined && !member.computed) {
        const key = `${textOf(analysis, member.object)}.${lastName(member)}`;
        if (found.has(key)) {
          twice.add(key);
        }
        found.set(key, own);
      }
    }
    for (const key of twice) {
      found.delete(key);
    }
    known.set(analysis.module, found);
    all = found;
  }
  return all.get(`${owner}.${name}`);
}

/** The method of an object that is written out, or made of a class of this file. */
export function memberFunction(analysis: Analysis, owner: Node, name: string, depth = 0): FunctionNode | undefined {
  if (owner.type === "ObjectExpression") {
    return named(owner.properties, name) ?? namedFunction(analysis, owner, name);
  }
  // `Object.assign(new EventEmitter(), { … })`, `_.extend({}, { … })`
  const joining = asCall(owner);
  if (joining !== undefined && /^(?:assign|extend)$/.test(lastName(joining.callee) ?? "")) {
    const objects = joining.arguments.filter((argument) => argument.type === "ObjectExpression");
    return named(
      objects.flatMap(({ properties }) => properties),
      name,
    );
  }
  const made = classOf(analysis, owner);
  if (made !== undefined) {
    return named(made.body.body, name);
  }
  const given =
    joining === undefined || joining.type === "NewExpression" || depth > 2
      ? undefined
      : givenBy(analysis, joining.callee);
  if (given !== undefined) {
    return memberFunction(analysis, given, name, depth + 1);
  }
  return owner.type === "NewExpression" && owner.callee.type === "Identifier"
    ? assignedFunction(analysis, `${owner.callee.name}.prototype`, name)
    : undefined;
}

/** `add` of `{ add }` and `{ add: insert }`, a function of this file. */
function namedFunction(analysis: Analysis, { properties }: ObjectExpression, name: string): FunctionNode | undefined {
  for (const property of properties) {
    if (property.type === "ObjectProperty" && keyOf(property) === name && property.value.type === "Identifier") {
      return asFunction(settledValue(analysis, property.value));
    }
  }
  return undefined;
}

/** What a function of this file gives in the end: an object that is written out, or one of a class. */
function givenBy(analysis: Analysis, callee: Node): Node | undefined {
  const body = asFunction(settledValue(analysis, callee))?.body;
  const last = body?.type === "BlockStatement" ? body.body.at(-1) : undefined;
  const value = body?.type === "BlockStatement" ? (last?.type === "ReturnStatement" ? last.argument : undefined) : body;
  const node = value == null ? undefined : settledValue(analysis, value);
  return node?.type === "ObjectExpression" || node?.type === "NewExpression" ? node : undefined;
}

/** A method of a class: a static one, or one of its objects. */
export function methodOf({ body }: Class, name: string, isStatic: boolean): FunctionNode | undefined {
  return named(
    body.body.filter((member) => "static" in member && (member.static ?? false) === isStatic),
    name,
  );
}

/** The class of this file that `new Store()` instantiates. */
export function classOf(analysis: Analysis, node: Node): Class | undefined {
  const made = node.type === "NewExpression" ? settledValue(analysis, node.callee) : undefined;
  return made?.type === "ClassDeclaration" || made?.type === "ClassExpression" ? made : undefined;
}

/** Whether `this` at a place is the object: in one of its methods, and not in another function there. */
function isMethod(analysis: Analysis, node: Node, owner: ObjectExpression): boolean {
  for (const parent of around(analysis, node, owner)) {
    if (
      parent.type === "FunctionExpression" ||
      parent.type === "FunctionDeclaration" ||
      parent.type === "ObjectMethod"
    ) {
      const above = analysis.parentOf(parent);
      return above === owner || (above?.type === "ObjectProperty" && analysis.parentOf(above) === owner);
    }
  }
  return false;
}

function named(members: readonly Node[], name: string): FunctionNode | undefined {
  for (const member of members) {
    const isField =
      member.type === "ClassProperty" || member.type === "ClassPrivateProperty" || member.type === "ObjectProperty";
    const value = isField || member.type === "ClassAccessorProperty" ? member.value : member;
    const found = asFunction(value);
    if (found !== undefined && "key" in member && keyOf(member as Parameters<typeof keyOf>[0]) === name) {
      return found;
    }
  }
  return undefined;
}
