import type { Node } from "@babel/types";
import { propertyName } from "../../source/resolveApi.ts";
import type { Analysis, Binding } from "../../source/scopes.ts";
import { unwrapped } from "../../source/values.ts";
import { isContainer, type Use, useOf } from "../mutations.ts";
import { asCall, asFunction, asMember, keyOf, settledValue } from "../nodes.ts";

/** How a use of a variable affects what it holds, and where that is written. */
export interface PlacedUse {
  readonly use: Use;
  readonly place: Node;
}

/**
 * The uses of what a reference holds: there, by a variable that it is put into, or in a function of this file that is
 * given it.
 *
 * @param element What a map or a list has under a key, if that can be changed itself.
 */
export function usesThrough(
  analysis: Analysis,
  reference: Node,
  init: Node | undefined,
  element?: Node | undefined,
): PlacedUse[] {
  const use = useOf(analysis, reference, init);
  const part =
    use.kind === "read" ? (elementAt(analysis, reference, element) ?? partAt(analysis, reference, init)) : undefined;
  if (part === undefined) {
    return [{ use, place: reference }];
  }
  const parent = analysis.parentOf(part.top);
  if (parent?.type === "VariableDeclarator" && parent.init === part.top && parent.id.type === "Identifier") {
    const alias = analysis.bindingOf(parent.id);
    return alias === undefined || alias.assignments.length > 0
      ? [{ use, place: reference }]
      : alias.references.map((place) => ({ use: useOf(analysis, place, part.value), place }));
  }
  const call = asCall(parent);
  const given = call?.arguments.indexOf(part.top as never) ?? -1;
  const called = call === undefined || given < 0 ? undefined : asFunction(settledValue(analysis, call.callee));
  const parameter = called?.params[given];
  const binding = parameter?.type === "Identifier" ? analysis.bindingOf(parameter) : undefined;
  const kind = binding && changeOf(analysis, binding, part.value);
  return [{ use: kind === undefined || call === undefined ? use : { kind, node: call }, place: reference }];
}

/** `sets.get(key)`, `sets[key]` */
function elementAt(
  analysis: Analysis,
  reference: Node,
  element: Node | undefined,
): { readonly top: Node; readonly value: Node } | undefined {
  const parent = element === undefined ? undefined : analysis.parentOf(reference);
  const member = asMember(parent);
  if (element === undefined || parent === undefined || member?.object !== reference) {
    return undefined;
  }
  const call = asCall(analysis.parentOf(parent));
  const isGot = call?.callee === parent && propertyName(member) === "get";
  return isGot && call !== undefined
    ? { top: call, value: element }
    : member.computed && propertyName(member) === undefined
      ? { top: parent, value: element }
      : undefined;
}

/** What a function does to a parameter that it is given a list or a map by. */
function changeOf(analysis: Analysis, { references }: Binding, value: Node): "add" | "remove" | undefined {
  const kinds = references.map((reference) => useOf(analysis, reference, value).kind);
  return kinds.includes("add") || kinds.includes("assign") ? "add" : kinds.includes("remove") ? "remove" : undefined;
}

/** The container that a reference with its properties stands for: `maps[kind]` of `{ a: new Map(), b: new Map() }`. */
function partAt(
  analysis: Analysis,
  reference: Node,
  init: Node | undefined,
): { readonly top: Node; readonly value: Node } | undefined {
  let top = reference;
  let value = init && unwrapped(init);
  for (
    let member = asMember(analysis.parentOf(top));
    member?.object === top;
    member = asMember(analysis.parentOf(top))
  ) {
    const name = propertyName(member);
    const property =
      value?.type === "ObjectExpression"
        ? value.properties.find((one) => one.type === "ObjectProperty" && (name === undefined || keyOf(one) === name))
        : undefined;
    value = property?.type === "ObjectProperty" ? unwrapped(property.value) : undefined;
    top = member;
  }
  return value !== undefined && isContainer(analysis, value) ? { top, value } : undefined;
}
