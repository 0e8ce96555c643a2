import assert from "node:assert/strict";
import type { Node } from "@babel/types";
import { type Analysis, analyse } from "../../../src/server/source/scopes.ts";
import { parseModule } from "../../../src/server/source/sourceModule.ts";
import { walk } from "../../../src/server/source/walk.ts";

/** The analysis of a source, whose name tells its language. */
export function analysed(text: string, file = "app.js"): Analysis {
  const languageId = /tsx$/.test(file) ? "typescriptreact" : /ts$/.test(file) ? "typescript" : "javascript";
  const module = parseModule(`file:///${file}`, languageId, text);
  assert.ok(module, "nothing could be parsed");
  return analyse(module);
}

/** The innermost nodes whose text is exactly this, in the order of the source. */
export function nodesOf({ module }: Analysis, text: string): Node[] {
  const found: Node[] = [];
  walk(module.ast.program, (node) => {
    if (module.text.slice(node.start ?? 0, node.end ?? 0) === text) {
      found.push(node);
    }
    return undefined;
  });
  return found;
}

/** The last node with this text, which is the innermost and the use rather than the declaration. */
export function lastNode(analysis: Analysis, text: string): Node {
  const node = nodesOf(analysis, text).at(-1);
  assert.ok(node, `“${text}” is no node`);
  return node;
}
