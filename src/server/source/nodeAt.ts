import type { Identifier, Node } from "@babel/types";
import type { SourceModule } from "./sourceModule.ts";
import { childrenOf } from "./walk.ts";

/** The name at an offset: the innermost identifier that contains or touches it. */
export function identifierAt({ ast }: SourceModule, offset: number): Identifier | undefined {
  let node: Node = ast.program;
  for (;;) {
    const parent: Node = node;
    // If there are two at one place, as in `import { x }` and `{ x }` in a pattern, the last is the variable.
    const inside: Node | undefined = childrenOf(parent).findLast((child) => covers(child, offset));
    if (inside === undefined) {
      return node.type === "Identifier" ? node : undefined;
    }
    node = inside;
  }
}

function covers({ start, end }: Node, offset: number): boolean {
  return start != null && end != null && start <= offset && offset <= end;
}
