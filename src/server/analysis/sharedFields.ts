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
import { around, asMember, bindingValue, keyOf, lastName, settledValue } from "./nodes.ts";
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
function holdersElsewhere(analysis: Analysis, { id }: Class, depth = 0): string[] {
  const importers = id == null ? [] : (analysis.files?.importers(analysis.module, /\bnew\s/) ?? []);
  return importers.flatMap((file) => {
    const isOurs = (value: Node) => {
      const api = value.type === "NewExpression" ? resolveApi(file, value) : undefined;
      const leadsHere = api !== undefined && file.files?.leadsTo(file.module, api.module, analysis.module) === true;
      const made = leadsHere ? exportedValue(analysis, api.name) : undefined;
      return made?.analysis === analysis && settledClass(analysis, made.node) === id;
    };
    return factsOf(file).isTest ? [] : [...holdersOf(file, isOurs), ...fieldsWith(file, isOurs, depth)];
  });
}

/** The fields in which an object of a server, of which there is one as well, holds such a one. */
function fieldsWith(file: Analysis, matches: (value: Node) => boolean, depth: number): string[] {
  return factsOf(file).calls.flatMap(({ node }) => {
    const parent = file.parentOf(node);
    const field =
      parent?.type === "AssignmentExpression" && asMember(parent.left)?.object.type === "ThisExpression"
        ? lastName(parent.left)
        : parent?.type === "ClassProperty"
          ? keyOf(parent)
          : undefined;
    const around = field === undefined || !matches(node) ? undefined : classAround(file, node);
    return field !== undefined && around !== undefined && isSingle(file, around, depth) ? [field] : [];
  });
}

/** A class that makes a server listen, or of which a module makes one object. */
function isSingle(file: Analysis, owner: Class, depth: number): boolean {
  const { start, end } = owner;
  return (
    factsOf(file).listens.some(({ call }) => (call.start ?? 0) > (start ?? 0) && (call.end ?? 0) < (end ?? 0)) ||
    holdersOf(file, (value) => classOf(file, value) === owner).length > 0 ||
    (depth < deepest && holdersElsewhere(file, owner, depth + 1).length > 0)
  );
}

/** Objects in fields of objects are followed to this depth. */
const deepest = 2;

function classAround(analysis: Analysis, node: Node): Class | undefined {
  return [...around(analysis, node)].find(
    (parent): parent is Class => parent.type === "ClassDeclaration" || parent.type === "ClassExpression",
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
