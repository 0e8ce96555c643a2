import type { Node } from "@babel/types";
import { propertyName } from "../../source/resolveApi.ts";
import type { Analysis } from "../../source/scopes.ts";
import { unwrapped } from "../../source/values.ts";
import { nodesOf } from "../../source/walk.ts";
import { factsOf } from "../moduleFacts.ts";
import { asMember, functionAround } from "../nodes.ts";
import type { AppValue } from "./appValues.ts";

const setting = /\b(?:global|globalThis)\.\w+\s*=[^=]/;

/** What a file uses of what is set on the global object: `global.users`, and `users` alone; it may be set in another file. */
export function globalValues(analysis: Analysis): AppValue[] {
  const values = new Map(valuesIn(analysis));
  for (const file of analysis.files?.beside(analysis.module, setting) ?? []) {
    for (const [name, value] of factsOf(file).isTest ? [] : valuesIn(file)) {
      values.set(name, values.get(name) ?? value);
    }
  }
  if (values.size === 0) {
    return [];
  }
  const places = new Map<string, Node[]>();
  const add = (name: string | undefined, node: Node) => {
    if (name !== undefined && values.has(name)) {
      places.set(name, [...(places.get(name) ?? []), node]);
    }
  };
  const { program } = analysis.module.ast;
  for (const node of nodesOf(program, "MemberExpression", "OptionalMemberExpression")) {
    add(isGlobal(analysis, node.object) ? propertyName(node) : undefined, node);
  }
  for (const node of nodesOf(program, "Identifier")) {
    const parent = values.has(node.name) ? analysis.parentOf(node) : undefined;
    const member = asMember(parent);
    const isName = member?.property === node && !member.computed;
    const isKey = parent?.type === "ObjectProperty" && parent.key === node && !parent.computed && !parent.shorthand;
    add(
      parent !== undefined && !isName && !isKey && analysis.bindingOf(node) === undefined ? node.name : undefined,
      node,
    );
  }
  return [...places].flatMap(([name, found]) => {
    const init = values.get(name);
    return init === undefined ? [] : [{ name, init, places: found.sort((a, b) => (a.start ?? 0) - (b.start ?? 0)) }];
  });
}

/** What a file sets when it is loaded. */
function valuesIn(analysis: Analysis): [string, Node][] {
  if (!setting.test(analysis.module.text)) {
    return [];
  }
  return factsOf(analysis).assignments.flatMap((assignment): [string, Node][] => {
    const member = asMember(assignment.left);
    const name = member && isGlobal(analysis, member.object) ? propertyName(member) : undefined;
    const isAtTop = assignment.operator === "=" && functionAround(analysis, assignment) === undefined;
    return name !== undefined && isAtTop ? [[name, unwrapped(assignment.right)]] : [];
  });
}

function isGlobal(analysis: Analysis, node: Node): boolean {
  const inner = unwrapped(node);
  return (
    inner.type === "Identifier" && /^(?:global|globalThis)$/.test(inner.name) && analysis.bindingOf(inner) === undefined
  );
}
