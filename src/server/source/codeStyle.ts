import type { Analysis } from "./scopes.ts";
import { nodesOf } from "./walk.ts";

/** The style of a file, so that inserted code looks like the rest. */
export interface CodeStyle {
  /** One step of indentation. */
  readonly indent: string;
  readonly quote: '"' | "'";
  readonly semicolon: ";" | "";
  readonly eol: "\n" | "\r\n";
}

/** The style of most of the file; the defaults are two spaces, double quotes, semicolons. */
export function codeStyle({ module: { ast, text }, parentOf }: Analysis): CodeStyle {
  const statements = nodesOf(
    ast.program,
    "ExpressionStatement",
    "VariableDeclaration",
    "ReturnStatement",
    "ImportDeclaration",
  );
  const semicolons = statements.reduce((sum, { end }) => sum + (text[(end ?? 0) - 1] === ";" ? 1 : -1), 0);
  // JSX has its own quotes.
  const strings = nodesOf(ast.program, "StringLiteral").filter((node) => parentOf(node)?.type !== "JSXAttribute");
  const double = strings.reduce((sum, { start }) => sum + (text[start ?? 0] === "'" ? -1 : 1), 0);
  return {
    indent: indentOf(text),
    quote: double < 0 ? "'" : '"',
    semicolon: semicolons < 0 ? "" : ";",
    eol: text.includes("\r\n") ? "\r\n" : "\n",
  };
}

/** The step by which most lines are indented more than the line above. */
function indentOf(text: string): string {
  const steps = new Map<string, number>();
  let above = "";
  for (const line of text.split(/\r?\n/, 2_000)) {
    const indent = /^[ \t]*(?=[^\s*])/.exec(line)?.[0];
    if (indent === undefined) {
      continue;
    }
    const step = indent.startsWith(above) ? indent.slice(above.length) : "";
    if (step === "\t" || (step.length > 1 && step.length <= 8)) {
      steps.set(step, (steps.get(step) ?? 0) + 1);
    }
    above = indent;
  }
  const [most] = [...steps].sort(([, a], [, b]) => b - a);
  return most?.[0] ?? "  ";
}
