import type { Node } from "@babel/types";
import type { FunctionNode } from "../../source/declare.ts";
import type { Analysis, Binding } from "../../source/scopes.ts";
import { stringOf } from "../constants.ts";
import { type CallSite, factsOf } from "../moduleFacts.ts";
import { around, asCall, asFunction, asMember, lastName, settledValue } from "../nodes.ts";

/** One `process.on("SIGTERM", …)`; a loop over signals counts as one. */
export interface SignalHandler {
  readonly call: CallSite["node"];
  readonly signals: readonly string[];
  /** The listener argument. */
  readonly listener: Node;
  /** The listener if it is a function of this file. */
  readonly handler: FunctionNode | undefined;
}

const listening: ReadonlySet<string> = new Set(
  ["on", "once", "addListener", "prependListener", "prependOnceListener"].map((name) => `process#${name}`),
);

/** Whether a call adds a listener for an event of the process. */
export function isProcessListener({ api }: CallSite): boolean {
  return api !== undefined && listening.has(api);
}

export function signalHandlers(analysis: Analysis): SignalHandler[] {
  return factsOf(analysis).calls.flatMap((site) => {
    const [event, listener] = isProcessListener(site) ? site.node.arguments : [];
    const signals = event === undefined ? [] : signalsOf(analysis, event);
    if (listener === undefined || signals.length === 0) {
      return [];
    }
    return [{ call: site.node, signals, listener, handler: functionOf(analysis, listener) }];
  });
}

/** A listener that is a function of this file, also by `stop.bind(null, "SIGTERM")`. */
function functionOf(analysis: Analysis, listener: Node): FunctionNode | undefined {
  const value = settledValue(analysis, listener);
  const member = asMember(asCall(value)?.callee);
  const isBound = member !== undefined && !member.computed && lastName(member) === "bind";
  return asFunction(isBound ? settledValue(analysis, member.object) : value);
}

function signalsOf(analysis: Analysis, event: Node): string[] {
  const text = stringOf(analysis, event);
  if (text !== undefined) {
    return isSignal(text) ? [text] : [];
  }
  const binding = event.type === "Identifier" ? analysis.bindingOf(event) : undefined;
  const list = binding && listBehind(analysis, binding);
  return list?.type === "ArrayExpression"
    ? list.elements.flatMap((element) => (element ? (stringOf(analysis, element) ?? []) : [])).filter(isSignal)
    : [];
}

function isSignal(text: string): boolean {
  return /^SIG[A-Z\d]+$/.test(text);
}

/** The list that `for (const signal of list)` or `list.forEach((signal) => …)` iterates over. */
function listBehind(analysis: Analysis, { kind, declaration, scope }: Binding): Node | undefined {
  if (kind === "param") {
    const callee = asMember(asCall(analysis.parentOf(scope.node))?.callee);
    return callee && settledValue(analysis, callee.object);
  }
  for (const parent of around(analysis, declaration)) {
    if (parent.type === "ForOfStatement") {
      return settledValue(analysis, parent.right);
    }
    if (parent.type === "BlockStatement") {
      return undefined;
    }
  }
  return undefined;
}
