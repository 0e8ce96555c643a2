import type { Node, VariableDeclaration } from "@babel/types";
import { type MutableBinding, type MutableScope, patternIdentifiers, type Scope } from "./bindings.ts";

/** The kind of scope that a node opens, if it opens one. The block that is a function's body opens none of its own. */
export function scopeKind(node: Node, parent: Node | undefined): Scope["kind"] | undefined {
  switch (node.type) {
    case "Program":
      return "module";
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
    case "ObjectMethod":
    case "ClassMethod":
    case "ClassPrivateMethod":
    case "StaticBlock":
    case "TSModuleBlock":
      return "function";
    case "ClassDeclaration":
    case "ClassExpression":
      return "class";
    case "BlockStatement":
      return parent !== undefined && isFunction(parent) ? undefined : "block";
    case "ForStatement":
    case "ForInStatement":
    case "ForOfStatement":
    case "SwitchStatement":
    case "CatchClause":
      return "block";
    default:
      return undefined;
  }
}

export function isFunction(node: Node): boolean {
  switch (node.type) {
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
    case "ObjectMethod":
    case "ClassMethod":
    case "ClassPrivateMethod":
      return true;
    default:
      return false;
  }
}

/** Adds the names that `node` declares; `outer` is the scope around it, `own` the one that it opens or `outer`. */
export function declare(node: Node, outer: MutableScope, own: MutableScope): void {
  switch (node.type) {
    case "VariableDeclaration":
      declareVariables(node, outer);
      return;
    case "FunctionDeclaration":
      add(outer, node.id, { kind: "function", declaration: node, init: node });
      declareParameters(node.params, own);
      return;
    case "FunctionExpression":
      add(own, node.id, { kind: "function", declaration: node, init: node });
      declareParameters(node.params, own);
      return;
    case "ArrowFunctionExpression":
    case "ObjectMethod":
    case "ClassMethod":
    case "ClassPrivateMethod":
      declareParameters(node.params, own);
      return;
    case "ClassDeclaration":
      add(outer, node.id, { kind: "class", declaration: node, init: node });
      return;
    case "ClassExpression":
      add(own, node.id, { kind: "class", declaration: node, init: node });
      return;
    case "CatchClause":
      add(own, node.param, { kind: "catch", declaration: node, init: undefined });
      return;
    case "ImportSpecifier":
    case "ImportDefaultSpecifier":
    case "ImportNamespaceSpecifier":
      add(outer, node.local, { kind: "import", declaration: node, init: undefined });
      return;
    case "TSImportEqualsDeclaration":
      add(outer, node.id, { kind: "import", declaration: node, init: undefined });
      return;
    case "TSEnumDeclaration":
    case "TSModuleDeclaration":
      add(outer, node.id, { kind: "const", declaration: node, init: undefined });
      return;
    default:
  }
}

function declareVariables(node: VariableDeclaration, scope: MutableScope): void {
  const kind = node.kind === "var" || node.kind === "let" ? node.kind : "const";
  const target = kind === "var" ? functionScope(scope) : scope;
  for (const declaration of node.declarations) {
    const init = declaration.id.type === "Identifier" ? (declaration.init ?? undefined) : undefined;
    add(target, declaration.id, { kind, declaration, init });
  }
}

function declareParameters(params: readonly Node[], scope: MutableScope): void {
  for (const param of params) {
    add(scope, param, { kind: "param", declaration: param, init: undefined });
  }
}

function functionScope(scope: MutableScope): MutableScope {
  let current = scope;
  while ((current.kind === "block" || current.kind === "class") && current.parent !== undefined) {
    current = current.parent;
  }
  return current;
}

function add(
  scope: MutableScope,
  pattern: Node | null | undefined,
  what: Pick<MutableBinding, "kind" | "declaration" | "init">,
): void {
  for (const { name } of patternIdentifiers(pattern)) {
    // `var x` twice, overloads and broken sources: the first one that says what it is stays.
    const known = scope.bindings.get(name);
    if (known === undefined || (known.init === undefined && what.init !== undefined && known.kind === what.kind)) {
      const { references = [], assignments = [] } = known ?? {};
      scope.bindings.set(name, { name, scope, references, assignments, ...what });
    }
  }
}
