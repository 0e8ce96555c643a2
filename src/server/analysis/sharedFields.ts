import type { Class, Node, ObjectExpression } from "@babel/types";
import { resolveApi } from "../source/resolveApi.ts";
import type { Analysis } from "../source/scopes.ts";
import { unwrapped } from "../source/values.ts";
import { walk } from "../source/walk.ts";
import { exportedValue } from "./exportedFunctions.ts";
import { appValues } from "./held/appValues.ts";
import { classOf } from "./methods.ts";
import { factsOf } from "./moduleFacts.ts";
import { isContainer } from "./mutations.ts";
import { asMember, bindingValue, keyOf, settledValue } from "./nodes.ts";
import { nestRequestPath } from "./requests/nestClasses.ts";
import { isNestSingleton } from "./requests/nestSingleton.ts";
import { requestPathOf } from "./requests/requestPath.ts";

/** A field that holds something, of an object that each worker has its own copy of. */
export interface SharedField {
  readonly name: string;
  /** The names of its owners: the class, and the variables that hold the object. */
  readonly owners: readonly string[];
  readonly init: Node;
  /** Each `this.field`. */
  readonly places: readonly Node[];
  readonly inRequest: (node: Node) => boolean;
}

/** The fields of Nest's controllers and services, what an app keeps by a name, and the fields of a module's single objects whose methods run for a request. */
export function sharedFields(analysis: Analysis): SharedField[] {
  const path = requestPathOf(analysis);
  const inPath = (node: Node) => path.has(node);
  const fields = factsOf(analysis).classes.flatMap((owner) => {
    if (isNestSingleton(analysis, owner)) {
      return fieldsOf(analysis, owner, [], nestRequestPath(analysis, owner));
    }
    const own = holdersOf(analysis, (value) => classOf(analysis, value) === owner);
    const holders = own.length > 0 || path.functions.size === 0 ? own : holdersElsewhere(analysis, owner);
    return holders.length === 0 || path.functions.size === 0 ? [] : fieldsOf(analysis, owner, holders, inPath);
  });
  for (const { name, value } of path.functions.size === 0 ? [] : topValues(analysis)) {
    if (value.type === "ObjectExpression") {
      fields.push(...fieldsOf(analysis, value, [name], inPath));
    }
  }
  for (const { name, init, places } of path.functions.size === 0 ? [] : appValues(analysis)) {
    if (init.type === "NumericLiteral" || isContainer(analysis, init)) {
      fields.push({ name, owners: [], init, places, inRequest: inPath });
    }
  }
  return fields;
}

/** The names at the top of the module whose value is such a one. */
function holdersOf(analysis: Analysis, matches: (value: Node) => boolean): string[] {
  return topValues(analysis)
    .filter(({ value }) => matches(value))
    .map(({ name }) => name);
}

/** The same in files that import the class. */
function holdersElsewhere(analysis: Analysis, { id }: Class): string[] {
  const importers = id == null ? [] : (analysis.files?.importers(analysis.module, /\bnew\s/) ?? []);
  return importers.flatMap((file) =>
    factsOf(file).isTest
      ? []
      : holdersOf(file, (value) => {
          const api = value.type === "NewExpression" ? resolveApi(file, value) : undefined;
          const isOurs = api !== undefined && file.files?.leadsTo(file.module, api.module, analysis.module) === true;
          const made = isOurs ? exportedValue(analysis, api.name) : undefined;
          return made?.analysis === analysis && settledClass(analysis, made.node) === id;
        }),
  );
}

/** The name of the class that an expression gives. */
function settledClass(analysis: Analysis, expression: Node): Class["id"] {
  const node = settledValue(analysis, expression);
  return node.type === "ClassDeclaration" || node.type === "ClassExpression" ? node.id : undefined;
}

function topValues({ root }: Analysis): { readonly name: string; readonly value: Node }[] {
  return [...root.bindings.values()].flatMap((binding) => {
    const value = binding.declaration.type === "VariableDeclarator" ? bindingValue(binding) : undefined;
    return value === undefined ? [] : [{ name: binding.name, value: unwrapped(value) }];
  });
}

function fieldsOf(
  analysis: Analysis,
  owner: Class | ObjectExpression,
  holders: readonly string[],
  inRequest: SharedField["inRequest"],
): SharedField[] {
  const own = owner.type !== "ObjectExpression" && owner.id != null ? [owner.id.name] : [];
  const members: readonly Node[] = owner.type === "ObjectExpression" ? owner.properties : owner.body.body;
  const declared = members.flatMap((member) => {
    const isField =
      member.type === "ClassProperty" ||
      member.type === "ClassAccessorProperty" ||
      member.type === "ClassPrivateProperty" ||
      member.type === "ObjectProperty";
    return isField && member.value != null ? [{ name: keyOf(member), value: member.value }] : [];
  });
  return [...declared, ...setInConstructor(members)].flatMap(({ name, value }) => {
    const init = unwrapped(value);
    const isState = init.type === "NumericLiteral" || isContainer(analysis, init);
    return name === undefined || !isState
      ? []
      : [{ name, owners: [...own, ...holders], init, places: placesOf(owner, name), inRequest }];
  });
}

/** The fields that a constructor assigns. */
function setInConstructor(members: readonly Node[]): { readonly name: string | undefined; readonly value: Node }[] {
  const made = members.find((member) => member.type === "ClassMethod" && member.kind === "constructor");
  return made?.type !== "ClassMethod"
    ? []
    : made.body.body.flatMap((statement) => {
        const assigned = statement.type === "ExpressionStatement" ? statement.expression : undefined;
        const target = assigned?.type === "AssignmentExpression" ? asMember(assigned.left) : undefined;
        return assigned?.type === "AssignmentExpression" && target?.object.type === "ThisExpression"
          ? [{ name: keyOf({ key: target.property, computed: target.computed }), value: assigned.right }]
          : [];
      });
}

function placesOf(owner: Class | ObjectExpression, name: string): Node[] {
  const found: Node[] = [];
  walk(owner.type === "ObjectExpression" ? owner : owner.body, (node) => {
    const member = asMember(node);
    if (
      member?.object.type === "ThisExpression" &&
      keyOf({ key: member.property, computed: member.computed }) === name
    ) {
      found.push(node);
    }
    return undefined;
  });
  return found;
}
