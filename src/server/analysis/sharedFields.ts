import type { Class, Node, ObjectExpression } from "@babel/types";
import type { Analysis } from "../source/scopes.ts";
import { unwrapped } from "../source/values.ts";
import { walk } from "../source/walk.ts";
import { appValues } from "./held/appValues.ts";
import { globalValues } from "./held/globalValues.ts";
import { lastingHolders } from "./held/lastingObjects.ts";
import { factsOf } from "./moduleFacts.ts";
import { isContainer } from "./mutations.ts";
import { asMember, bindingValue, keyOf } from "./nodes.ts";
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
    const isAsked = path.functions.size > 0 && isStateful(analysis, owner) && !connects(analysis, owner);
    const holders = isAsked ? lastingHolders(analysis, owner) : undefined;
    return [
      ...(isAsked ? staticFields(analysis, owner, inPath) : []),
      ...(holders === undefined ? [] : fieldsOf(analysis, owner, holders, inPath)),
    ];
  });
  for (const { name, value } of path.functions.size === 0 ? [] : topValues(analysis)) {
    if (value.type === "ObjectExpression") {
      fields.push(...fieldsOf(analysis, value, [name], inPath));
    }
  }
  const named = path.functions.size === 0 ? [] : [...appValues(analysis), ...globalValues(analysis)];
  for (const { name, init, places } of named) {
    if (init.type === "NumericLiteral" || isContainer(analysis, init)) {
      fields.push({ name, owners: [], init, places, inRequest: inPath });
    }
  }
  return fields;
}

/** What connects to another server: `new WebSocket(url)`, `net.connect(port)`. */
const connecting =
  /^(?:ws#(?:default|WebSocket)|globals#WebSocket|net#(?:connect|createConnection)|tls#connect|mqtt#connect|socket\.io-client#(?:default|io))$/;

/** Whether an object of a class has a connection to another server, to which what it keeps belongs. */
function connects(analysis: Analysis, { start, end }: Class): boolean {
  return factsOf(analysis).calls.some(
    ({ node, api }) =>
      api !== undefined &&
      connecting.test(api) &&
      (node.start ?? 0) > (start ?? 0) &&
      (node.end ?? 0) < (end ?? 0) &&
      analysis.parentOf(node)?.type !== "ExpressionStatement",
  );
}

/** Whether a class has fields that may be changed by its methods. */
function isStateful(analysis: Analysis, { body }: Class): boolean {
  const values = [
    ...fieldValues(body.body).map(({ value }) => value),
    ...body.body.flatMap((member) => (member.type === "ClassProperty" && member.value != null ? [member.value] : [])),
  ];
  return values.some((value) => isState(analysis, unwrapped(value)));
}

function isState(analysis: Analysis, init: Node): boolean {
  return init.type === "NumericLiteral" || isContainer(analysis, init);
}

/** `static users = []` of a class, which there is once in a worker: `Store.users`, and `this.users` in its static methods. */
function staticFields(analysis: Analysis, owner: Class, inRequest: SharedField["inRequest"]): SharedField[] {
  const { id, body } = owner;
  const binding = id == null ? undefined : analysis.bindingOf(id);
  return body.body.flatMap((member) => {
    const isField =
      (member.type === "ClassProperty" || member.type === "ClassPrivateProperty") && member.static === true;
    const name = isField ? keyOf(member) : undefined;
    const init = isField && member.value != null ? unwrapped(member.value) : undefined;
    if (name === undefined || init === undefined || id == null || !isState(analysis, init)) {
      return [];
    }
    const named = (binding?.references ?? []).flatMap((reference): Node[] => {
      const parent = analysis.parentOf(reference);
      const use = asMember(parent);
      return parent !== undefined &&
        use?.object === reference &&
        keyOf({ key: use.property, computed: use.computed }) === name
        ? [parent]
        : [];
    });
    const own = body.body.flatMap((method) =>
      method.type === "ClassMethod" && method.static === true ? placesIn(method, name) : [],
    );
    const places = [...named, ...own].sort((a, b) => (a.start ?? 0) - (b.start ?? 0));
    return [{ name, owners: [id.name], init, places, inRequest }];
  });
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
  return fieldValues(members).flatMap(({ name, value }) => {
    const init = unwrapped(value);
    return name === undefined || !isState(analysis, init)
      ? []
      : [
          {
            name,
            owners: [...own, ...holders],
            init,
            places: placesIn(owner.type === "ObjectExpression" ? owner : owner.body, name),
            inRequest,
          },
        ];
  });
}

/** The fields that are declared, and those that the constructor assigns; no static ones. */
function fieldValues(members: readonly Node[]): { readonly name: string | undefined; readonly value: Node }[] {
  const declared = members.flatMap((member) => {
    const isField =
      member.type === "ClassProperty" ||
      member.type === "ClassAccessorProperty" ||
      member.type === "ClassPrivateProperty" ||
      member.type === "ObjectProperty";
    const isStatic = isField && "static" in member && member.static === true;
    return isField && !isStatic && member.value != null ? [{ name: keyOf(member), value: member.value }] : [];
  });
  return [...declared, ...setInConstructor(members)];
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

function placesIn(part: Node, name: string): Node[] {
  const found: Node[] = [];
  walk(part, (node) => {
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
