import type { Node } from "@babel/types";

/**
 * Visits `node` and all below it in the order of the source, types included. `enter` may answer `skip`: then what is below
 * its node is not visited. Needs no stack of its own depth, since a chain of a thousand `+` is a tree of that depth.
 */
export function walk(node: Node, enter: (node: Node, parent: Node | undefined) => "skip" | undefined): void {
  const nodes: Node[] = [node];
  const parents: (Node | undefined)[] = [undefined];
  for (let current = nodes.pop(); current !== undefined; current = nodes.pop()) {
    if (enter(current, parents.pop()) !== "skip") {
      const count = pushChildren(current, nodes);
      for (let index = 0; index < count; index += 1) {
        parents.push(current);
      }
    }
  }
}

/** The nodes directly below, in the order of the source as far as Babel's own order of fields is it. */
export function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  pushChildren(node, children);
  return children.reverse();
}

/** Puts the nodes directly below on a stack, the first on top; returns how many. */
export function pushChildren(node: Node, stack: Node[]): number {
  const before = stack.length;
  const fields = node as unknown as Readonly<Record<string, unknown>>;
  // Not `in`: Babel's nodes inherit a method that could be listed, which makes that slow.
  for (const key of Object.keys(fields)) {
    const value = fields[key];
    if (typeof value !== "object" || value === null) {
      continue;
    }
    if (Array.isArray(value)) {
      for (const item of value) {
        if (isNode(item)) {
          stack.push(item);
        }
      }
    } else if (isNode(value)) {
      stack.push(value);
    }
  }
  reverseFrom(stack, before);
  return stack.length - before;
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

/** Positions, comments and the like have no type, or are not kept (`attachComment: false`). */
function isNode(value: unknown): value is Node {
  return typeof (value as { readonly type?: unknown } | null | undefined)?.type === "string";
}
