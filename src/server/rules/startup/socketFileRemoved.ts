import type { Node } from "@babel/types";
import { t } from "../../../shared/translate.ts";
import { stringOf } from "../../analysis/constants.ts";
import { withoutStatement } from "../../analysis/edits.ts";
import { factsOf } from "../../analysis/moduleFacts.ts";
import { around, asCall, functionAround, propertyOf, settledValue, textOf } from "../../analysis/nodes.ts";
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
    const { calls, listens, isTest } = factsOf(analysis);
    const paths = listens
      .flatMap(({ call }) => pathOf(analysis, call.arguments[0]) ?? [])
      .filter((path) => !isNewEachTime(analysis, path));
    if (!app.supervised || isTest || paths.length === 0) {
      return [];
    }
    return calls.flatMap(({ node, api }): Finding[] => {
      const [file] = api !== undefined && removing.test(api) ? node.arguments : [];
      const { start, end } = node.callee;
      if (file === undefined || start == null || end == null || !paths.some((path) => isSame(analysis, path, file))) {
        return [];
      }
      const message = t(
        "The old workers still serve on this socket in a reload, and clients are refused from here until Hitless has put its file back: leave it out, a file that is left over is removed at the start.",
      );
      return [{ start, end, message, fixes: fixOf(analysis, node) }];
    });
  },
};

/** The path that a server listens on; `undefined` for a port. */
function pathOf(analysis: Analysis, first: Node | undefined): Node | undefined {
  const value = first && settledValue(analysis, first);
  if (value?.type === "ObjectExpression") {
    const path = propertyOf(value, "path");
    return path === "unknown" ? undefined : path;
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

/** The same variable or property, or the same text. */
function isSame(analysis: Analysis, one: Node, other: Node): boolean {
  const text = stringOf(analysis, one);
  if (text !== undefined) {
    return text === stringOf(analysis, other);
  }
  if (one.type === "Identifier" && other.type === "Identifier") {
    const binding = analysis.bindingOf(one);
    return binding !== undefined && binding === analysis.bindingOf(other);
  }
  const isMember = one.type === "MemberExpression" && other.type === "MemberExpression";
  return isMember && textOf(analysis, one) === textOf(analysis, other);
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
