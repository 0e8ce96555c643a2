import type { BlockStatement, Node } from "@babel/types";
import { isBlank, trailing } from "../../shared/text/trailing.ts";
import { t } from "../../shared/translate.ts";
import { listensBeside } from "../analysis/atStart.ts";
import { isForDevelopment } from "../analysis/development.ts";
import { withLastStatement, withoutStatement } from "../analysis/edits.ts";
import { functionElsewhere, valueAcross } from "../analysis/exportedFunctions.ts";
import { isLogCall } from "../analysis/logging.ts";
import { factsOf } from "../analysis/moduleFacts.ts";
import { around, asCall, asFunction, asMember, type Call, functionAround, textOf } from "../analysis/nodes.ts";
import { onlyInPrimary } from "../analysis/programs/primary.ts";
import { calledFunction } from "../analysis/requests/requestPath.ts";
import type { Finding, Fix, Rule } from "../analysis/rule.ts";
import { neverCloses } from "../analysis/signals/outOfReach.ts";
import { type SignalHandler, signalHandlers } from "../analysis/signals/signalHandlers.ts";
import { afterEnd, closesNoServer, endsIn } from "../analysis/signals/signalOutcome.ts";
import { type ClosableServer, closableServer } from "../shutdown/closableServer.ts";
import { codeStyle } from "../source/codeStyle.ts";
import type { FunctionNode } from "../source/declare.ts";
import { resolveApi } from "../source/resolveApi.ts";
import type { Analysis } from "../source/scopes.ts";

/** Calls are followed to this depth. */
const deepest = 3;

/** `process.exit` in a signal handler, in a file with a server, before anything could be closed. */
export const exitBeforeClose: Rule = {
  id: "exit-before-close",
  severity: "warning",
  check({ analysis }) {
    const facts = factsOf(analysis);
    const handlers = facts.isTest ? [] : signalHandlers(analysis);
    if (handlers.length === 0 || (facts.listens.length === 0 && !listensBeside(analysis))) {
      return [];
    }
    const findings = new Map<number, Finding>();
    for (const handler of handlers) {
      for (const { node, fixes } of exits(analysis, handler)) {
        const { start, end } = node;
        if (
          start != null &&
          end != null &&
          !isForDevelopment(analysis, node) &&
          !onlyInPrimary(analysis, handler.call)
        ) {
          findings.set(start, { start, end, message: message(), fixes });
        }
      }
    }
    return [...findings.values()];
  },
};

function message(): string {
  return t(
    "process.exit() ends the worker in the middle of its requests, and their clients are cut off: close the server first, and exit when it has closed.",
  );
}

interface EarlyExit {
  readonly node: Node;
  readonly fixes: Fix[];
}

function exits(analysis: Analysis, { listener, handler, isForMore }: SignalHandler): EarlyExit[] {
  if (handler === undefined) {
    const elsewhere = valueAcross(analysis, listener);
    const imported = elsewhere.analysis === analysis ? undefined : asFunction(elsewhere.node);
    if (imported !== undefined) {
      return exitsOf(elsewhere.analysis, imported, 1).length > 0 ? [{ node: listener, fixes: [] }] : [];
    }
    const api = resolveApi(analysis, listener);
    const server = closableServer(analysis, listener);
    return api?.module === "process" && api.name === "exit"
      ? [
          {
            node: listener,
            fixes:
              server === undefined
                ? []
                : [replace(listener, `() => ${server.closeAndThen(`${textOf(analysis, listener)}(0)`)}`, server)],
          },
        ]
      : [];
  }
  return exitsOf(analysis, handler, 0).map((node) => ({
    node,
    // After an error that nobody caught, the process is not to live on.
    fixes: functionAround(analysis, node) === handler && !isForMore ? fixesOf(analysis, node, handler) : [],
  }));
}

/** The exits that a function certainly reaches before it has waited for anything. */
function exitsOf(analysis: Analysis, handler: FunctionNode, depth: number): Call[] {
  return (factsOf(analysis).callsIn.get(handler) ?? []).flatMap((site) => {
    const { node, api } = site;
    if (!isCertain(analysis, node, handler)) {
      return [];
    }
    if (api === "process#exit") {
      return [node];
    }
    if (depth >= deepest) {
      return [];
    }
    const called = calledFunction(analysis, node);
    if (called === undefined) {
      const then = afterEnd(analysis, site);
      return then.length > 0 && closesNoServer(analysis, handler)
        ? then.flatMap((callback) => exitsOf(analysis, callback, depth + 1))
        : exitsElsewhere(analysis, node, depth);
    }
    return called === handler ? [] : exitsOf(analysis, called, depth + 1);
  });
}

/** A call of a function of another file that ends the process. */
function exitsElsewhere(analysis: Analysis, call: Call, depth: number): Call[] {
  const called = functionElsewhere(analysis, call);
  return called !== undefined && exitsOf(called.analysis, called.node, depth + 1).length > 0 ? [call] : [];
}

/** Whether a call in a handler is unconditional: no condition, no error, no `await` before it. */
function isCertain(analysis: Analysis, call: Node, handler: FunctionNode): boolean {
  for (const parent of around(analysis, call, handler)) {
    switch (parent.type) {
      case "IfStatement":
      case "ConditionalExpression":
      case "LogicalExpression":
      case "CatchClause":
      case "SwitchStatement":
      case "ForStatement":
      case "ForOfStatement":
      case "WhileStatement":
        return false;
      default:
    }
  }
  return !awaitsBefore(analysis, handler, call.start ?? 0);
}

function awaitsBefore(analysis: Analysis, handler: FunctionNode, offset: number): boolean {
  const { body } = handler;
  const text = analysis.module.text.slice(body.start ?? 0, offset);
  // A missed finding is better than a false one: an `await` in a comment counts too.
  return /\bawait\b/.test(text) && !closesNoServer(analysis, handler) && !neverCloses(analysis, handler);
}

function fixesOf(analysis: Analysis, exit: Call, handler: FunctionNode): Fix[] {
  const server = closableServer(analysis, exit);
  const parent = analysis.parentOf(exit);
  if (server === undefined) {
    return [];
  }
  if (parent === handler) {
    return [replace(exit, server.closeAndThen(textOf(analysis, exit)), server)];
  }
  const block = parent?.type === "ExpressionStatement" ? analysis.parentOf(parent) : undefined;
  if (parent === undefined || block?.type !== "BlockStatement" || block.body.at(-1) !== parent) {
    return [];
  }
  // What ends before the server has closed is missing to the requests in flight.
  const ends = endsIn(analysis, handler);
  if (ends.length > 0 || awaitedClose(block, server.name) !== undefined) {
    return closingFirst(analysis, { exit, statement: parent, block, server }, handler, ends);
  }
  if (block !== handler.body) {
    return [];
  }
  const edits = closingEdits(analysis, { exit, statement: parent, block, server });
  return edits === undefined ? [] : [{ title: title(), edits }];
}

interface EarlyStatement {
  readonly exit: Call;
  readonly statement: Node;
  readonly block: BlockStatement;
  readonly server: ClosableServer;
}

/** Waits for the server before all that ends pools and clients, which an async function can with one statement. */
function closingFirst(
  analysis: Analysis,
  { statement, block, server }: EarlyStatement,
  handler: FunctionNode,
  ends: readonly Node[],
): Fix[] {
  const first = block.body.find(
    (other) =>
      other === statement ||
      ends.some((end) => (end.start ?? 0) >= (other.start ?? 0) && (end.end ?? 0) <= (other.end ?? 0)),
  );
  const closes = block.body.filter(
    (other) => closeCall(other, server.name) !== undefined || awaitedCall(other, server.name) !== undefined,
  );
  const [only, another] = closes;
  const isBefore = first?.start != null && ends.every(({ start }) => (start ?? 0) >= (first.start ?? 0));
  if (!handler.async || first?.start == null || !isBefore || another !== undefined) {
    return [];
  }
  const { semicolon, eol } = codeStyle(analysis);
  const waits =
    server.way === "promise"
      ? `await ${server.name}.close()`
      : `await new Promise((resolve) => ${server.name}.close(resolve))`;
  const call = only && (closeCall(only, server.name) ?? awaitedCall(only, server.name));
  if (only !== undefined) {
    const isFirst = (only.start ?? 0) <= first.start;
    return isFirst && call?.arguments.length === 0 ? [replace(only, `${waits}${semicolon}`, server)] : [];
  }
  const line = analysis.module.text.slice(0, first.start);
  const margin = trailing(line, isBlank);
  const isOnLine = line.slice(0, line.length - margin.length).endsWith("\n");
  const text = `${waits}${semicolon === "" && !isOnLine ? ";" : semicolon}${isOnLine ? `${eol}${margin}` : " "}`;
  return [replace({ start: first.start, end: first.start }, text, server)];
}

/** `await server.close();`, which waits for nothing where the server is one of Node.js. */
function awaitedClose({ body }: BlockStatement, server: string): Node | undefined {
  return body.find((statement) => awaitedCall(statement, server) !== undefined);
}

function awaitedCall(statement: Node, server: string): Call | undefined {
  return statement.type === "ExpressionStatement" && statement.expression.type === "AwaitExpression"
    ? callOfClose(statement.expression.argument, server)
    : undefined;
}

/** Makes the exit wait for the server, which may already be closed there; the rest of the handler stays. */
function closingEdits(
  analysis: Analysis,
  { exit, statement, block, server }: EarlyStatement,
): Fix["edits"] | undefined {
  const text = textOf(analysis, exit);
  const [only, second] = block.body.filter((other) => closeCall(other, server.name) !== undefined);
  const call = only && closeCall(only, server.name);
  if (only === undefined || call === undefined) {
    return replace(exit, server.closeAndThen(text), server).edits;
  }
  if (second !== undefined) {
    return undefined;
  }
  const [given, more] = call.arguments;
  if (given === undefined) {
    return [...withoutStatement(analysis, only), ...replace(exit, server.closeAndThen(text), server).edits];
  }
  const callback = more === undefined && server.way === "callback" ? asFunction(given) : undefined;
  const added = callback && onlyLogs(analysis, callback) ? withLastStatement(analysis, callback, text) : undefined;
  return added && [...added, ...withoutStatement(analysis, statement)];
}

/** Whether a function does nothing that takes time. */
function onlyLogs(analysis: Analysis, callback: FunctionNode): boolean {
  const { callsIn, functionsIn } = factsOf(analysis);
  return !callback.async && !functionsIn.has(callback) && (callsIn.get(callback) ?? []).every(isLogCall);
}

/** The call `server.close();`, whatever its arguments. */
function closeCall(statement: Node, server: string): Call | undefined {
  return statement.type === "ExpressionStatement" ? callOfClose(statement.expression, server) : undefined;
}

function callOfClose(expression: Node, server: string): Call | undefined {
  const call = asCall(expression);
  const callee = asMember(call?.callee);
  const isClose =
    callee?.object.type === "Identifier" &&
    callee.object.name === server &&
    callee.property.type === "Identifier" &&
    callee.property.name === "close";
  return isClose ? call : undefined;
}

function replace({ start, end }: Pick<Node, "start" | "end">, text: string, server: ClosableServer): Fix {
  const edits = start != null && end != null ? [{ start, end, text }] : [];
  return { title: title(), edits: [...server.edits, ...edits] };
}

function title(): string {
  return t("Close the server first");
}
