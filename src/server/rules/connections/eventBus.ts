import type { Node } from "@babel/types";
import { valueAcross } from "../../analysis/exportedFunctions.ts";
import { type CallSite, factsOf } from "../../analysis/moduleFacts.ts";
import { asCall, asFunction, asMember, lastName, settledValue } from "../../analysis/nodes.ts";
import { askedPathOf } from "../../analysis/requests/askedPath.ts";
import { propertyName, resolveApi } from "../../source/resolveApi.ts";
import type { Analysis } from "../../source/scopes.ts";
import { walk } from "../../source/walk.ts";

/**
 * Where a request emits an event of the app's own, to which other requests listen to pass it on to their clients:
 * `bus.emit("message", text)` where `/events` does `bus.on("message", (text) => response.write(text))`.
 */
export function emitsToClients(analysis: Analysis): Node[] {
  const emits = factsOf(analysis).calls.filter(({ method }) => method === "emit");
  const buses = emits.flatMap((site) => {
    const bus = busOf(analysis, site);
    return bus === undefined ? [] : [{ site, bus }];
  });
  const asked = buses.length === 0 ? undefined : askedPathOf(analysis);
  return buses.flatMap(({ site, bus }) =>
    asked?.has(site.node) === true && isPassedOn(bus, site.node.arguments[0]) ? [site.node.callee] : [],
  );
}

interface Bus {
  readonly file: Analysis;
  readonly made: Node;
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
    ? { file, made: node }
    : undefined;
}

function isPassedOn({ file, made }: Bus, event: Node | undefined): boolean {
  const name = event?.type === "StringLiteral" ? event.value : undefined;
  return [file, ...(file.files?.importers(file.module, /\.(?:on|addListener)\s*\(/) ?? [])].some((other) => {
    const listens = factsOf(other).calls.filter((site) => {
      const [heard] = /^(?:on|addListener)$/.test(site.method ?? "") ? site.node.arguments : [];
      const isSame = heard?.type !== "StringLiteral" || name === undefined || heard.value === name;
      return heard !== undefined && isSame && sends(other, site) && busOf(other, site)?.made === made;
    });
    return listens.length > 0 && listens.some(({ node }) => askedPathOf(other).has(node));
  });
}

/** Whether a listener sends something: `response.write(…)`, `socket.send(…)`, `controller.enqueue(…)`, `observer.next(…)` of tRPC. */
function sends(analysis: Analysis, { node }: CallSite): boolean {
  const listener = asFunction(node.arguments[1] && settledValue(analysis, node.arguments[1]));
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
