import assert from "node:assert/strict";
import { type Node, VISITOR_KEYS } from "@babel/types";
import visitorKeys from "../../../src/server/source/visitorKeys.json" with { type: "json" };
import { childrenOf, flatTree, nodesOf, walk } from "../../../src/server/source/walk.ts";
import { analysed, lastNode } from "./sources.ts";

/** Types and names, indented by depth, as `enter` sees them. */
function seen(node: Node, skip?: string): string[] {
  const depths = new Map<Node, number>();
  const lines: string[] = [];
  walk(node, (it, parent) => {
    const depth = parent === undefined ? 0 : (depths.get(parent) ?? Number.NaN) + 1;
    depths.set(it, depth);
    lines.push(`${" ".repeat(depth)}${it.type}${it.type === "Identifier" ? ` ${it.name}` : ""}`);
    return it.type === skip ? "skip" : undefined;
  });
  return lines;
}

describe("walking a tree", () => {
  it("knows of each type where its children are, as Babel does", () => {
    assert.deepEqual(visitorKeys, VISITOR_KEYS);
  });

  it("visits each before those below it, in the order of the source", () => {
    const { program } = analysed("f(a, (b) => { c; }); d;").module.ast;
    const expected = [
      "Program",
      " ExpressionStatement",
      "  CallExpression",
      "   Identifier f",
      "   Identifier a",
      "   ArrowFunctionExpression",
      "    Identifier b",
      "    BlockStatement",
      "     ExpressionStatement",
      "      Identifier c",
      " ExpressionStatement",
      "  Identifier d",
    ];
    assert.deepEqual(seen(program), expected);
    assert.deepEqual(
      seen(program, "ArrowFunctionExpression"),
      expected.filter((line) => !/ [bc]$|Block|^ {5}/.test(line)),
    );
  });

  it("visits the same from within", () => {
    const analysis = analysed("f(a, (b) => { c; }); d;");
    const arrow = lastNode(analysis, "(b) => { c; }");
    assert.deepEqual(seen(arrow), [
      "ArrowFunctionExpression",
      " Identifier b",
      " BlockStatement",
      "  ExpressionStatement",
      "   Identifier c",
    ]);
    assert.deepEqual(seen(arrow, "BlockStatement"), ["ArrowFunctionExpression", " Identifier b", " BlockStatement"]);
  });

  it("sorts what Babel keeps apart, and reads types that it does not know", () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a source.
    const source = "`1${a}2${b}3`";
    const template = lastNode(analysed(source), source);
    assert.deepEqual(
      childrenOf(template).map(({ start }) => start),
      [1, 4, 6, 9, 11],
    );
    const typed = analysed("// @flow\nconst a: Array<number> = b;");
    assert.ok(seen(typed.module.ast.program).some((line) => line.trim() === "NumberTypeAnnotation"));
  });

  it("finds the nodes of some types, and each by itself, in odd places too", () => {
    const { program } = analysed("f(g?.(), a.b); h;").module.ast;
    const types = nodesOf(program, "OptionalCallExpression", "CallExpression").map(({ type }) => type);
    assert.deepEqual(types, ["CallExpression", "OptionalCallExpression"]);
    assert.deepEqual(
      nodesOf(program, "Identifier").map(({ name }) => name),
      ["f", "g", "a", "b", "h"],
    );
    assert.deepEqual(nodesOf(program, "ClassBody"), []);
    for (const [text, file] of [
      ["f(a, ({ b, c: [d = e] }) => { f; });", "a.js"],
      ["@d export class C { @e f = 1; }", "a.js"],
      ["@d() export default class<T> extends B<T> { constructor(@I() private x?: X) {} }", "a.ts"],
    ] as const) {
      const tree = flatTree(analysed(text, file).module.ast.program);
      assert.deepEqual(tree.nodes.map(tree.indexOf), [...tree.nodes.keys()], text);
    }
    assert.equal(flatTree(program).indexOf(analysed("z;").module.ast.program), -1);
  });

  it("says where each subtree ends", () => {
    const { program } = analysed("f(a, (b) => { c; }); d;").module.ast;
    assert.deepEqual([...flatTree(program).ends], [12, 10, 10, 4, 5, 10, 7, 10, 10, 10, 12, 12]);
  });
});
