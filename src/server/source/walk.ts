import type { Node, Program } from "@babel/types";
import { visitorKeys } from "./visitorKeys.ts";

/**
 * Visits `node` and all below it in the order of the source, types included. `enter` may answer `skip`: then what is below
 * its node is not visited. Needs no stack of its own depth, since a chain of a thousand `+` is a tree of that depth.
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

/** All nodes of a program in the order of the source, each before those below it. */
export interface FlatTree {
  readonly nodes: readonly Node[];
  /** For each node the index of the one above it; -1 for the root. */
  readonly parents: readonly number[];
  /** For each node the index behind the last one below it. */
  readonly ends: readonly number[];
}

/** Every rule walks through the whole program: the way is found once. */
const flatTrees = new WeakMap<Program, FlatTree>();

/** A program as a list, which is kept as long as the program. The tree must not change. */
export function flatTree(program: Program): FlatTree {
  const known = flatTrees.get(program);
  if (known !== undefined) {
    return known;
  }
  const nodes: Node[] = [];
  const parents: number[] = [];
  const ends: number[] = [];
  const stack: Node[] = [program];
  // The nodes whose children are being visited, and how many the stack has without these.
  const open: number[] = [];
  const marks: number[] = [];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    while (stack.length < (marks.at(-1) ?? 0)) {
      marks.pop();
      ends[open.pop() ?? 0] = nodes.length;
    }
    const index = nodes.length;
    nodes.push(node);
    parents.push(open.at(-1) ?? -1);
    ends.push(index + 1);
    const before = stack.length;
    pushChildren(node, stack);
    if (stack.length > before) {
      open.push(index);
      marks.push(before);
    }
  }
  for (const index of open) {
    ends[index] = nodes.length;
  }
  const tree: FlatTree = { nodes, parents, ends };
  flatTrees.set(program, tree);
  return tree;
}

/** The nodes directly below, in the order of the source. */
export function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  pushChildren(node, children);
  return children.reverse();
}

/** Puts the nodes directly below on a stack, the first of the source on top. */
function pushChildren(node: Node, stack: Node[]): void {
  const before = stack.length;
  const fields = node as unknown as Readonly<Record<string, unknown>>;
  const keys = visitorKeys.get(node.type) ?? Object.keys(fields);
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
