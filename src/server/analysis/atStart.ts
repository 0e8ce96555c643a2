import type { Node } from "@babel/types";
import type { FunctionNode } from "../source/declare.ts";
import { resolveApi } from "../source/resolveApi.ts";
import type { Analysis } from "../source/scopes.ts";
import { listenText } from "../source/serverCalls.ts";
import { bootName } from "./bootName.ts";
import { exportedFunction } from "./exportedFunctions.ts";
import { factsOf } from "./moduleFacts.ts";
import { asCall, type Call, functionAround, functionName } from "./nodes.ts";
import { calledFunction } from "./requests/requestPath.ts";

/** Callers of callers are followed this far. */
const deepest = 4;

/**
 * Whether something is done when a server starts: at the top of a module of its process, or in a function that is called there,
 * also by another file. A function that nobody is seen to call counts by its name, as a hook that a framework calls.
 */
export function runsAtServerStart(analysis: Analysis, node: Node, depth = 0): boolean {
  const inside = functionAround(analysis, node);
  if (inside === undefined) {
    return !factsOf(analysis).isTest && isServerProcess(analysis);
  }
  if (depth > deepest) {
    return false;
  }
  const parent = analysis.parentOf(inside);
  const call = asCall(parent);
  // `{ up: named(async () => { … }, "up") }`: who gets the object calls it.
  if (call !== undefined && call.callee !== inside && analysis.parentOf(call)?.type === "ObjectProperty") {
    return false;
  }
  // `(async () => { … })()`, `connect().then(() => { … })`, `new Promise((resolve) => { … })`.
  const isPromise = call?.callee.type === "Identifier" && call.callee.name === "Promise";
  if (call !== undefined && (call.type !== "NewExpression" || isPromise)) {
    return (
      !/^(?:on|once|addListener|use|get|post|put|delete|command|action|option)$/.test(methodOf(call)) &&
      runsAtServerStart(analysis, call, depth + 1)
    );
  }
  const callers = callsOf(analysis, inside);
  return callers.length > 0
    ? callers.some(({ file, call: place }) => runsAtServerStart(file, place, depth + 1))
    : isHook(analysis, inside) && isServerProcess(analysis);
}

/** Whether a server listens in the process that a file is part of. */
export function isServerProcess(analysis: Analysis): boolean {
  return (!factsOf(analysis).isTest && factsOf(analysis).listens.length > 0) || listensBeside(analysis);
}

/** Whether another file of the same process makes a server listen. Asks for other files, so ask what is nearer first. */
export function listensBeside(analysis: Analysis): boolean {
  return filesListening(analysis).some((file) => factsOf(file).listens.length > 0);
}

/** The other files of the same process in which a server may listen, as far as their texts tell; no tests. */
export function filesListening(analysis: Analysis): Analysis[] {
  return (analysis.files?.beside(analysis.module, listenText) ?? []).filter((file) => !factsOf(file).isTest);
}

/** Whether something stands in this file, or in another one of the same process. */
export function saysInProcess(analysis: Analysis, text: RegExp): boolean {
  return text.test(analysis.module.text) || (analysis.files?.beside(analysis.module, text) ?? []).length > 0;
}

function methodOf({ callee }: { readonly callee: Node }): string {
  return callee.type === "MemberExpression" && callee.property.type === "Identifier" ? callee.property.name : "";
}

/** A method of a class that frameworks or other code call when an app starts. */
function isHook(analysis: Analysis, node: FunctionNode): boolean {
  return node.type === "ClassMethod" && bootName.test(functionName(analysis, node) ?? "");
}

/** The calls of a function, in its own file and in those that import it. */
export function callsOf(analysis: Analysis, target: FunctionNode): { readonly file: Analysis; readonly call: Call }[] {
  const own = factsOf(analysis).calls.filter(({ node }) => calledFunction(analysis, node) === target);
  const name = functionName(analysis, target);
  const isWhole = exportedFunction(analysis, "default") === target;
  const pattern = name === undefined || isWhole ? undefined : new RegExp(`\\b${escaped(name)}\\b`);
  const importers = name === undefined && !isWhole ? [] : (analysis.files?.importers(analysis.module, pattern) ?? []);
  const others = importers.flatMap((file) =>
    factsOf(file)
      .calls.filter(({ node, method }) => {
        const api = isWhole || method === name || method === undefined ? resolveApi(file, node) : undefined;
        return (
          api?.module.startsWith(".") === true &&
          analysis.files?.leadsTo(file.module, api.module, analysis.module) === true &&
          exportedFunction(analysis, api.name) === target
        );
      })
      .map(({ node }) => ({ file, call: node })),
  );
  return [...own.map(({ node }) => ({ file: analysis, call: node })), ...others];
}

function escaped(name: string): string {
  return name.replace(/[$]/g, "\\$&");
}
