import type { Node, Program } from "@babel/types";
import visitorKeys from "./visitorKeys.json" with { type: "json" };

/**
 * Visits `node` and all below it in source order, types included. `enter` may return `skip`: then what is below its
 * node is not visited. Not recursive, since a chain of a thousand `+` is a tree of that depth.
 */
export function walk(node: Node, enter: (node: Node, parent: Node | undefined) => "skip" | undefined): void {
  if (node.type === "Program") {
    walkFlat(flatTree(node), enter);
    return;
  }
  const nodes: Node[] = [node];
  const parents: (Node | undefined)[] = [undefined];
  for (let current = nodes.pop(); current !== undefined; current = nodes.pop()) {
    if (enter(current, parents.pop()) !== "skip") {
      const before = nodes.length;
      pushChildren(current, nodes);
      for (let count = nodes.length - before; count > 0; count -= 1) {
        parents.push(current);
      }
    }
  }
}

function walkFlat({ nodes, parents, ends }: FlatTree, enter: Parameters<typeof walk>[1]): void {
  for (let index = 0; index < nodes.length; ) {
    const node = nodes[index];
    const skips = node !== undefined && enter(node, nodes[parents[index] ?? -1]) === "skip";
    index = skips ? (ends[index] ?? nodes.length) : index + 1;
  }
}

/** All nodes of a program in source order, parents first. */
export interface FlatTree {
  readonly nodes: readonly Node[];
  /** For each node the index of its parent; -1 for the root. */
  readonly parents: readonly number[];
  /** For each node the index after its last descendant. */
  readonly ends: Int32Array;
  readonly byType: ReadonlyMap<Node["type"], readonly Node[]>;
  /** The index of a node; -1 for one of another tree. */
  indexOf(node: Node): number;
}

/** The fields with children, by the type of the node. */
const childFields: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(visitorKeys));

/** Scopes and rules all query the whole program, so it is walked once. */
const flatTrees = new WeakMap<Program, FlatTree>();

/** A program as a list, cached as long as the program. The tree must not change; its nodes lose their `loc`. */
export function flatTree(program: Program): FlatTree {
  const known = flatTrees.get(program);
  if (known !== undefined) {
    return known;
  }
  const nodes: Node[] = [];
  const parents: number[] = [];
  const starts: number[] = [];
  const byType = new Map<Node["type"], Node[]>();
  const pending: Node[] = [program];
  const pendingParents = [-1];
  let isSorted = true;
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const index = nodes.length;
    const start = node.start ?? 0;
    isSorted &&= start >= (starts[index - 1] ?? 0);
    nodes.push(node);
    starts.push(start);
    parents.push(pendingParents.pop() ?? -1);
    const alike = byType.get(node.type);
    if (alike === undefined) {
      byType.set(node.type, [node]);
    } else {
      alike.push(node);
    }
    // Lines and columns, which are never read, are a third of a tree's memory: without them it is collected faster.
    node.loc = null;
    pushChildren(node, pending);
    while (pendingParents.length < pending.length) {
      pendingParents.push(index);
    }
  }
  const indexOf = isSorted ? finder(nodes, starts) : table(nodes);
  const tree: FlatTree = { nodes, parents, ends: endsOf(parents), byType, indexOf };
  flatTrees.set(program, tree);
  return tree;
}

/** Descendants follow their node, so the end of the last one is known before that of its parent. */
function endsOf(parents: readonly number[]): Int32Array {
  const ends = new Int32Array(parents.length);
  for (let index = parents.length - 1; index >= 0; index -= 1) {
    const end = Math.max(ends[index] ?? 0, index + 1);
    const parent = parents[index] ?? -1;
    ends[index] = end;
    if (parent >= 0 && end > (ends[parent] ?? 0)) {
      ends[parent] = end;
    }
  }
  return ends;
}

/** All nodes of some types, in source order: what a rule looks at is mostly a small part of a program. */
export function nodesOf<Type extends Node["type"]>(
  program: Program,
  ...types: Type[]
): readonly Extract<Node, { type: Type }>[] {
  const { byType } = flatTree(program);
  const lists = types.map((type) => byType.get(type) ?? []).filter(({ length }) => length > 0);
  const [first = []] = lists;
  const found = lists.length < 2 ? first : lists.flat().sort((a, b) => (a.start ?? 0) - (b.start ?? 0));
  return found as readonly Extract<Node, { type: Type }>[];
}

/** Finds nodes by their start, cheaper than a table: a node never begins before its parent or previous sibling. */
function finder(nodes: readonly Node[], starts: readonly number[]): FlatTree["indexOf"] {
  return (node) => {
    const start = node.start ?? 0;
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) < start) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    while (starts[low] === start) {
      if (nodes[low] === node) {
        return low;
      }
      low += 1;
    }
    return -1;
  };
}

/** For a tree with decorators before `export` and the like, in which a node begins before its parent. */
function table(nodes: readonly Node[]): FlatTree["indexOf"] {
  const indexes = new Map(nodes.map((node, index) => [node, index]));
  return (node) => indexes.get(node) ?? -1;
}

/** The children of a node, in source order. */
export function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  pushChildren(node, children);
  return children.reverse();
}

/** Pushes the children of a node onto a stack, the first of the source on top. */
function pushChildren(node: Node, stack: Node[]): void {
  const before = stack.length;
  const fields = node as unknown as Readonly<Record<string, unknown>>;
  const keys = childFields.get(node.type) ?? Object.keys(fields);
  let sorted = true;
  let last = -1;
  for (let index = 0; index < keys.length; index += 1) {
    const value = fields[keys[index] ?? ""];
    if (typeof value !== "object" || value === null) {
      continue;
    }
    if (!Array.isArray(value)) {
      if (isNode(value)) {
        stack.push(value);
        sorted &&= (value.start ?? 0) >= last;
        last = value.start ?? 0;
      }
      continue;
    }
    for (const item of value) {
      if (isNode(item)) {
        stack.push(item);
        sorted &&= (item.start ?? 0) >= last;
        last = item.start ?? 0;
      }
    }
  }
  reverseFrom(stack, before);
  if (!sorted) {
    const children = stack.splice(before);
    stack.push(...children.sort((a, b) => (b.start ?? 0) - (a.start ?? 0)));
  }
}

function reverseFrom(stack: Node[], start: number): void {
  for (let low = start, high = stack.length - 1; low < high; low += 1, high -= 1) {
    const one = stack[low];
    const other = stack[high];
    if (one !== undefined && other !== undefined) {
      stack[low] = other;
      stack[high] = one;
    }
  }
}

/** Positions and the like have no type. */
function isNode(value: unknown): value is Node {
  return typeof (value as { readonly type?: unknown } | null | undefined)?.type === "string";
}
