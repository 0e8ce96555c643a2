import type { Node, ObjectExpression } from "@babel/types";
import { fieldValue } from "../../source/fields.ts";
import { propertyName } from "../../source/resolveApi.ts";
import type { Analysis, Binding } from "../../source/scopes.ts";
import { unwrapped } from "../../source/values.ts";
import { stringOf } from "../constants.ts";
import { asCall, asFunction, asMember, keyOf, propertyOf, settledValue } from "../nodes.ts";

/** Steps from the element of a list to what is used of it: names of properties, and indexes of tuples. */
type Steps = readonly string[];

/**
 * What an expression stands for, one after the other, within a loop over a list that is written out: `route.handler` of
 * `for (const route of routes)`, `handler` of `Object.entries(handlers).forEach(([name, handler]) => …)`, `handlers[name]`.
 */
export function listedValues(analysis: Analysis, expression: Node): Node[] {
  const steps: string[] = [];
  let node = unwrapped(expression);
  for (let member = asMember(node); member !== undefined; member = asMember(node)) {
    const name = propertyName(member);
    if (name === undefined) {
      // Whichever it is at the moment.
      return elementsOf(analysis, member.object).flatMap((element) => valuesAt(analysis, element, steps));
    }
    steps.unshift(name);
    node = unwrapped(member.object);
  }
  const binding = node.type === "Identifier" ? analysis.bindingOf(node) : undefined;
  const loop = binding && loopOf(analysis, binding);
  return loop === undefined
    ? []
    : elementsOf(analysis, loop.list).flatMap((element) => valuesAt(analysis, element, [...loop.steps, ...steps]));
}

/** Whether a name is the variable of a loop: `step` of `for (const step of steps)`. */
export function isLooped(analysis: Analysis, expression: Node): boolean {
  const binding = expression.type === "Identifier" ? analysis.bindingOf(expression) : undefined;
  return binding !== undefined && loopOf(analysis, binding) !== undefined;
}

const iterating = /^(?:forEach|map|filter|flatMap|some|every)$/;

/** The list that a variable goes through, and what it is of each element. */
function loopOf(analysis: Analysis, binding: Binding): { readonly list: Node; readonly steps: Steps } | undefined {
  const { declaration, kind, scope } = binding;
  if (kind === "param") {
    const callee = asMember(asCall(analysis.parentOf(scope.node))?.callee);
    const isFirst = asFunction(scope.node)?.params[0] === declaration;
    const steps = stepsTo(declaration, binding.name);
    return isFirst && steps && callee !== undefined && iterating.test(propertyName(callee) ?? "")
      ? { list: callee.object, steps }
      : undefined;
  }
  const loop =
    declaration.type === "VariableDeclarator"
      ? analysis.parentOf(analysis.parentOf(declaration) ?? declaration)
      : undefined;
  if (loop?.type === "ForOfStatement" && declaration.type === "VariableDeclarator") {
    const steps = stepsTo(declaration.id, binding.name);
    return steps && { list: loop.right, steps };
  }
  if (
    declaration.type === "VariableDeclarator" &&
    declaration.init != null &&
    declaration.id.type === "ObjectPattern"
  ) {
    // `const { path, handler } = route;`
    const of = unwrapped(declaration.init);
    const outer = of.type === "Identifier" ? analysis.bindingOf(of) : undefined;
    const around = outer === undefined || outer === binding ? undefined : loopOf(analysis, outer);
    const steps = stepsTo(declaration.id, binding.name);
    return around && steps && { list: around.list, steps: [...around.steps, ...steps] };
  }
  return undefined;
}

function stepsTo(pattern: Node, name: string): Steps | undefined {
  switch (pattern.type) {
    case "Identifier":
      return pattern.name === name ? [] : undefined;
    case "AssignmentPattern":
      return stepsTo(pattern.left, name);
    case "ArrayPattern": {
      for (const [index, element] of pattern.elements.entries()) {
        const below = element === null ? undefined : stepsTo(element, name);
        if (below !== undefined) {
          return [String(index), ...below];
        }
      }
      return undefined;
    }
    case "ObjectPattern": {
      for (const property of pattern.properties) {
        const below = property.type === "ObjectProperty" ? stepsTo(property.value, name) : undefined;
        const key = property.type === "ObjectProperty" ? keyOf(property) : undefined;
        if (below !== undefined && key !== undefined) {
          return [key, ...below];
        }
      }
      return undefined;
    }
    default:
      return undefined;
  }
}

/** The elements of a list or the values of an object that is written out; of `Object.entries` the tuples have only their second part. */
function elementsOf(analysis: Analysis, list: Node): (Node | Entry)[] {
  const node = settledValue(analysis, fieldValue(analysis, unwrapped(list)) ?? list);
  if (node.type === "ArrayExpression") {
    return node.elements.flatMap((element) =>
      element === null ? [] : element.type === "SpreadElement" ? elementsOf(analysis, element.argument) : [element],
    );
  }
  if (node.type === "ObjectExpression") {
    return [...propertyValues(node), ...spreadIn(analysis, node).flatMap((other) => elementsOf(analysis, other))];
  }
  const call = asCall(node);
  const callee = asMember(call?.callee);
  const [first] = call?.arguments ?? [];
  const isMap = call?.type === "NewExpression" && call.callee.type === "Identifier" && call.callee.name === "Map";
  if (isMap && first !== undefined) {
    return elementsOf(analysis, first);
  }
  if (callee?.object.type !== "Identifier" || callee.object.name !== "Object" || first === undefined) {
    return [];
  }
  const values = elementsOf(analysis, first);
  switch (propertyName(callee)) {
    case "values":
      return values;
    case "entries":
      return values.map((value) => ({ value: value as Node }));
    default:
      return [];
  }
}

/** `[name, value]` of `Object.entries`. */
interface Entry {
  readonly value: Node;
}

function propertyValues({ properties }: ObjectExpression): Node[] {
  return properties.flatMap((property) =>
    property.type === "SpreadElement" ? [] : [property.type === "ObjectMethod" ? property : property.value],
  );
}

/** What an object that is written out takes over: `users` of `{ ...users }`. */
export function spreadIn(analysis: Analysis, expression: Node): Node[] {
  const node = settledValue(analysis, expression);
  return node.type === "ObjectExpression"
    ? node.properties.flatMap((property) => (property.type === "SpreadElement" ? [property.argument] : []))
    : [];
}

function valuesAt(analysis: Analysis, element: Node | Entry, steps: Steps): Node[] {
  const [first, ...rest] = steps;
  if (!("type" in element)) {
    return first === "1" ? valuesAt(analysis, element.value, rest) : [];
  }
  if (first === undefined) {
    return [element];
  }
  const node = settledValue(analysis, element);
  if (node.type === "ArrayExpression") {
    const one = node.elements[Number(first)];
    return one == null ? [] : valuesAt(analysis, one, rest);
  }
  const value = node.type === "ObjectExpression" ? propertyOf(node, first) : undefined;
  return value === undefined || value === "unknown" ? [] : valuesAt(analysis, value, rest);
}

const pathKey = /^(?:path|url|route|endpoint|uri)$/;
const handlerKey = /^(?:handler|handlers|handle|controller|callback|fn)$/;
/** What routes of pages have, which run in a browser. */
const pageKey = /^(?:component|element|Component|redirect|children|lazy|title|icon|label)$/;

/** What answers requests in the description of a route, whoever registers it: `{ method: "get", path: "/users", handler: list }`. */
export function describedHandlers(analysis: Analysis, { properties }: ObjectExpression): Node[] {
  let hasPath = false;
  let hasMethod = false;
  const found: Node[] = [];
  for (const property of properties) {
    const key = property.type === "SpreadElement" ? undefined : keyOf(property);
    if (property.type === "SpreadElement" || key === undefined) {
      continue;
    }
    if (pageKey.test(key)) {
      return [];
    }
    if (handlerKey.test(key)) {
      found.push(property.type === "ObjectMethod" ? property : property.value);
    } else if (property.type === "ObjectProperty") {
      hasMethod ||= /^(?:method|verb|type)$/.test(key) && isVerb(analysis, property.value);
      hasPath ||= pathKey.test(key) && isPath(analysis, property.value);
    }
  }
  return found.length > 0 && hasPath && (hasMethod || found.length === 1) ? found : [];
}

function isVerb(analysis: Analysis, value: Node): boolean {
  const node = settledValue(analysis, value);
  const first = node.type === "ArrayExpression" ? node.elements[0] : node;
  return (
    first != null && /^(?:get|head|post|put|patch|delete|del|options|all|\*)$/i.test(stringOf(analysis, first) ?? "")
  );
}

function isPath(analysis: Analysis, value: Node): boolean {
  const node = settledValue(analysis, value);
  const start = node.type === "TemplateLiteral" ? node.quasis[0]?.value.cooked : stringOf(analysis, node);
  return start?.startsWith("/") === true;
}

/** The fields of a GraphQL schema in `{ Query: { users: () => … }, Mutation: { … } }`. */
export function resolversIn(analysis: Analysis, { properties }: ObjectExpression): Node[] {
  return properties.flatMap((property) => {
    const isRoot =
      property.type === "ObjectProperty" && /^(?:Query|Mutation|Subscription)$/.test(keyOf(property) ?? "");
    const fields = isRoot ? settledValue(analysis, property.value) : undefined;
    return fields?.type === "ObjectExpression" ? propertyValues(fields) : [];
  });
}
