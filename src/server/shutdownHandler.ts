import type { Node } from "@babel/types";
import type { Fix } from "./rules/rule.ts";
import { type CodeStyle, codeStyle } from "./source/codeStyle.ts";
import { resolveApi } from "./source/resolveApi.ts";
import type { Analysis } from "./source/scopes.ts";
import { type ListenCall, listenCalls, type ServerKind } from "./source/servers.ts";
import { nodesOf } from "./source/walk.ts";
import { t } from "./texts.ts";

/** The offer to end what listens at `call` in good order. */
export interface ShutdownOffer extends Fix {
  readonly call: Node;
}

/**
 * For each server of the file that can be told: what to add so that its worker ends by itself, after the requests in
 * flight, when it is sent the message `shutdown` or SIGTERM. Nothing for a file that handles either already.
 */
export function shutdownHandlers(analysis: Analysis): ShutdownOffer[] {
  const taken = namesIn(analysis);
  if (taken === undefined) {
    return [];
  }
  return listenCalls(analysis).flatMap((listen) => {
    const place = placeFor(analysis, listen);
    const server = place && serverName(analysis, listen, place, taken);
    if (place === undefined || server === undefined) {
      return [];
    }
    const style = codeStyle(analysis);
    const lines = handler(server.name, closesByPromise(listen.kind), style, taken);
    const margin = marginOf(analysis.module.text, place.start);
    const text = lines.map((line) => (line === "" ? style.eol : `${style.eol}${margin}${line}`)).join("");
    const distance = isFollowed(analysis.module.text, place.end) ? style.eol : "";
    const edits = [...server.edits, { start: place.end, end: place.end, text: text + distance }];
    return [{ call: listen.call, title: t("Add a shutdown handler for {0}", server.name), edits }];
  });
}

interface Place {
  /** The statement that makes the server listen. */
  readonly statement: Node;
  readonly start: number;
  readonly end: number;
}

/** The statement around the call, if another one can follow it. */
function placeFor(analysis: Analysis, { call }: ListenCall): Place | undefined {
  for (let node: Node | undefined = call; node !== undefined; node = analysis.parentOf(node)) {
    const parent = analysis.parentOf(node);
    const isStatement = parent?.type === "Program" || parent?.type === "BlockStatement";
    if (isStatement && node.start != null && node.end != null) {
      return { statement: node, start: node.start, end: endOfLine(analysis.module.text, node.end) };
    }
    if (parent !== undefined && /Function|Method|Class/.test(parent.type)) {
      return undefined;
    }
  }
  return undefined;
}

/** A comment behind a statement belongs to it; another statement does not. */
function endOfLine(text: string, end: number): number {
  const comment = /^[ \t]*\/\/[^\r\n]*/.exec(text.slice(end));
  return end + (comment?.[0].length ?? 0);
}

/** Whether the next line has more code of the same block. */
function isFollowed(text: string, end: number): boolean {
  return /^[ \t]*\r?\n[ \t]*[^\s})]/.test(text.slice(end));
}

function closesByPromise(kind: ServerKind): boolean {
  return kind === "fastify" || kind === "nest";
}

/** What the handler calls `close` on, and what has to be changed so that it can. */
function serverName(
  analysis: Analysis,
  { call, receiver, kind }: ListenCall,
  { statement, start }: Place,
  taken: Set<string>,
): { readonly name: string; readonly edits: Fix["edits"] } | undefined {
  const { text } = analysis.module;
  const closable = kind === "http" || closesByPromise(kind);
  if (kind === "other") {
    return undefined;
  }
  if (closable && (receiver.type === "Identifier" || receiver.type === "MemberExpression")) {
    return { name: text.slice(receiver.start ?? 0, receiver.end ?? 0), edits: [] };
  }
  const declared = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
  if (declared?.type === "VariableDeclaration") {
    const [declarator] = declared.declarations;
    const isCall = declarator?.init != null && givesServer(declarator.init, call);
    return isCall && declarator.id.type === "Identifier" ? { name: declarator.id.name, edits: [] } : undefined;
  }
  if (statement.type !== "ExpressionStatement" || closesByPromise(kind)) {
    return undefined;
  }
  const { expression } = statement;
  if (expression.type === "AssignmentExpression" && expression.operator === "=") {
    const { left, right } = expression;
    return left.type === "Identifier" && givesServer(right, call) ? { name: left.name, edits: [] } : undefined;
  }
  if (!givesServer(expression, call)) {
    return undefined;
  }
  const name = freeName(["server", "httpServer", "listeningServer"], taken);
  return { name, edits: [{ start, end: start, text: `const ${name} = ` }] };
}

/** Whether an expression is the call, or what `on` and the like make of it: both are the server. */
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

function handler(server: string, byPromise: boolean, style: CodeStyle, taken: ReadonlySet<string>): string[] {
  const { indent, quote, semicolon } = style;
  const name = freeName(["shutdown", "shutDownServer", "endServer"], taken);
  const text = (content: string) => `${quote}${content}${quote}`;
  const hint = "// End here what else keeps the process alive, such as the pools of a database.";
  const close = byPromise
    ? [`await ${server}.close()${semicolon}`, hint, `process.exit()${semicolon}`]
    : [`${server}.close(() => {`, `${indent}${hint}`, `${indent}process.exit()${semicolon}`, `})${semicolon}`];
  return [
    "",
    "// Takes no more connections and ends this worker when the requests in flight are answered.",
    `const ${name} = ${byPromise ? "async " : ""}() => {`,
    ...close.map((line) => `${indent}${line}`),
    `}${semicolon}`,
    `process.once(${text("SIGTERM")}, ${name})${semicolon}`,
    `process.on(${text("message")}, (message) => {`,
    `${indent}if (message === ${text("shutdown")}) {`,
    `${indent}${indent}${name}()${semicolon}`,
    `${indent}}`,
    `})${semicolon}`,
  ];
}

function marginOf(text: string, start: number): string {
  const line = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
  return /^[ \t]*/.exec(line)?.[0] ?? "";
}

function freeName(wishes: readonly string[], taken: ReadonlySet<string>): string {
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

/** Every name of the file; `undefined` if it handles SIGTERM or messages already, or `process` is something else. */
function namesIn(analysis: Analysis): Set<string> | undefined {
  const { program } = analysis.module.ast;
  const handled = nodesOf(program, "CallExpression").some((call) => {
    const [event] = call.arguments;
    const isEnd = event?.type === "StringLiteral" && (event.value === "SIGTERM" || event.value === "message");
    const api = isEnd ? resolveApi(analysis, call) : undefined;
    return api?.module === "process" && /^(?:on|once|addListener|prependListener)$/.test(api.name);
  });
  const own = analysis.root.bindings.get("process");
  const isProcess = own === undefined || own.kind === "import" || own.init !== undefined;
  return handled || !isProcess ? undefined : new Set(nodesOf(program, "Identifier").map(({ name }) => name));
}
