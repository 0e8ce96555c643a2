import type { Node } from "@babel/types";
import { t } from "../../shared/translate.ts";
import { withLastStatement } from "../analysis/edits.ts";
import type { CallSite } from "../analysis/moduleFacts.ts";
import { factsOf } from "../analysis/moduleFacts.ts";
import { asFunction, functionAround } from "../analysis/nodes.ts";
import type { Fix } from "../analysis/rule.ts";
import { isProcessListener, type SignalHandler } from "../analysis/signals/signalHandlers.ts";
import { closableServer } from "../shutdown/closableServer.ts";
import type { FunctionNode } from "../source/declare.ts";
import type { Analysis } from "../source/scopes.ts";
import { serverKind } from "../source/serverCalls.ts";

const exit = "process.exit(0)";

/**
 * Makes a listener exit: after the closing in `closing` is done, else after closing the only server of the file. Only
 * in a function that nothing else calls.
 */
export function exitFixes(analysis: Analysis, handler: SignalHandler, closing: readonly CallSite[] | undefined): Fix[] {
  const own = handler.handler;
  if (own === undefined || !isOnlyListener(analysis, handler, own)) {
    return [];
  }
  const edits = closing === undefined ? closeAndExit(analysis, handler, own) : exitAfter(analysis, own, closing);
  return edits === undefined ? [] : [{ title: t("Close the server and exit"), edits }];
}

function closeAndExit(analysis: Analysis, { listener }: SignalHandler, own: FunctionNode): Fix["edits"] | undefined {
  const server = listener === own ? closableServer(analysis, own) : undefined;
  const added = server && withLastStatement(analysis, own, server.closeAndThen(exit));
  return added && [...server.edits, ...added];
}

/** Written inline, or a function whose name is only passed to listeners. */
function isOnlyListener(analysis: Analysis, { listener }: SignalHandler, own: FunctionNode): boolean {
  const binding = listener.type === "Identifier" ? analysis.bindingOf(listener) : undefined;
  const listeners = new Set<Node>(
    factsOf(analysis)
      .calls.filter(isProcessListener)
      .flatMap(({ node }) => node.arguments),
  );
  return listener === own || (binding?.references.every((use) => listeners.has(use)) ?? false);
}

function exitAfter(analysis: Analysis, own: FunctionNode, closing: readonly CallSite[]): Fix["edits"] | undefined {
  const [only, another] = closing;
  if (only?.receiver === undefined || another !== undefined || functionAround(analysis, only.node) !== own) {
    return undefined;
  }
  const { node, receiver } = only;
  const [given, more] = node.arguments;
  const at = (node.end ?? 0) - 1;
  const parent = analysis.parentOf(node);
  if (serverKind(analysis, receiver) === "fastify") {
    const isStatement = parent?.type === "ExpressionStatement" || parent === own;
    const isAwaited = parent?.type === "AwaitExpression" && analysis.parentOf(parent)?.type === "ExpressionStatement";
    const isLast = isAwaited && isTopLevel(analysis, analysis.parentOf(parent), own);
    if (given !== undefined) {
      return undefined;
    }
    return isLast
      ? withLastStatement(analysis, own, exit)
      : isStatement
        ? [{ start: at + 1, end: at + 1, text: `.then(() => ${exit}, () => process.exit(1))` }]
        : undefined;
  }
  if (given === undefined) {
    return [{ start: at, end: at, text: `() => ${exit}` }];
  }
  const callback = more === undefined ? asFunction(given) : undefined;
  return callback && withLastStatement(analysis, callback, exit);
}

function isTopLevel(analysis: Analysis, statement: Node | undefined, own: FunctionNode): boolean {
  return statement !== undefined && analysis.parentOf(statement) === own.body;
}
