import type { Identifier, Node } from "@babel/types";
import type { Binding, MutableBinding, MutableScope, Scope } from "./bindings.ts";
import { declare, isFunction, scopeKind } from "./declare.ts";
import { isNameOf, isType, namesVariable, writtenBy } from "./roles.ts";
import type { SourceModule } from "./sourceModule.ts";
import { flatTree } from "./walk.ts";

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
  const tree = flatTree(program);
  const root: MutableScope = { kind: "module", node: program, parent: undefined, bindings: new Map() };
  /** By the index of the node; absent in types. */
  const scopes: (MutableScope | undefined)[] = new Array(tree.nodes.length);
  const declared = new Set<Identifier>();
  const uses: Use[] = [];
  const writes: { readonly identifier: Identifier; readonly node: Node }[] = [];
  for (let index = 0; index < tree.nodes.length; ) {
    const node = tree.nodes[index];
    const above = tree.parents[index] ?? -1;
    const parent = tree.nodes[above];
    const outer = scopes[above] ?? root;
    // `export { x } from` names nothing of this file.
    const foreign = parent?.type === "ExportNamedDeclaration" && parent.source != null;
    if (node === undefined || foreign || isType(node)) {
      index = tree.ends[index] ?? tree.nodes.length;
      continue;
    }
    const kind = parent === undefined ? undefined : scopeKind(node, parent);
    const own: MutableScope = kind === undefined ? outer : { kind, node, parent: outer, bindings: new Map() };
    scopes[index] = own;
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
    index += 1;
  }
  const bindings = resolve(uses, declared);
  for (const { identifier, node } of writes) {
    bindings.get(identifier)?.assignments.push(node);
  }
  const climb = <Found>(node: Node, find: (node: Node, index: number) => Found | undefined): Found | undefined => {
    for (let index = tree.indexOf(node); index >= 0; index = tree.parents[index] ?? -1) {
      const current = tree.nodes[index];
      const found = current && find(current, index);
      if (found !== undefined) {
        return found;
      }
    }
    return undefined;
  };
  return {
    module,
    root,
    parentOf: (node) => {
      const index = tree.indexOf(node);
      return scopes[index] === undefined ? undefined : tree.nodes[tree.parents[index] ?? -1];
    },
    scopeOf: (node) => climb(node, (_, index) => scopes[index]) ?? root,
    bindingOf: (identifier) => bindings.get(identifier),
    enclosingFunction: (node) =>
      climb(node, (current) => (current !== node && isFunction(current) ? current : undefined)),
  };
}

function resolve(uses: readonly Use[], declared: ReadonlySet<Identifier>): Map<Identifier, MutableBinding> {
  const bindings = new Map<Identifier, MutableBinding>();
  for (const { identifier, scope } of uses) {
    let current: MutableScope | undefined = scope;
    let binding: MutableBinding | undefined;
    while (current !== undefined && binding === undefined) {
      binding = current.bindings.get(identifier.name);
      current = current.parent;
    }
    if (binding !== undefined) {
      bindings.set(identifier, binding);
      if (!declared.has(identifier)) {
        binding.references.push(identifier);
      }
    }
  }
  return bindings;
}
