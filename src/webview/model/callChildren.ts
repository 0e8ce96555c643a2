import type { CallTreeNode } from "../../shared/layers/sample.ts";

/** For each node of a call tree, and for -1, the indexes of what it called, in the tree's order. */
export function childrenOf(tree: readonly CallTreeNode[]): ReadonlyMap<number, readonly number[]> {
  const children = new Map<number, number[]>();
  tree.forEach(({ parent }, index) => {
    children.set(parent, [...(children.get(parent) ?? []), index]);
  });
  return children;
}
