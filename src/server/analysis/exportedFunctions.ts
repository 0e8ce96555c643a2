import type { Node } from "@babel/types";
import type { FunctionNode } from "../source/declare.ts";
import { fieldValue } from "../source/fields.ts";
import { propertyName, resolveApi } from "../source/resolveApi.ts";
import type { Analysis } from "../source/scopes.ts";
import { nodesOf } from "../source/walk.ts";
import { assignedFunction, memberFunction, methodAt, methodOf } from "./methods.ts";
import { factsOf, requiredName } from "./moduleFacts.ts";
import { asCall, asFunction, asMember, bindingValue, functionName, keyOf, propertyOf, settledValue } from "./nodes.ts";

/**
 * The function that a file exports under a name, as `resolveApi` gives it to those who import it: `list`, `default` for the module or
 * its default export, `store.add` or `add` for a method of an object that is exported, `Store.prototype.add` for that of a class.
 */
export function exportedFunction(analysis: Analysis, name: string): FunctionNode | undefined {
  const exported = exportsOf(analysis);
  const [first = "", ...rest] = name.split(".");
  const direct = exported.get(first);
  if (direct !== undefined) {
    return functionIn(analysis, direct, rest);
  }
  const whole = exported.get("default");
  return whole && functionIn(analysis, whole, [first, ...rest]);
}

/** All functions that a file exports. */
export function exportedFunctions(analysis: Analysis): FunctionNode[] {
  return [...exportsOf(analysis).values()].flatMap((node) => {
    const value = settledValue(analysis, node);
    const parts = value.type === "ObjectExpression" ? value.properties : [];
    const inside = parts.map((part) =>
      part.type === "ObjectProperty" ? asFunction(settledValue(analysis, part.value)) : asFunction(part),
    );
    return [asFunction(value), ...inside].filter((one) => one !== undefined);
  });
}

/** `add` of what an exported function returns: an object that is written out, or of a class of this file. */
export function returnedFunction(analysis: Analysis, name: string, method: string): FunctionNode | undefined {
  const maker = exportedFunction(analysis, name);
  const value = maker && returnedValue(maker);
  return value && functionIn(analysis, value, [method]);
}

/** What a function gives in the end. */
export function returnedValue({ body }: FunctionNode): Node | undefined {
  if (body.type !== "BlockStatement") {
    return body;
  }
  const last = body.body.at(-1);
  return last?.type === "ReturnStatement" ? (last.argument ?? undefined) : undefined;
}

/** What a file exports under a name, as `exportedFunction` takes it: any expression, also one that is exported on from another file. */
export function exportedValue(analysis: Analysis, name: string, depth = 0): ExportedValue | undefined {
  const [first = "", ...rest] = name.split(".");
  const exported = exportsOf(analysis);
  const own = exported.get(first);
  const whole = exported.get("default");
  const within = own === undefined && whole !== undefined ? propertyAt(analysis, whole, [first, ...rest]) : undefined;
  const node = own === undefined ? within : propertyAt(analysis, own, rest);
  return node === undefined ? exportedOn(analysis, name, depth) : { analysis, node };
}

/** The value of an expression, also of a field of the class around it, or where it is imported from another file of the package. */
export function valueAcross(analysis: Analysis, expression: Node, depth = 0): ExportedValue {
  const node = settledValue(analysis, fieldValue(analysis, expression) ?? expression);
  const call = asCall(node);
  const required = call && requiredName(call);
  const isName = node.type === "Identifier" || asMember(node) !== undefined;
  const api =
    required === undefined ? (isName ? resolveApi(analysis, node) : undefined) : { module: required, name: "default" };
  const from = api?.module.startsWith(".") ? analysis.files?.imported(analysis.module, api.module) : undefined;
  const value = api && from && depth < deepest ? exportedValue(from, api.name) : undefined;
  return value === undefined ? { analysis, node } : valueAcross(value.analysis, value.node, depth + 1);
}

/** The function of another file that a call runs, as far as imports lead. */
export function functionElsewhere(
  analysis: Analysis,
  call: Node,
): { readonly analysis: Analysis; readonly node: FunctionNode } | undefined {
  const api = resolveApi(analysis, call);
  const from = api?.module.startsWith(".") ? analysis.files?.imported(analysis.module, api.module) : undefined;
  const own = api && from && exportedFunction(from, api.name);
  if (from !== undefined && own !== undefined) {
    return { analysis: from, node: own };
  }
  const value = api && from && exportedValue(from, api.name);
  const node = value && asFunction(settledValue(value.analysis, value.node));
  return value && node ? { analysis: value.analysis, node } : undefined;
}

/** An expression, and the file in which it stands. */
export interface ExportedValue {
  readonly analysis: Analysis;
  readonly node: Node;
}

function propertyAt(analysis: Analysis, node: Node, path: readonly string[]): Node | undefined {
  const [first, ...rest] = path;
  if (first === undefined) {
    return node;
  }
  const owner = settledValue(analysis, node);
  const value = owner.type === "ObjectExpression" ? propertyOf(owner, first) : undefined;
  return value === undefined || value === "unknown" ? undefined : propertyAt(analysis, value, rest);
}

/** `export { users } from "./users"`, `export * from "./users"`. */
function exportedOn(analysis: Analysis, name: string, depth: number): ExportedValue | undefined {
  const { files, module } = analysis;
  if (files === undefined || depth > deepest) {
    return undefined;
  }
  const { program } = module.ast;
  const [first = "", ...rest] = name.split(".");
  for (const { specifiers, source } of nodesOf(program, "ExportNamedDeclaration")) {
    const passed = specifiers.find(
      (specifier) =>
        specifier.type === "ExportSpecifier" &&
        (specifier.exported.type === "Identifier" ? specifier.exported.name : specifier.exported.value) === first,
    );
    const from =
      passed?.type === "ExportSpecifier" && source != null ? files.imported(module, source.value) : undefined;
    if (passed?.type === "ExportSpecifier" && from !== undefined) {
      return exportedValue(from, [passed.local.name, ...rest].join("."), depth + 1);
    }
  }
  for (const { source } of nodesOf(program, "ExportAllDeclaration")) {
    const from = files.imported(module, source.value);
    const found = from && exportedValue(from, name, depth + 1);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

/** Exports of exports are followed to this depth. */
const deepest = 4;

function functionIn(analysis: Analysis, exported: Node, path: readonly string[]): FunctionNode | undefined {
  const node = settledValue(analysis, exported);
  const [first, ...rest] = path;
  if (first === undefined) {
    return asFunction(node) ?? methodAt(analysis, node);
  }
  const property = node.type === "ObjectExpression" ? propertyOf(node, first) : undefined;
  if (property !== undefined && property !== "unknown") {
    return functionIn(analysis, property, rest);
  }
  if (node.type === "ClassDeclaration" || node.type === "ClassExpression") {
    const isOfObject = first === "prototype";
    const [method = first, ...more] = rest;
    return more.length > 0 || (rest.length > 0 && !isOfObject) ? undefined : methodOf(node, method, !isOfObject);
  }
  if (rest.length === 0) {
    const name = exported.type === "Identifier" ? exported.name : undefined;
    return (
      memberFunction(analysis, node, first) ??
      (name === undefined ? undefined : assignedFunction(analysis, name, first))
    );
  }
  // `Store.prototype.add = function () { … }` of a class that is a function.
  const [method = "", ...more] = rest;
  const isClass = first === "prototype" && more.length === 0 && asFunction(node) !== undefined;
  const name = isClass ? functionName(analysis, node) : undefined;
  return name === undefined ? undefined : assignedFunction(analysis, `${name}.prototype`, method);
}

const known = new WeakMap<Analysis["module"], ReadonlyMap<string, Node>>();

/** What a file exports, by name. */
function exportsOf(analysis: Analysis): ReadonlyMap<string, Node> {
  const before = known.get(analysis.module);
  if (before !== undefined) {
    return before;
  }
  const found = new Map<string, Node>();
  const { program } = analysis.module.ast;
  for (const { declaration } of nodesOf(program, "ExportDefaultDeclaration")) {
    found.set("default", declaration);
  }
  for (const { declaration, specifiers, source } of nodesOf(program, "ExportNamedDeclaration")) {
    for (const specifier of source == null ? specifiers : []) {
      if (specifier.type === "ExportSpecifier") {
        const { exported, local } = specifier;
        found.set(exported.type === "Identifier" ? exported.name : exported.value, local);
      }
    }
    if (declaration?.type === "VariableDeclaration") {
      for (const { id, init } of declaration.declarations) {
        if (id.type === "Identifier" && init != null) {
          found.set(id.name, init);
        }
      }
    } else if (declaration != null && "id" in declaration && declaration.id?.type === "Identifier") {
      found.set(declaration.id.name, declaration);
    }
  }
  for (const { left, right } of factsOf(analysis).assignments) {
    const name = commonJsName(analysis, left);
    if (name !== undefined) {
      found.set(name, right);
    }
  }
  known.set(analysis.module, found);
  return found;
}

/** `list` of `exports.list` and `module.exports.list`, `default` of `module.exports`, and of a variable with another name for these. */
function commonJsName(analysis: Analysis, left: Node): string | undefined {
  const member = asMember(left);
  if (member === undefined) {
    return undefined;
  }
  const { object } = member;
  if (isExports(analysis, object)) {
    return keyOf({ key: member.property, computed: member.computed });
  }
  return isModuleExports(member) ? "default" : undefined;
}

function isModuleExports(node: Node): boolean {
  const member = asMember(node);
  return member?.object.type === "Identifier" && member.object.name === "module" && propertyName(member) === "exports";
}

/** `exports`, `module.exports`, and `db` of `const db = module.exports = {}`. */
function isExports(analysis: Analysis, node: Node): boolean {
  if (node.type === "AssignmentExpression") {
    return isExports(analysis, node.left) || isExports(analysis, node.right);
  }
  if (node.type !== "Identifier") {
    return isModuleExports(node);
  }
  const binding = analysis.bindingOf(node);
  const value = binding && bindingValue(binding);
  return binding === undefined
    ? node.name === "exports"
    : value !== undefined && value.type !== "Identifier" && isExports(analysis, value);
}
