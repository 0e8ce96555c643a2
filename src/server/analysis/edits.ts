import type { Node } from "@babel/types";
import { isBlank, trailing } from "../../shared/text/trailing.ts";
import { codeStyle } from "../source/codeStyle.ts";
import type { FunctionNode } from "../source/declare.ts";
import type { Analysis } from "../source/scopes.ts";
import type { Fix } from "./rule.ts";

type Edits = Fix["edits"];

/** Removes a statement, with its line if nothing else is on it; comments stay. */
export function withoutStatement({ module: { text } }: Analysis, { start, end }: Node): Edits {
  if (start == null || end == null) {
    return [];
  }
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const [behind = ""] = /^[ \t]*(?:\r?\n)?/.exec(text.slice(end)) ?? [];
  const isAlone = behind.endsWith("\n") && text.slice(lineStart, start).trim() === "";
  const before = trailing(text.slice(0, start), isBlank);
  if (isAlone) {
    return [{ start: lineStart, end: end + behind.length, text: "" }];
  }
  // At the end of a line the space before it is removed, else the one after it.
  return behind.endsWith("\n")
    ? [{ start: start - before.length, end, text: "" }]
    : [{ start, end: end + behind.length, text: "" }];
}

/** Appends a statement to a function, in the file's style; `undefined` if the function returns something there. */
export function withLastStatement(analysis: Analysis, { body }: FunctionNode, statement: string): Edits | undefined {
  const { text } = analysis.module;
  const { semicolon, indent, eol } = codeStyle(analysis);
  const { start, end } = body;
  if (start == null || end == null) {
    return undefined;
  }
  if (body.type !== "BlockStatement") {
    const { parenthesized } = body.extra ?? {};
    return parenthesized === true
      ? undefined
      : [
          { start, end: start, text: "{ " },
          { start: end, end, text: `; ${statement}${semicolon} }` },
        ];
  }
  const last = body.body.at(-1);
  if (last?.type === "ReturnStatement" || last?.type === "ThrowStatement") {
    return undefined;
  }
  // After a comment that follows the last statement, since it belongs to that one.
  const inner = text.slice(start + 1, end - 1).trimEnd();
  const at = start + 1 + inner.length;
  if (!text.slice(start, end).includes("\n")) {
    const separator = last !== undefined && isOpen(text, last) ? "; " : " ";
    return [{ start: at, end: end - 1, text: `${separator}${statement}${semicolon} ` }];
  }
  const [, first] = /\n([ \t]*)\S/.exec(inner) ?? [];
  const before = last?.start == null ? undefined : lineUntil(text, last.start);
  const outer = /^[ \t]*/.exec(lineUntil(text, start))?.[0] ?? "";
  const margin = before?.trim() === "" ? before : ((last === undefined ? first : undefined) ?? `${outer}${indent}`);
  return [{ start: at, end: at, text: `${eol}${margin}${statement}${semicolon}` }];
}

/** Whether a statement would continue into what follows it on its line. */
function isOpen(text: string, { type, end }: Node): boolean {
  const isClosedByBrace = /^(?:Block|If|For|While|Try|Switch|Function|Class)/.test(type);
  return text[(end ?? 0) - 1] !== ";" && !isClosedByBrace;
}

function lineUntil(text: string, offset: number): string {
  return text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
}
