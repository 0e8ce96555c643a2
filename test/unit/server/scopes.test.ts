import assert from "node:assert/strict";
import type { Identifier, Node } from "@babel/types";
import type { Analysis, Binding } from "../../../src/server/source/scopes.ts";
import { parseModule } from "../../../src/server/source/sourceModule.ts";
import { flatTree } from "../../../src/server/source/walk.ts";
import { analysed, lastNode, nodesOf } from "./sources.ts";

function identifier(node: Node): Identifier {
  assert.equal(node.type, "Identifier");
  return node as Identifier;
}

function bindingOf(analysis: Analysis, name: string): Binding | undefined {
  return analysis.bindingOf(identifier(lastNode(analysis, name)));
}

describe("which name is which", () => {
  it("hoists functions and var out of blocks, and keeps let, const and class in them", () => {
    const analysis = analysed("use(a, b, c, d); { var a; let b; class c {} } function d() {}");
    assert.deepEqual([...analysis.root.bindings.keys()], ["a", "d"]);
    const [a, b] = ["a", "b"].map((name) => nodesOf(analysis, name)[0]).map((node) => node && identifier(node));
    assert.equal(a && analysis.bindingOf(a)?.kind, "var");
    assert.equal(b && analysis.bindingOf(b), undefined);
  });

  it("takes the innermost: parameters, catch, named functions and classes", () => {
    for (const [text, kind] of [
      ["const x = 1; function f(x) { x; }", "param"],
      ["const x = 1; try {} catch (x) { x; }", "catch"],
      ["const x = 1; (function x() { x; })", "function"],
      ["const x = 1; (class x { m() { x; } })", "class"],
      ["const x = 1; for (let x of y) { x; }", "let"],
      ["const x = 1; ({ a: [{ b: x = 2 }] }) => { x; }", "param"],
      ["function x(x) { x; }", "param"],
      ["import x from 'x'; x;", "import"],
    ] as const) {
      assert.equal(bindingOf(analysed(text), "x")?.kind, kind, text);
    }
  });

  it("tells uses from declarations, writes from reads, and properties from variables", () => {
    const analysis = analysed(
      "let n = 0; n += 1; n++; [n] = [2]; for (n of []) ; o.n = n; ({ n: 1, n }); n: for (;;) break n;",
    );
    const binding = analysis.root.bindings.get("n");
    assert.deepEqual(
      binding?.assignments.map(({ type }) => type),
      ["AssignmentExpression", "UpdateExpression", "AssignmentExpression", "ForOfStatement"],
    );
    assert.equal(binding?.references.length, 6);
    assert.equal(binding?.init?.type, "NumericLiteral");
  });

  it("knows scopes, parents and enclosing functions", () => {
    const analysis = analysed("const out = () => { if (a) { const inner = mark; } };");
    const mark = lastNode(analysis, "mark");
    assert.deepEqual([...analysis.scopeOf(mark).bindings.keys()], ["inner"]);
    assert.equal(analysis.parentOf(mark)?.type, "VariableDeclarator");
    assert.equal(analysis.enclosingFunction(mark)?.type, "ArrowFunctionExpression");
    assert.equal(analysis.enclosingFunction(lastNode(analysis, "out")), undefined);
  });

  it("ignores what TypeScript takes away", () => {
    const analysis = analysed(
      "const a = 1; let b: typeof a; type a2 = a; function f(this: a, x?: a): a {} export { a };",
      "a.ts",
    );
    assert.equal(analysis.root.bindings.get("a")?.references.length, 1);
  });

  it("goes through an expression of three thousand terms", () => {
    const analysis = analysed(`const x = ${"y + ".repeat(3_000)}y;`);
    assert.equal(analysis.root.bindings.get("x")?.kind, "const");
  });
});

describe("a source", () => {
  it("is a module by its name, else by what it says", () => {
    const format = (text: string, file: string) => parseModule(`file:///${file}`, "javascript", text)?.format;
    assert.equal(format("", "a.mjs"), "esm");
    assert.equal(format("", "a.cjs"), "cjs");
    assert.equal(format("import 'x'", "a.js"), "esm");
    assert.equal(format("require('x')", "a.js"), "cjs");
    assert.equal(format("await x", "a.js"), "esm");
    assert.equal(format("for await (const x of y) {}", "a.js"), "esm");
    assert.equal(format("const y = load(); await (y);", "a.js"), "esm");
    assert.equal(format("async () => { await (y); }", "a.js"), "cjs");
  });

  it("is read as far as possible when it is broken", () => {
    for (const text of [
      "const a = 1;\nconst b = ;\nfoo(;\n",
      "const a = 1;\nfunction f() {\n",
      "const a = 1;\nif (x { y }\n",
      "const a = 1;\nconst s = 'abc\nconst t = 2;\n",
      "const a = 1;\n@@@\n###\n",
      "const a = 1; const a = 2;",
    ]) {
      const analysis = analysed(text);
      assert.equal(analysis.module.broken, true, text);
      assert.equal(analysis.module.text, text);
      assert.ok(analysis.root.bindings.has("a"), text);
    }
  });

  it("may be typed by Flow without saying so, if that is all that is wrong with it", () => {
    for (const text of [
      "const a: number = 1;",
      "import type { X } from 'y';\nexport function a(b: X, c?: ?string): Promise<void> {}",
      "import { type X } from 'y';\nclass a<T> { b: T; }",
      "export type X = { [key: string]: any };\nlet a = (b: any);",
    ]) {
      const analysis = analysed(text);
      assert.equal(analysis.module.broken, false, text);
      assert.ok(analysis.root.bindings.has("a"), text);
    }
    for (const text of ["const a = { b: 1 c: 2 };", "const a: number = ;", "const a = 1;\nf(a:);"]) {
      const analysis = analysed(text);
      assert.equal(analysis.module.broken, true, text);
      assert.equal(flatTree(analysis.module.ast.program).byType.has("TypeAnnotation"), false, text);
    }
  });

  it("may be JSX, TypeScript, TSX, decorated, or typed by Flow", () => {
    for (const [text, file] of [
      ["const a = <A b={c}>d</A>;", "a.jsx"],
      ["const a = <A b={c as D}>d</A>;", "a.tsx"],
      ["const a = <A>b;", "a.ts"],
      ["class C { constructor(@Inject() private readonly x: X) {} }", "a.ts"],
      ["@d class C { @e f = 1 }", "a.js"],
      ["// @flow\nconst a: number = 1;", "a.js"],
      ["#!/usr/bin/env node\nreturn 1;", "a.js"],
      ["using x = y; export default await z;", "a.mjs"],
    ] as const) {
      assert.equal(analysed(text, file).module.broken, false, text);
    }
  });
});
