import type { Identifier, Node, VariableDeclaration } from "@babel/types";
import { type MutableBinding, type MutableScope, patternIdentifiers, type Scope } from "./bindings.ts";

/** The kind of scope that a node opens, if any. The block that is a function's body opens none of its own. */
export function scopeKind(node: Node, parent: Node | undefined): Scope["kind"] | undefined {
  if (isFunction(node)) {
    return "function";
  }
  switch (node.type) {
    case "Program":
      return "module";
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

export const functionTypes = [
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
  "ObjectMethod",
  "ClassMethod",
  "ClassPrivateMethod",
] as const;

export type FunctionNode = Extract<Node, { type: (typeof functionTypes)[number] }>;

export function isFunction(node: Node): node is FunctionNode {
  return (functionTypes as readonly string[]).includes(node.type);
}

export interface Around {
  /** The scope around a node, and the one that it opens or the same. */
  readonly outer: MutableScope;
  readonly own: MutableScope;
  /** Collects every identifier that is a declaration. */
  readonly declared: Set<Identifier>;
}

/** Adds the names that `node` declares to their scopes. */
export function declare(node: Node, around: Around): void {
  const { outer, own, declared } = around;
  switch (node.type) {
    case "VariableDeclaration":
      declareVariables(node, outer, declared);
      return;
    case "FunctionDeclaration":
    case "FunctionExpression": {
      const scope = node.type === "FunctionDeclaration" ? outer : own;
      addNames(scope, node.id, { kind: "function", declaration: node, init: node }, declared);
      addParameters(node.params, around);
      return;
    }
    case "ArrowFunctionExpression":
    case "ObjectMethod":
    case "ClassMethod":
    case "ClassPrivateMethod":
      addParameters(node.params, around);
      return;
    case "ClassDeclaration":
    case "ClassExpression":
      addNames(
        node.type === "ClassDeclaration" ? outer : own,
        node.id,
        { kind: "class", declaration: node, init: node },
        declared,
      );
      return;
    case "CatchClause":
      addNames(own, node.param, { kind: "catch", declaration: node, init: undefined }, declared);
      return;
    case "ImportSpecifier":
    case "ImportDefaultSpecifier":
    case "ImportNamespaceSpecifier":
      addNames(outer, node.local, { kind: "import", declaration: node, init: undefined }, declared);
      return;
    case "TSImportEqualsDeclaration":
      addNames(outer, node.id, { kind: "import", declaration: node, init: undefined }, declared);
      return;
    case "TSEnumDeclaration":
    case "TSModuleDeclaration":
      addNames(outer, node.id, { kind: "const", declaration: node, init: undefined }, declared);
      return;
    default:
  }
}

function declareVariables(node: VariableDeclaration, scope: MutableScope, declared: Set<Identifier>): void {
  const kind = node.kind === "var" || node.kind === "let" ? node.kind : "const";
  const target = kind === "var" ? functionScope(scope) : scope;
  for (const declaration of node.declarations) {
    const init = declaration.id.type === "Identifier" ? (declaration.init ?? undefined) : undefined;
    addNames(target, declaration.id, { kind, declaration, init }, declared);
  }
}

function addParameters(params: readonly Node[], { own, declared }: Around): void {
  for (const param of params) {
    addNames(own, param, { kind: "param", declaration: param, init: undefined }, declared);
  }
}

function functionScope(scope: MutableScope): MutableScope {
  let current = scope;
  while ((current.kind === "block" || current.kind === "class") && current.parent !== undefined) {
    current = current.parent;
  }
  return current;
}

type What = Pick<MutableBinding, "kind" | "declaration" | "init">;

function addNames(scope: MutableScope, pattern: Node | null | undefined, what: What, declared: Set<Identifier>): void {
  for (const identifier of patternIdentifiers(pattern)) {
    const { name } = identifier;
    declared.add(identifier);
    // `var x` twice, overloads and broken sources: the first declaration with a value stays.
    const known = scope.bindings.get(name);
    if (known === undefined || (known.init === undefined && what.init !== undefined && known.kind === what.kind)) {
      const { references = [], assignments = [] } = known ?? {};
      scope.bindings.set(name, { name, scope, references, assignments, ...what });
    }
  }
}
