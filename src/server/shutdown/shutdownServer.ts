import type { Node } from "@babel/types";
import type { Fix } from "../analysis/rule.ts";
import { codeStyle } from "../source/codeStyle.ts";
import type { Analysis } from "../source/scopes.ts";
import type { ListenCall, ServerKind } from "../source/serverCalls.ts";
import type { Place } from "./shutdownPlace.ts";

/** A server that a handler can close. */
export interface ShutdownServer {
  /** Its name in the handler: `server`, `this.server`. */
  readonly name: string;
  /** How it closes: with a callback, with a promise, or with a callback once its sessions have ended too. */
  readonly way: "callback" | "promise" | "sessions";
  /** The edits that give it that name. */
  readonly edits: Fix["edits"];
  /** The code that must follow, line by line. */
  readonly after: readonly string[];
}

/** What the handler calls `close` on; nothing if unknown. A new name for it is added to `taken`. */
export function serverAt(
  analysis: Analysis,
  { call, receiver, kind }: ListenCall,
  { kind: placed, statement, start }: Place,
  taken: Set<string>,
): ShutdownServer | undefined {
  const { text } = analysis.module;
  const way = wayOf(kind);
  if (way === undefined) {
    return undefined;
  }
  const named = (name: string, edits: Fix["edits"] = [], after: readonly string[] = []) => ({
    name,
    way,
    edits,
    after,
  });
  const textOf = (node: Node) => text.slice(node.start ?? 0, node.end ?? 0);
  const isItself = kind !== "express" && kind !== "koa";
  // The promise that an arrow function returns must not be lost.
  if (placed === "body" && way === "promise") {
    return undefined;
  }
  if (isItself && (receiver.type === "Identifier" || receiver.type === "MemberExpression")) {
    return named(textOf(receiver));
  }
  const declared = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
  if (declared?.type === "VariableDeclaration") {
    const [declarator] = declared.declarations;
    const isCall = declarator?.init != null && givesServer(declarator.init, call);
    return isCall && declarator.id.type === "Identifier" ? named(declarator.id.name) : undefined;
  }
  if (way === "promise") {
    return undefined;
  }
  const expression = statement.type === "ExpressionStatement" ? statement.expression : statement;
  if (expression.type === "AssignmentExpression" && expression.operator === "=") {
    const { left, right } = expression;
    const isField = left.type === "MemberExpression" && left.object.type === "ThisExpression" && !left.computed;
    return (left.type === "Identifier" || isField) && givesServer(right, call) ? named(textOf(left)) : undefined;
  }
  const exported = expression.type === "ExportDefaultDeclaration" ? expression.declaration : undefined;
  if (!givesServer(exported ?? expression, call)) {
    return undefined;
  }
  const name = freeName(["server", "httpServer", "listeningServer"], taken);
  taken.add(name);
  const { semicolon } = codeStyle(analysis);
  return exported === undefined
    ? named(name, [{ start, end: start, text: `const ${name} = ` }])
    : named(
        name,
        [{ start, end: exported.start ?? start, text: `const ${name} = ` }],
        [`export default ${name}${semicolon}`],
      );
}

function wayOf(kind: ServerKind): ShutdownServer["way"] | undefined {
  switch (kind) {
    case "http":
    case "express":
    case "koa":
      return "callback";
    case "http2":
      return "sessions";
    case "fastify":
    case "nest":
      return "promise";
    case "other":
      return undefined;
  }
}

/** Whether an expression is the call, or the result of `on` and the like on it: both are the server. */
function givesServer(expression: Node, call: Node): boolean {
  let node = expression;
  while (node !== call) {
    const callee = node.type === "CallExpression" ? node.callee : undefined;
    if (callee?.type !== "MemberExpression" || callee.property.type !== "Identifier") {
      return false;
    }
    if (!["on", "once", "setTimeout"].includes(callee.property.name)) {
      return false;
    }
    node = callee.object;
  }
  return true;
}

/** The first of several names that a file does not use yet. */
export function freeName(wishes: readonly string[], taken: ReadonlySet<string>): string {
  const free = wishes.find((name) => !taken.has(name));
  if (free !== undefined) {
    return free;
  }
  let count = 2;
  while (taken.has(`${wishes[0]}${count}`)) {
    count += 1;
  }
  return `${wishes[0]}${count}`;
}
