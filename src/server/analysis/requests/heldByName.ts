import type { Class, Identifier, Node } from "@babel/types";
import { fieldValue } from "../../source/fields.ts";
import { type ApiReference, propertyName, resolveName, resolveValue } from "../../source/resolveApi.ts";
import type { Analysis } from "../../source/scopes.ts";
import type { SourceModule } from "../../source/sourceModule.ts";
import { unwrapped } from "../../source/values.ts";
import { stringOf } from "../constants.ts";
import { factsOf } from "../moduleFacts.ts";
import { around, asCall, asMember, bindingValue, keyOf, lastName, settledValue } from "../nodes.ts";

/** Something of another file: an export of it, an object of its class, or what a function of it returns. */
export interface OfFile extends ApiReference {
  readonly made: "new" | "call" | undefined;
}

/** What the value of an expression is of another file of the package. */
export function ofOtherFile(analysis: Analysis, expression: Node): OfFile | undefined {
  const field = fieldValue(analysis, unwrapped(expression));
  const node = settledValue(analysis, field ?? expression);
  const call = asCall(node);
  const api = call?.type === "NewExpression" ? resolveValue(analysis, call.callee) : resolveValue(analysis, node);
  if (api !== undefined) {
    return api.module.startsWith(".")
      ? { ...api, made: call?.type === "NewExpression" ? "new" : undefined }
      : undefined;
  }
  const maker = call === undefined ? undefined : resolveValue(analysis, call.callee);
  if (maker?.module.startsWith(".") === true) {
    return { ...maker, made: "call" };
  }
  const type = typeOf(analysis, unwrapped(expression));
  return type?.module.startsWith(".") === true ? { ...type, made: "new" } : undefined;
}

/** The class that TypeScript says `this.users` or a parameter is of. */
function typeOf(analysis: Analysis, node: Node): ApiReference | undefined {
  const member = asMember(node);
  if (member?.object.type === "ThisExpression") {
    const owner = [...around(analysis, node)].find(
      (parent): parent is Class => parent.type === "ClassDeclaration" || parent.type === "ClassExpression",
    );
    const name = propertyName(member);
    return owner && name !== undefined ? typeOfField(analysis, owner, name) : undefined;
  }
  const binding = node.type === "Identifier" ? analysis.bindingOf(node) : undefined;
  const { declaration } = binding ?? {};
  const written = declaration?.type === "VariableDeclarator" ? declaration.id : declaration;
  return written?.type === "Identifier" ? typeNamed(analysis, written) : undefined;
}

function typeOfField(analysis: Analysis, owner: Class, name: string): ApiReference | undefined {
  for (const member of owner.body.body) {
    if (member.type === "ClassProperty" && keyOf(member) === name && member.typeAnnotation != null) {
      return typeNamed(analysis, member);
    }
    for (const parameter of member.type === "ClassMethod" && member.kind === "constructor" ? member.params : []) {
      const inner = parameter.type === "TSParameterProperty" ? parameter.parameter : undefined;
      if (inner?.type === "Identifier" && inner.name === name) {
        return typeNamed(analysis, inner);
      }
    }
  }
  return undefined;
}

function typeNamed(
  analysis: Analysis,
  { typeAnnotation }: Pick<Identifier, "typeAnnotation">,
): ApiReference | undefined {
  const type = typeAnnotation?.type === "TSTypeAnnotation" ? typeAnnotation.typeAnnotation : undefined;
  return type?.type === "TSTypeReference" && type.typeName.type === "Identifier"
    ? resolveName(analysis, type.typeName.name)
    : undefined;
}

/** A name under which a file hands on something of another: `store` of `app.locals.store = store`. */
export interface Handed {
  readonly name: string;
  readonly of: OfFile;
}

const handed = new WeakMap<SourceModule, readonly Handed[]>();

const putting = /^(?:set|decorate|decorateRequest|provide|register|bind|context|value)$/;

/** What a file puts where others find it by its name, or passes to them. */
export function handedOn(analysis: Analysis): readonly Handed[] {
  const before = handed.get(analysis.module);
  if (before !== undefined) {
    return before;
  }
  const found = new Map<string, Handed>();
  const add = (name: string | undefined, value: Node) => {
    const of = name === undefined || name.length < 2 || found.has(name) ? undefined : ofOtherFile(analysis, value);
    if (of !== undefined && name !== undefined) {
      found.set(name, { name, of });
    }
  };
  const { calls, assignments } = factsOf(analysis);
  for (const { left, right } of assignments) {
    const member = asMember(left);
    add(member && propertyName(member), right);
  }
  for (const { node, method } of calls) {
    const [first, second] = node.arguments;
    if (putting.test(method ?? "") && first !== undefined && second !== undefined) {
      add(stringOf(analysis, first), second);
    }
    for (const argument of node.arguments) {
      if (argument.type === "Identifier") {
        add(argument.name, argument);
      } else if (argument.type === "ObjectExpression") {
        for (const property of argument.properties) {
          if (property.type === "ObjectProperty") {
            add(keyOf(property), property.value);
          }
        }
      }
    }
  }
  const all = [...found.values()];
  handed.set(analysis.module, all);
  return all;
}

/** A call of something that is known by a name only. */
export interface Ask {
  readonly method: string;
  readonly call: Node;
}

const asked = new WeakMap<SourceModule, ReadonlyMap<string, readonly Ask[]>>();

const getting = /^(?:get|resolve|inject|use|make|cradle)$/;

/** The calls of a file on what it only has by a name: `store.add` of `req.app.locals.store.add()`, by `store`. */
export function asksOf(analysis: Analysis): ReadonlyMap<string, readonly Ask[]> {
  const before = asked.get(analysis.module);
  if (before !== undefined) {
    return before;
  }
  const found = new Map<string, Ask[]>();
  for (const { node, method, receiver } of factsOf(analysis).calls) {
    const name = receiver === undefined || method === undefined ? undefined : nameAsked(analysis, receiver);
    if (name !== undefined && method !== undefined) {
      found.set(name, [...(found.get(name) ?? []), { method, call: node }]);
    }
  }
  asked.set(analysis.module, found);
  return found;
}

/** The name by which something is had that no import leads to. */
export function nameAsked(analysis: Analysis, expression: Node, depth = 0): string | undefined {
  const node = unwrapped(expression);
  const call = asCall(node);
  if (call !== undefined) {
    const [first] = call.arguments;
    const isGet = getting.test(lastName(call.callee) ?? "") && asMember(call.callee) !== undefined;
    return isGet && first !== undefined && call.arguments.length === 1 ? stringOf(analysis, first) : undefined;
  }
  const member = asMember(node);
  if (member !== undefined) {
    return fieldValue(analysis, node) === undefined && resolveValue(analysis, node) === undefined
      ? propertyName(member)
      : undefined;
  }
  const binding = node.type === "Identifier" ? analysis.bindingOf(node) : undefined;
  if (binding === undefined || node.type !== "Identifier") {
    return undefined;
  }
  if (binding.kind === "param") {
    return binding.name;
  }
  const { declaration } = binding;
  const value = bindingValue(binding);
  if (value !== undefined && depth < 2) {
    return nameAsked(analysis, value, depth + 1);
  }
  // `const { store } = req.app.locals`
  const isTaken = declaration.type === "VariableDeclarator" && declaration.id.type === "ObjectPattern";
  return isTaken && resolveValue(analysis, node) === undefined ? binding.name : undefined;
}
