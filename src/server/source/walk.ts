import type { Node } from "@babel/types";

/** What a node holds beside its children. */
const noChildren: ReadonlySet<string> = new Set([
  "type",
  "start",
  "end",
  "loc",
  "range",
  "extra",
  "errors",
  "comments",
  "tokens",
  "leadingComments",
  "innerComments",
  "trailingComments",
]);

/**
 * Visits `node` and all below it in the order of the source, types included. `enter` may answer `skip`: then what is below
 * its node is not visited. Needs no stack of its own depth, since a chain of a thousand `+` is a tree of that depth.
 */
export function walk(node: Node, enter: (node: Node, parent: Node | undefined) => "skip" | undefined): void {
  const nodes: Node[] = [node];
  const parents: (Node | undefined)[] = [undefined];
  for (let current = nodes.pop(); current !== undefined; current = nodes.pop()) {
    const parent = parents.pop();
    if (enter(current, parent) === "skip") {
      continue;
    }
    const children = childrenOf(current);
    for (let index = children.length - 1; index >= 0; index -= 1) {
      const child = children[index];
      if (child !== undefined) {
        nodes.push(child);
        parents.push(current);
      }
    }
  }
}

/** The nodes directly below, in the order of the source as far as Babel's own order of fields is it. */
export function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  const fields = node as unknown as Readonly<Record<string, unknown>>;
  for (const key in fields) {
    const value = noChildren.has(key) ? undefined : fields[key];
    if (Array.isArray(value)) {
      for (const item of value) {
        if (isNode(item)) {
          children.push(item);
        }
      }
    } else if (isNode(value)) {
      children.push(value);
    }
  }
  return children;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
