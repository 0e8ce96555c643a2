import type { Class, Node } from "@babel/types";
import type { Analysis } from "./scopes.ts";
import { walk } from "./walk.ts";

const known = new WeakMap<Class, ReadonlyMap<string, readonly Node[]>>();

/** The only value that `this.field` ever has in its class, in which it is written or declared; no static fields. */
export function fieldValue(analysis: Analysis, member: Node): Node | undefined {
  const name = fieldName(member);
  const owner = name === undefined ? undefined : ownerOfThis(analysis, member);
  const [value, another] = owner === undefined ? [] : (valuesOf(owner).get(name ?? "") ?? []);
  return another === undefined ? value : undefined;
}

/** `server` of `this.server`, and `#server` of `this.#server`. */
export function fieldName(node: Node): string | undefined {
  if (node.type !== "MemberExpression" && node.type !== "OptionalMemberExpression") {
    return undefined;
  }
  return node.object.type === "ThisExpression" && !node.computed ? nameOf(node.property) : undefined;
}

/** The class that `this` is an instance of at a place; nothing in a nested function, or for the class itself. */
function ownerOfThis({ parentOf }: Analysis, node: Node): Class | undefined {
  for (let current: Node | undefined = node; current !== undefined; current = parentOf(current)) {
    switch (current.type) {
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ObjectMethod":
      case "StaticBlock":
        return undefined;
      case "ClassMethod":
      case "ClassPrivateMethod":
      case "ClassProperty":
      case "ClassAccessorProperty":
      case "ClassPrivateProperty": {
        const owner = current.static === true ? undefined : parentOf(parentOf(current) ?? current);
        return owner?.type === "ClassDeclaration" || owner?.type === "ClassExpression" ? owner : undefined;
      }
      default:
    }
  }
  return undefined;
}

/** The values of each field; more than one for a field that has several, or is unclear. */
function valuesOf(owner: Class): ReadonlyMap<string, readonly Node[]> {
  const before = known.get(owner);
  if (before !== undefined) {
    return before;
  }
  const values = new Map<string, Node[]>();
  const add = (name: string | undefined, ...given: Node[]) => {
    if (name !== undefined) {
      values.set(name, [...(values.get(name) ?? []), ...given]);
    }
  };
  walk(owner.body, (node) => {
    const isField =
      node.type === "ClassProperty" || node.type === "ClassAccessorProperty" || node.type === "ClassPrivateProperty";
    if (isField && node.static !== true) {
      add(nameOf(node.key), ...(node.value == null ? [] : [node.value]));
    } else if (node.type === "AssignmentExpression") {
      // Another operator, as in `??=`, leaves open which value it is: two of them express that.
      add(fieldName(node.left), ...(node.operator === "=" ? [node.right] : [node.right, node.right]));
    } else if (node.type === "TSParameterProperty" && node.parameter.type === "Identifier") {
      add(node.parameter.name, node, node);
    }
    return undefined;
  });
  known.set(owner, values);
  return values;
}

function nameOf(key: Node): string | undefined {
  return key.type === "PrivateName" ? `#${key.id.name}` : key.type === "Identifier" ? key.name : undefined;
}
