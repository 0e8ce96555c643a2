import type { Node } from "@babel/types";
import { type ExportedValue, valueAcross } from "../../analysis/exportedFunctions.ts";
import { methodOf } from "../../analysis/methods.ts";
import { type CallSite, factsOf } from "../../analysis/moduleFacts.ts";
import { asCall, asFunction, asMember, lastName, settledValue, textOf } from "../../analysis/nodes.ts";
import { askedPathOf } from "../../analysis/requests/askedPath.ts";
import { propertyName, resolveApi } from "../../source/resolveApi.ts";
import type { Analysis } from "../../source/scopes.ts";
import { walk } from "../../source/walk.ts";

/**
 * Where a request emits an event of the app's own, to which other requests listen to pass it on to their clients:
 * `bus.emit("message", text)` where `/events` does `bus.on("message", (text) => response.write(text))`.
 */
export function emitsToClients(analysis: Analysis): Node[] {
  const emits = factsOf(analysis).calls.filter(({ method }) => emitting.test(method ?? ""));
  const buses = emits.flatMap((site) => {
    const bus = busOf(analysis, site);
    return bus === undefined || !does(bus, site, "emit") ? [] : [{ site, bus }];
  });
  const asked = buses.length === 0 ? undefined : askedPathOf(analysis);
  return buses.flatMap(({ site, bus }) =>
    asked?.has(site.node) === true && isPassedOn(bus, site.node.arguments[0]) ? [site.node.callee] : [],
  );
}

interface Bus {
  readonly file: Analysis;
  readonly made: Node;
  /** The class of the app that it is of, if it has one of its own. */
  readonly own: ExportedValue | undefined;
}

const emitting = /^(?:emit|publish|broadcast|notify|send|push|dispatch|fire)/;
const hearing = /^(?:on|addListener|subscribe|listen|watch|register)/;

/** Whether a method is that of an emitter, or one of the app's own class that calls it: `publish(id, event) { this.emit(id, event); }`. */
function does({ own }: Bus, { method }: CallSite, name: "emit" | "on"): boolean {
  if (method === name || (name === "on" && method === "addListener")) {
    return true;
  }
  const owner = own?.node;
  const called =
    owner?.type === "ClassDeclaration" && method !== undefined ? methodOf(owner, method, false) : undefined;
  return own !== undefined && called !== undefined && textOf(own.analysis, called).includes(`this.${name}(`);
}

/** The emitter that a method is called on, if it is made where it is known: `new EventEmitter()`, or one of a class that extends it. */
function busOf(analysis: Analysis, { receiver }: CallSite): Bus | undefined {
  if (receiver === undefined) {
    return undefined;
  }
  const { analysis: file, node } = valueAcross(analysis, receiver);
  if (node.type !== "NewExpression") {
    return undefined;
  }
  const own = valueAcross(file, node.callee);
  const base = own.node.type === "ClassDeclaration" && own.node.superClass != null ? own.node.superClass : undefined;
  const api = base === undefined ? resolveApi(file, node.callee) : resolveApi(own.analysis, base);
  return api?.module === "events" && /^(?:default|EventEmitter|default\.EventEmitter)$/.test(api.name)
    ? { file, made: node, own: base === undefined ? undefined : own }
    : undefined;
}

function isPassedOn(bus: Bus, event: Node | undefined): boolean {
  const { file, made } = bus;
  const name = event?.type === "StringLiteral" ? event.value : undefined;
  const others = file.files?.importers(file.module, /\.(?:on|addListener|subscribe|listen|watch|register)\w*\s*\(/);
  return [file, ...(others ?? [])].some((other) => {
    const listens = factsOf(other).calls.filter((site) => {
      const [heard] = hearing.test(site.method ?? "") ? site.node.arguments : [];
      const isSame = heard?.type !== "StringLiteral" || name === undefined || heard.value === name;
      const isHeard = heard !== undefined && isSame && sends(other, site);
      return isHeard && busOf(other, site)?.made === made && does(bus, site, "on");
    });
    return listens.length > 0 && listens.some(({ node }) => askedPathOf(other).has(node));
  });
}

/** Whether a listener sends something: `response.write(…)`, `socket.send(…)`, `controller.enqueue(…)`, `observer.next(…)` of tRPC. */
function sends(analysis: Analysis, { node }: CallSite): boolean {
  const [listener] = node.arguments.flatMap((argument) => asFunction(settledValue(analysis, argument)) ?? []);
  let found = false;
  if (listener !== undefined) {
    walk(listener.body, (inner) => {
      const callee = asMember(asCall(inner)?.callee);
      const name = (callee && propertyName(callee)) ?? "";
      const isObserver =
        name === "next" && callee !== undefined && /^(?:observer|emit)$/.test(lastName(callee.object) ?? "");
      found ||= isObserver || /^(?:write|send|sendEvent|enqueue|writeSSE)$/.test(name);
      return found ? "skip" : undefined;
    });
  }
  return found;
}
