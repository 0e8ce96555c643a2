import type { Identifier, Node } from "@babel/types";
import type { Binding, MutableBinding, MutableScope, Scope } from "./bindings.ts";
import { declare, isFunction, scopeKind } from "./declare.ts";
import { isNameOf, isType, namesVariable, writtenBy } from "./roles.ts";
import type { SourceModule } from "./sourceModule.ts";
import { pushChildren } from "./walk.ts";

export type { Binding, Scope } from "./bindings.ts";

/** What is known of a file without running it: which name is which. */
export interface Analysis {
  readonly module: SourceModule;
  readonly root: Scope;
  /** `undefined` for the root, and for what lies in a type. */
  parentOf(node: Node): Node | undefined;
  /** The innermost scope around `node`; its own if it opens one. */
  scopeOf(node: Node): Scope;
  /** What an identifier names, in a use or in the declaration itself; `undefined` for globals and names of properties. */
  bindingOf(identifier: Identifier): Binding | undefined;
  /** The innermost function around `node` and not `node` itself. */
  enclosingFunction(node: Node): Node | undefined;
}

interface Use {
  readonly identifier: Identifier;
  readonly scope: MutableScope;
}

/** Goes through the tree once and resolves the names afterwards, when everything that is hoisted is known. */
export function analyse(module: SourceModule): Analysis {
  const { program } = module.ast;
  const root: MutableScope = { kind: "module", node: program, parent: undefined, bindings: new Map() };
  const parents = new Map<Node, Node>();
  const scopes = new Map<Node, MutableScope>([[program, root]]);
  const declared = new Set<Identifier>();
  const uses: Use[] = [];
  const writes: { readonly identifier: Identifier; readonly node: Node }[] = [];
  const nodes: Node[] = [program];
  const around: MutableScope[] = [root];
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    const outer = around.pop() ?? root;
    const parent = parents.get(node);
    const kind = node === program ? undefined : scopeKind(node, parent);
    const own: MutableScope = kind === undefined ? outer : { kind, node, parent: outer, bindings: new Map() };
    if (own !== outer) {
      scopes.set(node, own);
    }
    if (node.type === "Identifier") {
      if (namesVariable(node, parent)) {
        uses.push({ identifier: node, scope: isNameOf(node, parent) ? (outer.parent ?? outer) : outer });
      }
    } else {
      declare(node, { outer, own, declared });
      for (const identifier of writtenBy(node)) {
        writes.push({ identifier, node });
      }
    }
    // `export { x } from` names nothing of this file.
    if (node.type !== "ExportNamedDeclaration" || node.source == null) {
      const first = nodes.length;
      pushChildren(node, nodes);
      let kept = first;
      for (let index = first; index < nodes.length; index += 1) {
        const child = nodes[index];
        if (child !== undefined && !isType(child)) {
          parents.set(child, node);
          around.push(own);
          nodes[kept] = child;
          kept += 1;
        }
      }
      nodes.length = kept;
    }
  }
  const bindings = resolve(uses, declared);
  for (const { identifier, node } of writes) {
    bindings.get(identifier)?.assignments.push(node);
  }
  return {
    module,
    root,
    parentOf: (node) => parents.get(node),
    scopeOf: (node) => climb(node, parents, (it) => scopes.get(it)) ?? root,
    bindingOf: (identifier) => bindings.get(identifier),
    enclosingFunction: (node) => {
      const parent = parents.get(node);
      return parent && climb(parent, parents, (it) => (isFunction(it) ? it : undefined));
    },
  };
}

function resolve(uses: readonly Use[], declared: ReadonlySet<Identifier>): Map<Identifier, MutableBinding> {
  const bindings = new Map<Identifier, MutableBinding>();
  for (const { identifier, scope } of uses) {
    let current: MutableScope | undefined = scope;
    while (current !== undefined && !current.bindings.has(identifier.name)) {
      current = current.parent;
    }
    const binding = current?.bindings.get(identifier.name);
    if (binding !== undefined) {
      bindings.set(identifier, binding);
      if (!declared.has(identifier)) {
        binding.references.push(identifier);
      }
    }
  }
  return bindings;
}

function climb<Found>(node: Node, parents: ReadonlyMap<Node, Node>, find: (node: Node) => Found | undefined) {
  for (let current: Node | undefined = node; current !== undefined; current = parents.get(current)) {
    const found = find(current);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}
