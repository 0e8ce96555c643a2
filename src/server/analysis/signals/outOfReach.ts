import type { Node } from "@babel/types";
import type { FunctionNode } from "../../source/declare.ts";
import { propertyName, resolveApi } from "../../source/resolveApi.ts";
import type { Analysis, Binding } from "../../source/scopes.ts";
import { type ListenCall, serverKind } from "../../source/serverCalls.ts";
import { unwrapped } from "../../source/values.ts";
import { listensBeside } from "../atStart.ts";
import { valueAcross } from "../exportedFunctions.ts";
import { isLogCall } from "../logging.ts";
import { factsOf } from "../moduleFacts.ts";
import { around, asCall, asMember, lastName } from "../nodes.ts";
import { calledFunction } from "../requests/requestPath.ts";

/** Names of what ends a server, or see to it that something does. */
const ending = /clos|stop|shut|terminat|destroy|graceful|drain|exit|kill|hooks?$/i;

/** Names of what takes a server to serve more by it. */
const serving = /socket|ws|upgrade|route|attach|bind/i;

/**
 * Whether nothing but this file could close the servers of its process, and it does not: what a handler waits for has not closed
 * them, as far as it is known what that is. The server that `app.listen()` of Express gives is not kept, or no use of its variable ends it or hands it to what may.
 */
export function neverCloses(analysis: Analysis, handler: FunctionNode): boolean {
  const { callsIn, listens } = factsOf(analysis);
  const isKnown = (callsIn.get(handler) ?? []).every(
    (site) =>
      isLogCall(site) ||
      calledFunction(analysis, site.node) !== undefined ||
      resolveApi(analysis, site.node) !== undefined,
  );
  if (!isKnown) {
    return false;
  }
  return listens.length > 0 && !listensBeside(analysis) && listens.every((listen) => isNeverClosed(analysis, listen));
}

function isNeverClosed(analysis: Analysis, { call, receiver, kind }: ListenCall): boolean {
  const parent = analysis.parentOf(call);
  const isDropped = parent?.type === "ExpressionStatement" || parent?.type === "AwaitExpression";
  if (receiver === call) {
    return kind === "http" && isDropped;
  }
  const node = unwrapped(receiver);
  const across = kind === "other" ? valueAcross(analysis, node) : undefined;
  // The app of another file, which listens here: `require("./app").listen(80);`.
  if (across !== undefined && isDropped && serverKind(across.analysis, across.node) === "express") {
    return true;
  }
  const binding = node.type === "Identifier" ? analysis.bindingOf(node) : undefined;
  if (kind === "express" || kind === "koa") {
    const kept =
      parent?.type === "VariableDeclarator" && parent.id.type === "Identifier"
        ? analysis.bindingOf(parent.id)
        : undefined;
    const isUnused = isDropped || (kept !== undefined && kept.assignments.length === 0 && isKept(analysis, kept));
    // Who has the app can't close the server, unless it is of a class of the app's own.
    return isUnused && (kind === "express" || (binding !== undefined && isKept(analysis, binding)));
  }
  return (
    kind === "http" && isDropped && binding !== undefined && isKept(analysis, binding) && isMade(analysis, binding)
  );
}

/** Whether a variable holds a server that is made here, and is not given to other files by an export. */
function isMade(analysis: Analysis, binding: Binding): boolean {
  return (
    binding.init !== undefined &&
    serverKind(analysis, binding.init) !== undefined &&
    binding.assignments.length === 0 &&
    ![...around(analysis, binding.declaration)].some(({ type }) => type.startsWith("Export"))
  );
}

function isKept(analysis: Analysis, { references }: Binding): boolean {
  return references.every((use) => {
    const parent = analysis.parentOf(use);
    const member = asMember(parent);
    if (member?.object === use) {
      const name = propertyName(member);
      return name !== undefined && !ending.test(name);
    }
    const holder = [...around(analysis, use)].find(
      (one) => asCall(one) !== undefined || one.type === "ReturnStatement",
    );
    const call = asCall(holder);
    if (call === undefined) {
      return !isPassedOn(parent);
    }
    const name = lastName(call.callee) ?? "close";
    const isOwn = resolveApi(analysis, call)?.module.startsWith(".") === true;
    return !ending.test(name) && (!isOwn || serving.test(name));
  });
}

function isPassedOn(parent: Node | undefined): boolean {
  return (
    parent !== undefined &&
    /^(?:Export|Return|AssignmentExpression|VariableDeclarator|ObjectProperty|ArrowFunction)/.test(parent.type)
  );
}
