import type { Node } from "@babel/types";
import { propertyName } from "../../source/resolveApi.ts";
import type { Analysis } from "../../source/scopes.ts";
import { unwrapped } from "../../source/values.ts";
import { nodesOf } from "../../source/walk.ts";
import { stringOf } from "../constants.ts";
import { factsOf } from "../moduleFacts.ts";
import { asCall, asMember, keyOf, lastName } from "../nodes.ts";

/** A value that an app keeps for its requests by a name: `app.locals.users`, or `app.get("users")` of `app.set("users", …)`. */
export interface AppValue {
  readonly name: string;
  readonly init: Node;
  /** Where this file uses it, also by a variable that it is put into. */
  readonly places: readonly Node[];
}

/** What a file uses of the values of its app, in source order; their first values may be in another file. */
export function appValues(analysis: Analysis): AppValue[] {
  const places = new Map<string, Node[]>();
  const add = (name: string | undefined, ...found: readonly Node[]) => {
    if (name !== undefined) {
      places.set(name, [...(places.get(name) ?? []), ...found]);
    }
  };
  if (!/\blocals\b|\.get\(["'`]/.test(analysis.module.text)) {
    return [];
  }
  const { program } = analysis.module.ast;
  for (const member of nodesOf(program, "MemberExpression", "OptionalMemberExpression")) {
    if (isLocals(member)) {
      const parent = analysis.parentOf(member);
      const isOwner = asMember(parent)?.object === member;
      add(isOwner ? propertyName(parent as typeof member) : undefined, ...usesOf(analysis, parent ?? member));
      for (const { name, uses } of isOwner ? [] : takenOf(analysis, member)) {
        add(name, ...uses);
      }
    }
  }
  for (const { node, method, receiver } of factsOf(analysis).calls) {
    const [first, second] = method === "get" ? node.arguments : [];
    if (
      first !== undefined &&
      second === undefined &&
      /^(?:app|application)$/.test((receiver && lastName(receiver)) ?? "")
    ) {
      add(stringOf(analysis, first), ...usesOf(analysis, node));
    }
  }
  return [...places].flatMap(([name, found]) => {
    const init = firstValue(analysis, name);
    return init === undefined ? [] : [{ name, init, places: found.sort((a, b) => (a.start ?? 0) - (b.start ?? 0)) }];
  });
}

/** `app.locals`; `res.locals` are of one request. */
function isLocals(node: Node): boolean {
  const member = asMember(node);
  return (
    member !== undefined &&
    propertyName(member) === "locals" &&
    !/^_?res(?:ponse)?$/.test(lastName(member.object) ?? "")
  );
}

/** A place itself, or where the variable is used that it is put into. */
function usesOf(analysis: Analysis, place: Node): readonly Node[] {
  const parent = analysis.parentOf(place);
  const id = parent?.type === "VariableDeclarator" && parent.init === place ? parent.id : undefined;
  return id?.type === "Identifier" ? (analysis.bindingOf(id)?.references ?? []) : [place];
}

/** `const { users } = req.app.locals` */
function takenOf(analysis: Analysis, locals: Node): { readonly name: string; readonly uses: readonly Node[] }[] {
  const parent = analysis.parentOf(locals);
  const pattern = parent?.type === "VariableDeclarator" && parent.init === locals ? parent.id : undefined;
  return pattern?.type !== "ObjectPattern"
    ? []
    : pattern.properties.flatMap((property) => {
        const name = property.type === "ObjectProperty" ? keyOf(property) : undefined;
        const binding =
          property.type === "ObjectProperty" && property.value.type === "Identifier"
            ? analysis.bindingOf(property.value)
            : undefined;
        return name === undefined || binding === undefined ? [] : [{ name, uses: binding.references }];
      });
}

/** What an app begins with under a name, in this file or another of its process. */
function firstValue(analysis: Analysis, name: string): Node | undefined {
  const word = name.replace(/[^\w]/g, ".");
  const others = () =>
    analysis.files?.beside(analysis.module, new RegExp(`locals\\.${word}\\b|["'\`]${word}["'\`]`)) ?? [];
  return (
    valueIn(analysis, name) ??
    others().reduce<Node | undefined>((found, file) => found ?? valueIn(file, name), undefined)
  );
}

function valueIn(analysis: Analysis, name: string): Node | undefined {
  const { assignments, calls } = factsOf(analysis);
  for (const { left, right } of assignments) {
    const member = asMember(left);
    if (member !== undefined && propertyName(member) === name && isLocals(unwrapped(member.object))) {
      return unwrapped(right);
    }
  }
  for (const { node, method } of calls) {
    const [first, second] = method === "set" ? node.arguments : [];
    if (
      first !== undefined &&
      second !== undefined &&
      stringOf(analysis, first) === name &&
      asCall(node) !== undefined
    ) {
      return unwrapped(second);
    }
  }
  return undefined;
}
