import type {
  CallExpression,
  Expression,
  Identifier,
  MemberExpression,
  Node,
  ObjectPattern,
  OptionalCallExpression,
  OptionalMemberExpression,
} from "@babel/types";
import { fieldValue } from "./fields.ts";
import { asOwn, folderImports, joinedFolders, withoutAlias } from "./folderImports.ts";
import { globalApi } from "./globalApis.ts";
import type { Analysis, Binding } from "./scopes.ts";
import { onlyValue } from "./values.ts";

/** The export of a module that an expression refers to. */
export interface ApiReference {
  /** As required, without `node:`: `fs`, `fs/promises`, `express`; `globals` for `fetch`, `setTimeout` … */
  readonly module: string;
  /** Dotted: `readFile`, `promises.readFile`; `default` for the module or its default export itself. */
  readonly name: string;
}

interface Resolved {
  readonly module: string;
  readonly path: readonly string[];
}

/** Aliases of aliases are followed to this depth. */
const deepest = 12;

/**
 * What a call, a `new`, an identifier or a member expression refers to: of a call, the function called. Follows
 * imports, `require`, `await import()` and its `then`, `createRequire`, `promisify`, fields of classes, renaming,
 * destructuring and globals; a variable that is assigned twice is not followed.
 */
export function resolveApi(analysis: Analysis, node: Node): ApiReference | undefined {
  return named(resolveTarget(analysis, node));
}

/** What the value of an expression is of: that of `require("./users")`, of `wrap` in `wrap(x)` nothing. */
export function resolveValue(analysis: Analysis, node: Node): ApiReference | undefined {
  return named(resolvePath(analysis, node, 0));
}

/** What a name at the top of a file refers to, also where it only names a type. */
export function resolveName(analysis: Analysis, name: string): ApiReference | undefined {
  const binding = analysis.root.bindings.get(name);
  return binding && named(resolveBinding(analysis, binding, 0));
}

function named(resolved: Resolved | undefined): ApiReference | undefined {
  if (resolved === undefined) {
    return undefined;
  }
  const path = resolved.path[0] === "default" ? resolved.path.slice(1) : resolved.path;
  return { module: resolved.module, name: path.length === 0 ? "default" : path.join(".") };
}

function resolveTarget(analysis: Analysis, node: Node): Resolved | undefined {
  switch (node.type) {
    case "CallExpression":
    case "OptionalCallExpression":
    case "NewExpression":
      return resolvePath(analysis, node.callee, 0);
    case "Identifier": {
      const parent = analysis.parentOf(node);
      return isMember(parent) && !parent.computed && parent.property === node
        ? resolvePath(analysis, parent, 0)
        : resolvePath(analysis, node, 0);
    }
    default:
      return resolvePath(analysis, node, 0);
  }
}

function resolvePath(analysis: Analysis, node: Node, depth: number): Resolved | undefined {
  if (depth > deepest) {
    return undefined;
  }
  switch (node.type) {
    case "Identifier": {
      const binding = analysis.bindingOf(node);
      return binding === undefined ? ofGlobal(analysis, node) : resolveBinding(analysis, binding, depth + 1);
    }
    case "MemberExpression":
    case "OptionalMemberExpression": {
      const value = fieldValue(analysis, node);
      if (value !== undefined) {
        return resolvePath(analysis, value, depth + 1);
      }
      const name = propertyName(node);
      return name === undefined ? undefined : member(resolvePath(analysis, node.object, depth + 1), name);
    }
    case "CallExpression":
    case "OptionalCallExpression": {
      const [first] = node.arguments;
      return (
        requiredModule(analysis, node.callee, first, depth + 1) ??
        (first === undefined ? undefined : interop(analysis, node, first, depth + 1)) ??
        promisified(analysis, node.callee, first, depth + 1)
      );
    }
    // Of what is compiled for an old target: `yield Promise.resolve().then(() => __importStar(require("x")))`.
    case "YieldExpression":
    case "AwaitExpression":
      if (node.argument?.type === "CallExpression") {
        return resolvePath(analysis, node.argument, depth + 1);
      }
      return node.argument?.type === "ImportExpression" ? ofModule(analysis, node.argument.source) : undefined;
    case "AssignmentExpression":
      return node.operator === "=" ? resolvePath(analysis, node.right, depth + 1) : undefined;
    case "SequenceExpression": {
      const last = node.expressions.at(-1);
      return last && resolvePath(analysis, last, depth + 1);
    }
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
    case "TSTypeAssertion":
    case "TSInstantiationExpression":
      return resolvePath(analysis, node.expression, depth + 1);
    default:
      return undefined;
  }
}

function resolveBinding(analysis: Analysis, binding: Binding, depth: number): Resolved | undefined {
  const { declaration } = binding;
  switch (declaration.type) {
    case "ImportSpecifier": {
      const { imported } = declaration;
      return member(
        importSource(analysis, declaration),
        imported.type === "Identifier" ? imported.name : imported.value,
      );
    }
    case "ImportDefaultSpecifier":
      return member(importSource(analysis, declaration), "default");
    case "ImportNamespaceSpecifier":
      return importSource(analysis, declaration);
    case "TSImportEqualsDeclaration":
      return declaration.moduleReference.type === "TSExternalModuleReference"
        ? ofModule(analysis, declaration.moduleReference.expression)
        : undefined;
    case "VariableDeclarator": {
      const value = onlyValue(binding);
      const path = patternPath(declaration.id, binding.name);
      return value && path?.reduce(member, resolvePath(analysis, value, depth));
    }
    default:
      return binding.kind === "param" && binding.assignments.length === 0
        ? patternPath(declaration, binding.name)?.reduce(member, importedFor(analysis, declaration))
        : undefined;
  }
}

/** What `import("fs").then((fs) => …)` passes to the parameter. */
function importedFor(analysis: Analysis, parameter: Node): Resolved | undefined {
  const callback = analysis.parentOf(parameter);
  const call = callback && analysis.parentOf(callback);
  const callee = call?.type === "CallExpression" && call.arguments[0] === callback ? call.callee : undefined;
  if (
    callback === undefined ||
    !("params" in callback && callback.params[0] === parameter) ||
    callee?.type !== "MemberExpression" ||
    propertyName(callee) !== "then"
  ) {
    return undefined;
  }
  return callee.object.type === "ImportExpression" ? ofModule(analysis, callee.object.source) : undefined;
}

const helper = /^(?:__importDefault|__importStar|__toESM|_?_?interopRequire(?:Default|Wildcard)|interop_require_\w+)$/;

/** What compilers put around `require`: `__importDefault(require("fs"))`, also when it is asked for later. */
function interop(
  analysis: Analysis,
  { callee }: CallExpression | OptionalCallExpression,
  first: Node,
  depth: number,
): Resolved | undefined {
  const isLater =
    callee.type === "MemberExpression" &&
    propertyName(callee) === "then" &&
    first.type === "ArrowFunctionExpression" &&
    first.body.type === "CallExpression";
  const name =
    callee.type === "Identifier" ? callee.name : callee.type === "MemberExpression" ? propertyName(callee) : "";
  if (isLater && first.type === "ArrowFunctionExpression") {
    return resolvePath(analysis, first.body, depth);
  }
  return helper.test(name ?? "") ? resolvePath(analysis, first, depth) : undefined;
}

/** `util.promisify(fs.readFile)` counts as what it wraps. */
function promisified(analysis: Analysis, callee: Node, wrapped: Node | undefined, depth: number): Resolved | undefined {
  const api = wrapped && resolvePath(analysis, callee, depth);
  return api?.module === "util" && api.path.at(-1) === "promisify" && wrapped
    ? resolvePath(analysis, wrapped, depth)
    : undefined;
}

/** The properties that lead from a destructured value to a name in its pattern. */
function patternPath(pattern: Node, name: string): string[] | undefined {
  switch (pattern.type) {
    case "Identifier":
      return pattern.name === name ? [] : undefined;
    case "AssignmentPattern":
      return patternPath(pattern.left, name);
    case "ObjectPattern":
      return objectPath(pattern, name);
    default:
      return undefined;
  }
}

function objectPath({ properties }: ObjectPattern, name: string): string[] | undefined {
  for (const property of properties) {
    if (property.type === "RestElement") {
      // `const { a, ...rest } = require("fs")`: the rest has the module's exports, except those taken out.
      return patternPath(property.argument, name);
    }
    const below = patternPath(property.value, name);
    if (below !== undefined) {
      const key = literalName(property.key, property.computed);
      return key === undefined ? undefined : [key, ...below];
    }
  }
  return undefined;
}

function member(resolved: Resolved | undefined, name: string): Resolved | undefined {
  // `process` of `node:process`, `globalThis.fetch`: what a global refers to by itself.
  if (resolved?.module === "globals" && resolved.path.length === 0) {
    return globalApi(name);
  }
  return resolved && { module: resolved.module, path: [...resolved.path, name] };
}

function ofGlobal(analysis: Analysis, { name }: Identifier): Resolved | undefined {
  // `module` and `exports` are no API; a name within `with` can't be resolved and does not occur.
  return analysis.root.bindings.has(name) ? undefined : globalApi(name);
}

function importSource(analysis: Analysis, specifier: Node): Resolved | undefined {
  const declaration = analysis.parentOf(specifier);
  return declaration?.type === "ImportDeclaration" ? ofModule(analysis, declaration.source) : undefined;
}

function requiredModule(
  analysis: Analysis,
  callee: Node,
  source: Node | undefined,
  depth: number,
): Resolved | undefined {
  if (source === undefined) {
    return undefined;
  }
  if (callee.type === "Identifier" && isRequire(analysis, callee, depth)) {
    return ofModule(analysis, source);
  }
  const api = callee.type === "MemberExpression" ? resolvePath(analysis, callee, depth) : undefined;
  return api?.module === "process" && api.path.at(-1) === "getBuiltinModule" ? ofModule(analysis, source) : undefined;
}

/** The `require` of CommonJS, or one that `module.createRequire` made. */
function isRequire(analysis: Analysis, callee: Identifier, depth: number): boolean {
  const binding = analysis.bindingOf(callee);
  if (binding === undefined) {
    return callee.name === "require";
  }
  const made = binding.init?.type === "CallExpression" ? resolvePath(analysis, binding.init.callee, depth) : undefined;
  return made?.module === "module" && made.path.at(-1) === "createRequire";
}

function ofModule(analysis: Analysis, source: Expression | Node): Resolved | undefined {
  const name = literalName(source, true);
  if (name === undefined) {
    const folders = foldersOf(analysis);
    return folders === "" ? undefined : { module: folders, path: [] };
  }
  if (name.startsWith(".")) {
    return { module: name, path: [] };
  }
  const isOwn = withoutAlias(name) !== undefined || analysis.files?.isOwn(analysis.module, name) === true;
  // graceful-fs has all that fs has.
  return { module: isOwn ? asOwn(name) : name.replace(/^node:|^graceful-(?=fs$)/, ""), path: [] };
}

const loadedFolders = new WeakMap<Analysis["module"], string>();

/** The folders of which a file loads all it finds, as one specifier; empty for most files. */
function foldersOf({ module }: Analysis): string {
  const known = loadedFolders.get(module) ?? joinedFolders(folderImports(module.text));
  loadedFolders.set(module, known);
  return known;
}

export function propertyName({ property, computed }: MemberExpression | OptionalMemberExpression): string | undefined {
  return literalName(property, computed);
}

function literalName(node: Node, computed: boolean): string | undefined {
  if (node.type === "Identifier") {
    return computed ? undefined : node.name;
  }
  if (node.type === "StringLiteral") {
    return node.value;
  }
  const [only] = node.type === "TemplateLiteral" && node.expressions.length === 0 ? node.quasis : [];
  return only?.value.cooked ?? undefined;
}

function isMember(node: Node | undefined): node is MemberExpression | OptionalMemberExpression {
  return node?.type === "MemberExpression" || node?.type === "OptionalMemberExpression";
}
