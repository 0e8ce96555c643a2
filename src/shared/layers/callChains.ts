import { packageOf } from "./packageOf.ts";
import type { CallTreeNode } from "./sample.ts";

/** What has less of the time is no branch, nor worth a line for itself. */
const leastBranch = 0.02;
const leastSelf = 0.01;
/** Fewer functions are as short as what would stand for them. */
const leastLength = 3;

/** Functions of packages and of Node.js, each called by the one before, that only lead to the next. */
export interface CallChain {
  /** Indexes, callers first. */
  readonly nodes: readonly number[];
  /** Packages, `Node.js`, or `native code`: whose they are, most functions first. */
  readonly owners: readonly string[];
  readonly selfMs: number;
}

/**
 * The chains of a call tree by their first function. What a function of the app calls is in none, nor what branches or
 * has time of its own.
 */
export function callChains(tree: readonly CallTreeNode[]): ReadonlyMap<number, CallChain> {
  const wholeMs = wholeOf(tree);
  const heirs = new Map<number, number | undefined>();
  tree.forEach(({ parent, totalMs }, index) => {
    if (totalMs >= wholeMs * leastBranch) {
      heirs.set(parent, heirs.has(parent) ? undefined : index);
    }
  });
  const owners = tree.map(ownerOf);
  const isLink = (index: number): boolean => {
    const { parent, selfMs } = tree[index] ?? { parent: -1, selfMs: 0 };
    const isCalledByApp = parent >= 0 && owners[parent] === undefined;
    return (
      owners[index] !== undefined && !isCalledByApp && selfMs < wholeMs * leastSelf && heirs.get(index) !== undefined
    );
  };
  const chains = new Map<number, CallChain>();
  const linked = new Set<number>();
  tree.forEach((_, first) => {
    const nodes: number[] = [];
    for (let at: number | undefined = first; at !== undefined && !linked.has(at) && isLink(at); at = heirs.get(at)) {
      nodes.push(at);
      linked.add(at);
    }
    if (nodes.length >= leastLength) {
      const names = nodes.map((index) => owners[index] ?? "");
      const times = new Map(names.map((name) => [name, names.filter((other) => other === name).length]));
      chains.set(first, {
        nodes,
        owners: [...times].sort(([, one], [, other]) => other - one).map(([name]) => name),
        selfMs: nodes.reduce((sum, index) => sum + (tree[index]?.selfMs ?? 0), 0),
      });
    }
  });
  return chains;
}

/** Milliseconds that a call tree is about. */
export function wholeOf(tree: readonly CallTreeNode[]): number {
  return tree.reduce((sum, { parent, totalMs }) => (parent === -1 ? sum + totalMs : sum), 0);
}

/** `undefined` for the app's own. What has no file is told by its part. */
function ownerOf({ at, part }: CallTreeNode): string | undefined {
  if (at !== undefined && !at.file.startsWith("node:")) {
    return packageOf(at.file)?.name;
  }
  if (at !== undefined || part === "node" || part.startsWith("binding:")) {
    return "Node.js";
  }
  return part.startsWith("package:") ? part.slice("package:".length) : part === "code" ? undefined : "native code";
}
