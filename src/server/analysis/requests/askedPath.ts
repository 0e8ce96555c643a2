import type { Node } from "@babel/types";
import type { FunctionNode } from "../../source/declare.ts";
import { resolveApi } from "../../source/resolveApi.ts";
import type { Analysis } from "../../source/scopes.ts";
import { stringOf } from "../constants.ts";
import { methodAt } from "../methods.ts";
import { factsOf } from "../moduleFacts.ts";
import { around, asCall, asFunction, asMember, functionAround, lastName, settledValue } from "../nodes.ts";
import { calledFromElsewhere } from "./calledFromElsewhere.ts";
import { reachable, requestPathOf } from "./requestPath.ts";

/** The parts of a file that run because a client asked or sent something: a request, or a message of a connection. */
export interface AskedPath {
  has(node: Node): boolean;
}

const events = /^(?:connection|message|close)$/;
const listening = /^(?:on|once|addEventListener|addListener)$/;

const known = new WeakMap<Analysis, AskedPath>();

export function askedPathOf(analysis: Analysis): AskedPath {
  const before = known.get(analysis);
  if (before !== undefined) {
    return before;
  }
  const requests = requestPathOf(analysis);
  const functions = reachable(analysis, listenersOf(analysis), isNow);
  // Known before the importers are asked, who may import each other.
  const path: AskedPath = {
    has(node) {
      const inside = functionAround(analysis, node);
      return isNow(analysis, node) && (requests.has(node) || (inside !== undefined && functions.has(inside)));
    },
  };
  known.set(analysis, path);
  if (analysis.files !== undefined && importersAbove < deepestImporters) {
    importersAbove += 1;
    try {
      const isInRequest = (importer: Analysis, place: Node) => askedPathOf(importer).has(place);
      for (const node of reachable(analysis, calledFromElsewhere({ analysis, isInRequest }), isNow)) {
        functions.add(node);
      }
    } finally {
      importersAbove -= 1;
    }
  }
  return path;
}

/** Whether a place runs for what a client asked: what a listener only plans, as in `setInterval`, does not. */
function isNow(analysis: Analysis, node: Node): boolean {
  return ![...around(analysis, node)].some((parent) => {
    const call = asCall(parent);
    return call !== undefined && resolveApi(analysis, call)?.name === "setInterval";
  });
}

/** Importers of importers are asked this far. */
const deepestImporters = 3;

/** How many files now wait for the answer of one that they are imported by. */
let importersAbove = 0;

/** The functions that are called with a connection, or with what comes over one. */
function listenersOf(analysis: Analysis): FunctionNode[] {
  const { calls, assignments } = factsOf(analysis);
  const given = calls.flatMap(({ node, method }) => {
    const [first, second] = node.arguments;
    const isRoute = method === "ws" && second !== undefined;
    const isEvent = first !== undefined && listening.test(method ?? "") && events.test(stringOf(analysis, first) ?? "");
    const isUpgrade = method === "handleUpgrade";
    return isRoute || isEvent || isUpgrade ? node.arguments.slice(1) : [];
  });
  const assigned = assignments.flatMap(({ left, right }) =>
    asMember(left) !== undefined && /^on(?:message|connection|close)$/.test(lastName(left) ?? "") ? [right] : [],
  );
  return [...given, ...assigned].flatMap((argument) => functionIn(analysis, argument) ?? []);
}

/** A listener itself, by its name, as a method, or bound. */
function functionIn(analysis: Analysis, argument: Node): FunctionNode | undefined {
  const node = settledValue(analysis, argument);
  const member = node.type === "CallExpression" ? asMember(node.callee) : undefined;
  if (member !== undefined && lastName(member) === "bind") {
    return functionIn(analysis, member.object);
  }
  return asFunction(node) ?? methodAt(analysis, node);
}
