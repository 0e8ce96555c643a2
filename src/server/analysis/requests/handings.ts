import type { Class, Node } from "@babel/types";
import type { FunctionNode } from "../../source/declare.ts";
import { propertyName, resolveApi } from "../../source/resolveApi.ts";
import type { Analysis, Binding } from "../../source/scopes.ts";
import type { SourceModule } from "../../source/sourceModule.ts";
import { walk } from "../../source/walk.ts";
import { exportedValue } from "../exportedFunctions.ts";
import { type CallSite, factsOf } from "../moduleFacts.ts";
import { asCall, asFunction, asMember, keyOf, settledValue } from "../nodes.ts";
import { takesHandlers } from "./frameworks.ts";
import { type OfFile, ofOtherFile } from "./heldByName.ts";

/** What a call of a function or class of another file is given, as an argument or as a property of one. */
export interface Handing {
  /** What is given, where it is of another file. */
  readonly of: OfFile | undefined;
  /** What is given, where it is a function of this file. */
  readonly own: FunctionNode | undefined;
  readonly call: CallSite["node"];
  readonly index: number;
  readonly key: string | undefined;
}

/** A place where what was handed on is called: itself, or a method of it. A handler of requests is at no place. */
export interface HandedUse {
  readonly file: Analysis;
  readonly method: string | undefined;
  readonly place: Node | undefined;
}

const known = new WeakMap<SourceModule, readonly Handing[]>();

/** What a file hands on to functions and classes of other files: `createRouter(service)`, `new Users({ hash })`. */
export function handingsOf(analysis: Analysis): readonly Handing[] {
  const before = known.get(analysis.module);
  if (before !== undefined) {
    return before;
  }
  const found: Handing[] = [];
  for (const { node } of factsOf(analysis).calls) {
    const isElsewhere = node.arguments.length > 0 && resolveApi(analysis, node)?.module.startsWith(".") === true;
    for (const [index, argument] of isElsewhere ? node.arguments.entries() : []) {
      const add = (value: Node, key: string | undefined) => {
        const own = asFunction(value) ?? asFunction(settledValue(analysis, value));
        const of = own === undefined ? ofOtherFile(analysis, value) : undefined;
        if (own !== undefined || of !== undefined) {
          found.push({ of, own, call: node, index, key });
        }
      };
      const value = settledValue(analysis, argument);
      if (value.type !== "ObjectExpression") {
        add(argument, undefined);
        continue;
      }
      for (const property of value.properties) {
        if (property.type !== "SpreadElement") {
          add(property.type === "ObjectMethod" ? property : property.value, keyOf(property));
        }
      }
    }
  }
  known.set(analysis.module, found);
  return found;
}

/** Where the function or class that is called uses what it is given. */
export function usesOfHanding(analysis: Analysis, { call, index, key }: Handing): HandedUse[] {
  const api = resolveApi(analysis, call);
  const from = api && analysis.files?.imported(analysis.module, api.module);
  const value = api && from && exportedValue(from, api.name);
  const owner = value && settledValue(value.analysis, value.node);
  if (value === undefined || owner === undefined) {
    return [];
  }
  const file = value.analysis;
  const isClass = owner.type === "ClassDeclaration" || owner.type === "ClassExpression";
  const made = isClass ? constructorOf(owner) : asFunction(owner);
  const parameter = made?.params[index];
  const inner = parameter?.type === "TSParameterProperty" ? parameter.parameter : parameter;
  const pattern = inner?.type === "AssignmentPattern" ? inner.left : inner;
  const fields = isClass ? fieldsOf(file, owner, pattern, parameter?.type === "TSParameterProperty") : [];
  return [
    ...(pattern === undefined ? [] : usesOfPattern(file, pattern, key)),
    ...fields.flatMap((node) => usesOf(file, node, key)),
  ];
}

function constructorOf({ body }: Class): FunctionNode | undefined {
  return asFunction(body.body.find((member) => member.type === "ClassMethod" && member.kind === "constructor"));
}

/** The places of `this.users` in a class, of which the constructor sets the field to a parameter. */
function fieldsOf(file: Analysis, owner: Class, parameter: Node | undefined, isField: boolean): Node[] {
  if (parameter?.type !== "Identifier") {
    return [];
  }
  const names = new Set(isField ? [parameter.name] : []);
  for (const use of file.bindingOf(parameter)?.references ?? []) {
    const parent = file.parentOf(use);
    const target = parent?.type === "AssignmentExpression" && parent.right === use ? asMember(parent.left) : undefined;
    if (target?.object.type === "ThisExpression") {
      names.add(keyOf({ key: target.property, computed: target.computed }) ?? "");
    }
  }
  const found: Node[] = [];
  walk(owner.body, (node) => {
    const member = asMember(node);
    const name = member && keyOf({ key: member.property, computed: member.computed });
    if (member?.object.type === "ThisExpression" && name !== undefined && names.has(name)) {
      found.push(node);
    }
    return undefined;
  });
  return found;
}

function usesOfPattern(file: Analysis, pattern: Node, key: string | undefined): HandedUse[] {
  if (pattern.type === "Identifier") {
    return usesOfBinding(file, file.bindingOf(pattern), key);
  }
  const properties = pattern.type === "ObjectPattern" && key !== undefined ? pattern.properties : [];
  return properties.flatMap((property) => {
    const value = property.type === "ObjectProperty" && keyOf(property) === key ? property.value : undefined;
    const name = value?.type === "AssignmentPattern" ? value.left : value;
    return name?.type === "Identifier" ? usesOfBinding(file, file.bindingOf(name), undefined) : [];
  });
}

function usesOfBinding(file: Analysis, binding: Binding | undefined, key: string | undefined): HandedUse[] {
  return (binding?.references ?? []).flatMap((use) => usesOf(file, use, key));
}

/** What is done at a place with what stands there, or with a property of it. */
function usesOf(file: Analysis, use: Node, key: string | undefined): HandedUse[] {
  const parent = file.parentOf(use);
  const member = asMember(parent);
  const isOwner = member?.object === use;
  if (key !== undefined) {
    if (parent?.type === "VariableDeclarator" && parent.init === use) {
      return usesOfPattern(file, parent.id, key);
    }
    return isOwner && parent !== undefined && propertyName(member) === key ? usesOf(file, parent, undefined) : [];
  }
  const method = isOwner ? propertyName(member) : undefined;
  const whole = isOwner && parent !== undefined ? parent : use;
  if (isOwner && method === undefined) {
    return [];
  }
  const call = asCall(file.parentOf(whole));
  if (call === undefined) {
    const declared = file.parentOf(whole);
    return !isOwner && declared?.type === "VariableDeclarator" && declared.init === whole
      ? usesOfPattern(file, declared.id, undefined)
      : [];
  }
  if (call.callee === whole) {
    return [{ file, method, place: call }];
  }
  const site = factsOf(file).calls.find(({ node }) => node === call);
  return site !== undefined && takesHandlers(file, site) ? [{ file, method, place: undefined }] : [];
}
