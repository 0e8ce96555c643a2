import type { Identifier, Node } from "@babel/types";
import type { Binding, MutableBinding, MutableScope, Scope } from "./bindings.ts";
import { declare, isFunction, scopeKind } from "./declare.ts";
import { isNameOf, isType, namesVariable, writtenBy } from "./roles.ts";
import type { SourceModule } from "./sourceModule.ts";
import { flatTree } from "./walk.ts";

export type { Binding, Scope } from "./bindings.ts";

/** What is known of a file without running it: what each name refers to. */
export interface Analysis {
  readonly module: SourceModule;
  readonly root: Scope;
  /** `undefined` for the root, and for nodes within a type. */
  parentOf(node: Node): Node | undefined;
  /** The innermost scope around `node`; its own if it opens one. */
  scopeOf(node: Node): Scope;
  /** What an identifier refers to, used or declared; `undefined` for globals and names of properties. */
  bindingOf(identifier: Identifier): Binding | undefined;
  enclosingFunction(node: Node): Node | undefined;
  /** The other files of its package; absent where they were not read. */
  readonly files?: PackageFiles;
}

/** The files of a package beside the one that is looked at. Each is parsed when it is asked for, at most once. */
export interface PackageFiles {
  /** The path of a file from the folder of the package, with `/`; of a file of another package of the repository it begins with `../`. */
  pathOf(file: SourceModule): string;
  /** Whether what a file imports by a name is a file of the package, or of another of the repository. */
  isOwn(from: SourceModule, specifier: string): boolean;
  /** The file of the package that an import names; `undefined` for packages, Node.js and what was not read. */
  imported(from: SourceModule, specifier: string): Analysis | undefined;
  /** Whether an import names a file; neither needs to be parsed for it. */
  leadsTo(from: SourceModule, specifier: string, to: SourceModule): boolean;
  /** The files that import a file; with a pattern those of them whose text matches, so that the others need not be parsed. */
  importers(of: SourceModule, text?: RegExp): readonly Analysis[];
  /**
   * The files that run in one process with a file, as far as imports lead, without it; those whose text matches, or has a name in it.
   */
  beside(file: SourceModule, text: RegExp | string): readonly Analysis[];
}

/** Walks the tree once and resolves the names afterwards, when everything that is hoisted is known. */
export function analyse(module: SourceModule): Analysis {
  const { program } = module.ast;
  const tree = flatTree(program);
  const root: MutableScope = { kind: "module", node: program, parent: undefined, bindings: new Map() };
  /** By the index of the node; absent in types. */
  const scopes: (MutableScope | undefined)[] = new Array(tree.nodes.length);
  const declared = new Set<Identifier>();
  /** The indexes of the identifiers that are variables, and the scopes in which to look these up. */
  const uses: number[] = [];
  const usesIn: MutableScope[] = [];
  const writes: { readonly identifier: Identifier; readonly node: Node }[] = [];
  for (let index = 0; index < tree.nodes.length; ) {
    const node = tree.nodes[index];
    const above = tree.parents[index] ?? -1;
    const parent = tree.nodes[above];
    const outer = scopes[above] ?? root;
    // `export { x } from` refers to nothing of this file.
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
        uses.push(index);
        usesIn.push(isNameOf(node, parent) ? (outer.parent ?? outer) : outer);
      }
    } else {
      declare(node, { outer, own, declared });
      for (const identifier of writtenBy(node)) {
        writes.push({ identifier, node });
      }
    }
    index += 1;
  }
  /** By the index of the identifier. */
  const bindings: (MutableBinding | undefined)[] = new Array(tree.nodes.length);
  for (const [order, index] of uses.entries()) {
    const identifier = tree.nodes[index] as Identifier;
    const binding = find(identifier.name, usesIn[order]);
    bindings[index] = binding;
    if (binding !== undefined && !declared.has(identifier)) {
      binding.references.push(identifier);
    }
  }
  const bindingOf = (identifier: Identifier) => bindings[tree.indexOf(identifier)];
  for (const { identifier, node } of writes) {
    bindingOf(identifier)?.assignments.push(node);
  }
  const climb = <Found>(node: Node, look: (node: Node, index: number) => Found | undefined): Found | undefined => {
    for (let index = tree.indexOf(node); index >= 0; index = tree.parents[index] ?? -1) {
      const current = tree.nodes[index];
      const found = current && look(current, index);
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
    bindingOf,
    enclosingFunction: (node) =>
      climb(node, (current) => (current !== node && isFunction(current) ? current : undefined)),
  };
}

function find(name: string, scope: MutableScope | undefined): MutableBinding | undefined {
  for (let current = scope; current !== undefined; current = current.parent) {
    const binding = current.bindings.get(name);
    if (binding !== undefined) {
      return binding;
    }
  }
  return undefined;
}
