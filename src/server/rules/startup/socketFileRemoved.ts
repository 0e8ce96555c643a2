import type { Node } from "@babel/types";
import { t } from "../../../shared/translate.ts";
import { filesListening } from "../../analysis/atStart.ts";
import { stringOf } from "../../analysis/constants.ts";
import { withoutStatement } from "../../analysis/edits.ts";
import { type ExportedValue, valueAcross } from "../../analysis/exportedFunctions.ts";
import { factsOf } from "../../analysis/moduleFacts.ts";
import { around, asCall, functionAround, lastName, propertyOf, settledValue, textOf } from "../../analysis/nodes.ts";
import { calledFunction } from "../../analysis/requests/requestPath.ts";
import type { Finding, Fix, Rule } from "../../analysis/rule.ts";
import type { Analysis } from "../../source/scopes.ts";

const removing =
  /^(?:fs(?:\/promises)?#(?:promises\.)?(?:unlink|rm)(?:Sync)?|fs-extra#(?:unlink|rm|remove)(?:Sync)?|del#(?:deleteSync|deleteAsync|default)|rimraf#(?:default|sync|rimraf|rimrafSync))$/;

/** The file of a Unix socket that is removed by the app that listens on it. */
export const socketFileRemoved: Rule = {
  id: "socket-file-removed",
  severity: "warning",
  check({ analysis, app }) {
    const { calls, isTest } = factsOf(analysis);
    const removed = calls.flatMap(({ node, api }) => {
      const [file] = api !== undefined && removing.test(api) ? node.arguments : [];
      return file === undefined ? [] : [{ node, file }];
    });
    if (!app.supervised || isTest || removed.length === 0) {
      return [];
    }
    const own = listenedPaths(analysis);
    const beside = removed.some(({ file }) => mayBeSocket(analysis, file)) ? listenedBeside(analysis) : [];
    return removed.flatMap(({ node, file }): Finding[] => {
      const { start, end } = node.callee;
      const isListened = (path: ExportedValue) => isSame(path, { analysis, node: file });
      const found = own.some(isListened) || (mayBeSocket(analysis, file) && beside.some(isListened));
      if (start == null || end == null || !found || isForTaken(analysis, node)) {
        return [];
      }
      const message = t(
        "The old workers still serve on this socket in a reload, and clients are refused from here until Hitless has put its file back: leave it out, a file that is left over is removed at the start.",
      );
      return [{ start, end, message, fixes: fixOf(analysis, node) }];
    });
  },
};

/** `if (error.code === "EADDRINUSE") unlink(path)`: no worker is refused an address that Hitless has. */
function isForTaken(analysis: Analysis, node: Node): boolean {
  return [...around(analysis, node)].some(
    (parent) => parent.type === "IfStatement" && textOf(analysis, parent.test).includes("EADDRINUSE"),
  );
}

/** The paths that servers of a file listen on, but those that no other worker has. */
function listenedPaths(analysis: Analysis): ExportedValue[] {
  return factsOf(analysis)
    .listens.flatMap(({ call }) => pathOf(analysis, call.arguments[0]) ?? [])
    .filter((path) => !isNewEachTime(analysis, path))
    .map((node) => ({ analysis, node }));
}

function listenedBeside(analysis: Analysis): ExportedValue[] {
  return filesListening(analysis).flatMap(listenedPaths);
}

/** The path that a server listens on; `undefined` for a port. */
function pathOf(analysis: Analysis, first: Node | undefined): Node | undefined {
  const value = first && settledValue(analysis, first);
  if (value?.type === "ObjectExpression") {
    const path = propertyOf(value, "path");
    return path === "unknown" ? undefined : path;
  }
  // `listen(xpipe.eq(socketPath))`, which makes a named pipe of it on Windows.
  const [only, another] = asCall(value)?.arguments ?? [];
  if (only !== undefined && another === undefined && socketName.test(lastName(only) ?? "")) {
    return only;
  }
  return value?.type === "NumericLiteral" || value?.type === "ArrowFunctionExpression" ? undefined : first;
}

/** A path that no other worker has. */
function isNewEachTime(analysis: Analysis, path: Node): boolean {
  const value = settledValue(analysis, path);
  const call = asCall(value);
  const maker = call && calledFunction(analysis, call);
  return /random|uuid|nanoid|\bpid\b|Date\.now|mkdtemp|createHash|digest/i.test(textOf(analysis, maker ?? value));
}

/** Names that only the file of a Unix socket has. */
const socketName = /sock/i;

/** Whether another file may listen on what is removed here: other files are parsed for what is called a socket alone. */
function mayBeSocket(analysis: Analysis, file: Node): boolean {
  return (
    socketName.test(textOf(analysis, file)) ||
    socketName.test(stringOf(analysis, valueAcross(analysis, file).node) ?? "")
  );
}

/**
 * The same variable or property, or the same text, also where it is imported; across functions and files a path is known by its
 * name, when that is one of a socket: `listen(socket)` in one, `unlink(options.socket)` in the other.
 */
function isSame(one: ExportedValue, other: ExportedValue): boolean {
  const [a, b] = [valueAcross(one.analysis, one.node), valueAcross(other.analysis, other.node)];
  const text = stringOf(a.analysis, a.node);
  if (text !== undefined) {
    return text === stringOf(b.analysis, b.node);
  }
  if (a.node === b.node && a.node !== one.node) {
    return true;
  }
  const isMember = a.node.type === "MemberExpression" && b.node.type === "MemberExpression";
  if (isMember && textOf(a.analysis, a.node) === textOf(b.analysis, b.node)) {
    return a.analysis.module === b.analysis.module || /^process\.env\b/.test(textOf(a.analysis, a.node));
  }
  const name = lastName(one.node);
  if (name !== undefined && socketName.test(name) && name === lastName(other.node)) {
    return true;
  }
  const binding = one.node.type === "Identifier" ? one.analysis.bindingOf(one.node) : undefined;
  return (
    binding !== undefined &&
    other.node.type === "Identifier" &&
    one.analysis.module === other.analysis.module &&
    binding === other.analysis.bindingOf(other.node)
  );
}

/** Removes the statement, with the condition or the `try` around it that holds nothing else. */
function fixOf(analysis: Analysis, call: Node): Fix[] {
  let statement: Node | undefined;
  for (const parent of [call, ...around(analysis, call, functionAround(analysis, call))]) {
    const above = analysis.parentOf(parent);
    const isAwait = parent.type === "AwaitExpression" || parent === call;
    if (parent.type === "ExpressionStatement" || isOnlyThat(parent, statement)) {
      statement = parent;
    } else if (!isAwait && !(parent.type === "BlockStatement" && parent.body.length === 1)) {
      break;
    }
    if (above === undefined) {
      break;
    }
  }
  const takesCallback = (asCall(call)?.arguments.length ?? 0) > 1;
  return statement === undefined || takesCallback
    ? []
    : [{ title: t("Leave the file to Hitless"), edits: withoutStatement(analysis, statement) }];
}

/** `if (exists(path)) { … }` or `try { … } catch {}` around a statement alone. */
function isOnlyThat(node: Node, inner: Node | undefined): boolean {
  if (inner === undefined) {
    return false;
  }
  const isAlone = (block: Node | null | undefined) =>
    block === inner || (block?.type === "BlockStatement" && block.body.length === 1 && block.body[0] === inner);
  return (
    (node.type === "IfStatement" && node.alternate == null && isAlone(node.consequent)) ||
    (node.type === "TryStatement" &&
      node.finalizer == null &&
      isAlone(node.block) &&
      node.handler?.body.body.length === 0)
  );
}
