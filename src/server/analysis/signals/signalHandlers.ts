import type { Node } from "@babel/types";
import type { FunctionNode } from "../../source/declare.ts";
import type { Analysis, Binding } from "../../source/scopes.ts";
import { stringOf } from "../constants.ts";
import { methodAt } from "../methods.ts";
import { type CallSite, factsOf } from "../moduleFacts.ts";
import { around, asCall, asFunction, asMember, keyOf, lastName, settledValue } from "../nodes.ts";

/** One `process.on("SIGTERM", …)`; a loop over signals counts as one. */
export interface SignalHandler {
  readonly call: CallSite["node"];
  readonly signals: readonly string[];
  /** The listener argument. */
  readonly listener: Node;
  /** The listener if it is a function of this file. */
  readonly handler: FunctionNode | undefined;
  /** Whether the listener is also one for what is no signal, such as `uncaughtException`. */
  readonly isForMore: boolean;
}

const listening: ReadonlySet<string> = new Set(
  ["on", "once", "addListener", "prependListener", "prependOnceListener"].map((name) => `process#${name}`),
);

/** Whether a call adds a listener for an event of the process. */
export function isProcessListener({ api }: CallSite): boolean {
  return api !== undefined && listening.has(api);
}

export function signalHandlers(analysis: Analysis): SignalHandler[] {
  const all = factsOf(analysis).calls.flatMap((site) => {
    const [event, listener] = isProcessListener(site) ? site.node.arguments : [];
    if (event === undefined || listener === undefined) {
      return [];
    }
    const events = eventsOf(analysis, event);
    const signals = events.filter(isSignal);
    const handler = functionOf(analysis, listener);
    return [{ call: site.node, signals, listener, handler, hearsMore: signals.length < events.length }];
  });
  const others = new Set(all.flatMap(({ handler, hearsMore }) => (hearsMore ? (handler ?? []) : [])));
  return all
    .filter(({ signals }) => signals.length > 0)
    .map(({ hearsMore, ...found }) => ({
      ...found,
      isForMore: hearsMore || (found.handler !== undefined && others.has(found.handler)),
    }));
}

/** A listener that is a function of this file, also by `stop.bind(null, "SIGTERM")` and `this.stop.bind(this)`. */
function functionOf(analysis: Analysis, listener: Node): FunctionNode | undefined {
  const value = settledValue(analysis, listener);
  const member = asMember(asCall(value)?.callee);
  const isBound = member !== undefined && !member.computed && lastName(member) === "bind";
  const named = isBound ? settledValue(analysis, member.object) : value;
  return asFunction(named) ?? methodAt(analysis, named);
}

function eventsOf(analysis: Analysis, event: Node): string[] {
  const text = stringOf(analysis, event);
  if (text !== undefined) {
    return [text];
  }
  // `SIG${name}`
  const [before, after] = event.type === "TemplateLiteral" ? event.quasis : [];
  const [inserted] = event.type === "TemplateLiteral" ? event.expressions : [];
  const name = inserted ?? event;
  const prefix = before?.value.raw ?? "";
  const binding = name.type === "Identifier" && !after?.value.raw ? analysis.bindingOf(name) : undefined;
  const list = binding && listBehind(analysis, binding);
  return (list === undefined ? [] : textsIn(analysis, list)).map((one) => `${prefix}${one}`);
}

/** The texts of a list, also of `Object.keys({ SIGTERM: 15 })`. */
function textsIn(analysis: Analysis, list: Node): string[] {
  if (list.type === "ArrayExpression") {
    return list.elements.flatMap((element) => (element ? (stringOf(analysis, element) ?? []) : []));
  }
  const call = asCall(list);
  const [object] = call !== undefined && /^(?:keys|entries)$/.test(lastName(call.callee) ?? "") ? call.arguments : [];
  const named = object && settledValue(analysis, object);
  return named?.type === "ObjectExpression"
    ? named.properties.flatMap((property) => (property.type === "SpreadElement" ? [] : (keyOf(property) ?? [])))
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
