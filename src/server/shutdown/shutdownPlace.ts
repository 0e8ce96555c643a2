import type { Node } from "@babel/types";
import type { Fix } from "../analysis/rule.ts";
import { codeStyle } from "../source/codeStyle.ts";
import type { Analysis } from "../source/scopes.ts";
import { methodCall } from "../source/serverCalls.ts";

/** Where a handler can go: after the statement that makes a server listen. */
export interface Place {
  /** In a `block` more can follow; a `branch` has no braces yet, and a `body` is the value of an arrow function. */
  readonly kind: "block" | "branch" | "body";
  /** The statement, or the expression that is the body. */
  readonly statement: Node;
  readonly container: Node;
  readonly start: number;
  readonly end: number;
  /** The edits that make a block of it, before the statement and after the handler. */
  readonly edits: Fix["edits"];
  readonly closing: string;
  /** The indentation of the handler. */
  readonly margin: string;
}

/** The place for code after a call; nothing if there is none. */
export function placeFor(analysis: Analysis, call: Node): Place | undefined {
  for (let node: Node | undefined = call; node !== undefined; node = analysis.parentOf(node)) {
    const parent = analysis.parentOf(node);
    const { start, end } = node;
    if (parent === undefined || start == null || end == null) {
      return undefined;
    }
    switch (parent.type) {
      case "Program":
      case "BlockStatement":
        return {
          kind: "block",
          statement: node,
          container: parent,
          start,
          end: endOfLine(analysis.module.text, end),
          edits: [],
          closing: "",
          margin: marginOf(analysis.module.text, start),
        };
      case "IfStatement":
        return parent.test === node ? undefined : branch(analysis, node, parent);
      case "ArrowFunctionExpression":
        return parent.body === node && isLastThen(analysis, parent) ? body(analysis, node, parent) : undefined;
      default:
        if (/Function|Method|Class/.test(parent.type)) {
          return undefined;
        }
    }
  }
  return undefined;
}

function branch(analysis: Analysis, statement: Node, owner: Node): Place | undefined {
  const { text } = analysis.module;
  const { indent, eol } = codeStyle(analysis);
  const { start, end } = statement;
  if (statement.type !== "ExpressionStatement" || start == null || end == null) {
    return undefined;
  }
  const before = text.slice(0, start).trimEnd();
  const line = before.slice(before.lastIndexOf("\n") + 1);
  if (!/(?:\)|\belse)$/.test(before) || line.includes("//")) {
    return undefined;
  }
  const outer = marginOf(text, owner.start ?? start);
  const margin = outer + indent;
  return {
    kind: "branch",
    statement,
    container: owner,
    start,
    end: endOfLine(text, end),
    edits: [{ start: before.length, end: start, text: ` {${eol}${margin}` }],
    closing: `${eol}${outer}}`,
    margin,
  };
}

function body(analysis: Analysis, expression: Node, arrow: Node): Place | undefined {
  const { text } = analysis.module;
  const { indent, eol, semicolon } = codeStyle(analysis);
  const { start, end, extra } = expression;
  const { parenthesized } = extra ?? {};
  if (parenthesized === true || start == null || end == null) {
    return undefined;
  }
  const outer = marginOf(text, arrow.start ?? start);
  const margin = outer + indent;
  return {
    kind: "body",
    statement: expression,
    container: arrow,
    start,
    end,
    edits: [
      { start, end: start, text: `{${eol}${margin}` },
      { start: end, end, text: semicolon },
    ],
    closing: `${eol}${outer}}`,
    margin,
  };
}

/** Whether an arrow function is passed to `then`, and its result is not used. */
function isLastThen(analysis: Analysis, arrow: Node): boolean {
  let call = analysis.parentOf(arrow);
  if (call?.type !== "CallExpression" || call.arguments[0] !== arrow || methodCall(call, "then") === undefined) {
    return false;
  }
  for (;;) {
    const callee: Node | undefined = analysis.parentOf(call);
    const next: Node | undefined = callee && analysis.parentOf(callee);
    const goesOn = next?.type === "CallExpression" && next.callee === callee;
    if (!goesOn || (methodCall(next, "catch") ?? methodCall(next, "finally")) === undefined) {
      const isVoid =
        callee?.type === "AwaitExpression" || (callee?.type === "UnaryExpression" && callee.operator === "void");
      return (isVoid ? analysis.parentOf(callee) : callee)?.type === "ExpressionStatement";
    }
    call = next;
  }
}

/** A comment after a statement belongs to it; another statement does not. */
function endOfLine(text: string, end: number): number {
  const comment = /^[ \t]*\/\/[^\r\n]*/.exec(text.slice(end));
  return end + (comment?.[0].length ?? 0);
}

function marginOf(text: string, start: number): string {
  const line = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
  return /^[ \t]*/.exec(line)?.[0] ?? "";
}
