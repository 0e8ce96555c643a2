import type { Node } from "@babel/types";
import type { FunctionNode } from "../../source/declare.ts";
import type { Analysis, Binding } from "../../source/scopes.ts";
import { walk } from "../../source/walk.ts";
import { callsOf } from "../atStart.ts";
import { isContainer, type Use, useOf } from "../mutations.ts";
import { asFunction, functionAround, settledValue } from "../nodes.ts";
import { requestPathOf } from "../requests/requestPath.ts";
import { rootOf } from "./rootOf.ts";
import { usesThrough } from "./usesThrough.ts";

/** What a request does with a part of a variable that a function has given it: `getMap("clients").set(id, client)`. */
export interface GivenUse {
  readonly use: Use;
  /** Where the variable is read in the function. */
  readonly place: Node;
}

/** The uses in requests of what functions give out of a variable that holds maps, lists or objects by their names. */
export function givenUses(analysis: Analysis, binding: Binding): GivenUse[] {
  const part = partOf(analysis, binding);
  const givers = part === undefined ? [] : giversOf(analysis, binding);
  return givers.flatMap(({ giver, place }) =>
    callsOf(analysis, giver).flatMap(({ file, call }) => {
      const variable = file.parentOf(call);
      const id = variable?.type === "VariableDeclarator" && variable.init === call ? variable.id : undefined;
      const places: readonly Node[] =
        id?.type === "Identifier" ? (file.bindingOf(id)?.references ?? []) : id === undefined ? [call] : [];
      return places
        .filter((one) => requestPathOf(file).has(one))
        .flatMap((one) => usesThrough(file, one, part).map(({ use }) => ({ use, place })));
    }),
  );
}

/** A value that is put into a variable under a name, if it is a container itself. */
export function partOf(analysis: Analysis, { references, init }: Binding): Node | undefined {
  for (const reference of references) {
    const use = useOf(analysis, reference, init);
    const last = use.node.type === "CallExpression" && use.kind === "add" ? use.node.arguments.at(-1) : undefined;
    const value = "value" in use && use.node !== reference ? use.value : last;
    const settled = value && settledValue(analysis, value);
    if (settled !== undefined && isContainer(analysis, settled) && use.kind !== "read") {
      return settled;
    }
  }
  return undefined;
}

/** The functions that return a part of a variable. */
function giversOf(analysis: Analysis, binding: Binding): { readonly giver: FunctionNode; readonly place: Node }[] {
  const found = new Map<FunctionNode, Node>();
  for (const reference of binding.references) {
    const giver = functionAround(analysis, reference);
    if (giver !== undefined && !found.has(giver) && gives(analysis, giver, binding)) {
      found.set(giver, reference);
    }
  }
  return [...found].map(([giver, place]) => ({ giver, place }));
}

function gives(analysis: Analysis, { body }: FunctionNode, binding: Binding): boolean {
  const isPart = (value: Node) => rootOf(analysis, value) === binding && value.type !== "Identifier";
  if (body.type !== "BlockStatement") {
    return isPart(body);
  }
  let found = false;
  walk(body, (node) => {
    const value = node.type === "ReturnStatement" ? node.argument : undefined;
    found ||=
      value != null && (isPart(value) || (value.type === "Identifier" && isPart(settledValue(analysis, value))));
    return found || asFunction(node) !== undefined ? "skip" : undefined;
  });
  return found;
}
