import type { Node } from "@babel/types";
import type { FunctionNode } from "../../source/declare.ts";
import type { Analysis } from "../../source/scopes.ts";
import { serverKind } from "../../source/serverCalls.ts";
import { isDoneOnce } from "../guards.ts";
import { memberFunction, methodAt } from "../methods.ts";
import { factsOf } from "../moduleFacts.ts";
import { asCall, asFunction, asMember, type Call, functionAround, lastName, settledValue } from "../nodes.ts";
import { calledFromElsewhere } from "./calledFromElsewhere.ts";
import { requestHandlers } from "./requestHandlerSites.ts";
import { listedValues } from "./routeLists.ts";

/** The parts of a file that run while a request is answered. */
export interface RequestPath {
  /** The functions that are called with a request. */
  readonly handlers: ReadonlySet<FunctionNode>;
  /** The functions that a request comes to first: those, and what other files call. */
  readonly entries: ReadonlySet<FunctionNode>;
  /** Those, the functions they define, and those of this file that they call. */
  readonly functions: ReadonlySet<FunctionNode>;
  has(node: Node): boolean;
}

/** Calls are followed to this depth. */
const deepest = 5;

const known = new WeakMap<Analysis, RequestPath>();

/** What a file shows by itself, of those that were asked when too many others already waited for an answer. */
const knownAlone = new WeakMap<Analysis, RequestPath>();

export function requestPathOf(analysis: Analysis): RequestPath {
  const isAsked = analysis.files === undefined || importersAbove < deepestImporters;
  const before = known.get(analysis) ?? (isAsked ? undefined : knownAlone.get(analysis));
  if (before !== undefined) {
    return before;
  }
  const handlers = requestHandlers(analysis, factsOf(analysis));
  const all = reachable(analysis, handlers, isRepeated, true);
  const functions = handlers.size === 1 && endsServer(analysis, all) ? new Set<FunctionNode>() : all;
  // Known before the importers are asked, who may import each other.
  const entries = new Set(handlers);
  const path: RequestPath = {
    handlers,
    entries,
    functions,
    has(node) {
      const inside = functionAround(analysis, node);
      return inside !== undefined && functions.has(inside);
    },
  };
  (isAsked ? known : knownAlone).set(analysis, path);
  if (analysis.files !== undefined && isAsked) {
    importersAbove += 1;
    try {
      const isInRequest = (importer: Analysis, place: Node) =>
        requestPathOf(importer).has(place) && !isDoneOnce(importer, place);
      const others = calledFromElsewhere({ analysis, isInRequest });
      for (const node of others) {
        entries.add(node);
      }
      for (const node of reachable(analysis, others, isRepeated, true)) {
        functions.add(node);
      }
    } finally {
      importersAbove -= 1;
    }
  }
  return path;
}

/** Importers of importers are asked this far. */
const deepestImporters = 4;

/** How many files now wait for the answer of one that they are imported by. */
let importersAbove = 0;

/** Whether a request ends the server: one that waits for a single answer, as in the sign-in of a command line. */
function endsServer(analysis: Analysis, functions: ReadonlySet<FunctionNode>): boolean {
  return factsOf(analysis).calls.some(
    ({ inside, method, receiver }) =>
      method === "close" &&
      receiver !== undefined &&
      inside !== undefined &&
      functions.has(inside) &&
      serverKind(analysis, receiver) !== undefined,
  );
}

/** Whether a call is made again and again, and not only until something is known, or to start a server anew. */
function isRepeated(analysis: Analysis, call: Call): boolean {
  return !isDoneOnce(analysis, call) && !/^(?:re)?start(?:Server)?$/.test(lastName(call.callee) ?? "");
}

/**
 * The functions that run when one of `roots` does: those they define and call, as far as this file shows.
 *
 * @param isFollowed Which calls count; default: all.
 * @param passes Whether functions count that are passed on by their names: `users.forEach(show)`.
 */
export function reachable(
  analysis: Analysis,
  roots: Iterable<FunctionNode>,
  isFollowed: (analysis: Analysis, call: Call) => boolean = () => true,
  passes = false,
): Set<FunctionNode> {
  const { callsIn, functionsIn } = factsOf(analysis);
  const found = new Set<FunctionNode>();
  const pending = [...roots].map((node) => ({ node, depth: 0 }));
  for (let current = pending.shift(); current !== undefined; current = pending.shift()) {
    const { node, depth } = current;
    if (found.has(node)) {
      continue;
    }
    found.add(node);
    for (const inner of functionsIn.get(node) ?? []) {
      if (!isPlanned(analysis, inner)) {
        pending.push({ node: inner, depth });
      }
    }
    for (const call of depth < deepest ? (callsIn.get(node) ?? []) : []) {
      const called = calledFunctions(analysis, call.node);
      const passed = passes ? passedFunctions(analysis, call.node) : [];
      if (called.length + passed.length > 0 && isFollowed(analysis, call.node)) {
        pending.push(...[...called, ...passed].map((one) => ({ node: one, depth: depth + 1 })));
      }
    }
  }
  return found;
}

/** Whether a function is handed to what calls it at its time: `setInterval`, `cron.schedule`, `fs.watchFile`. */
function isPlanned(analysis: Analysis, node: FunctionNode): boolean {
  const call = asCall(analysis.parentOf(node));
  return call !== undefined && plans(call);
}

function plans({ callee }: Call): boolean {
  return /^(?:setInterval|schedule|scheduleJob|cronSchedule|CronJob|watch|watchFile)$/.test(lastName(callee) ?? "");
}

/** The functions of this file that a call is given by their names. */
function passedFunctions(analysis: Analysis, call: Call): FunctionNode[] {
  return plans(call)
    ? []
    : call.arguments.flatMap((argument) => {
        const isName = argument.type === "Identifier" || asMember(argument) !== undefined;
        return isName ? (asFunction(settledValue(analysis, argument)) ?? methodAt(analysis, argument) ?? []) : [];
      });
}

/** The functions of this file that a call may run: one, or all of a list of which it takes one, as in `commands[name]()`. */
function calledFunctions(analysis: Analysis, call: Call): FunctionNode[] {
  const one = calledFunction(analysis, call);
  if (one !== undefined || call.type === "NewExpression") {
    return one === undefined ? [] : [one];
  }
  const member = asMember(call.callee);
  const method = member && lastName(member);
  // `for (const plugin of plugins) plugin.serve(request)`
  const ofElements =
    member === undefined || method === undefined
      ? []
      : listedValues(analysis, member.object).flatMap(
          (element) => memberFunction(analysis, settledValue(analysis, element), method) ?? [],
        );
  const listed = listedValues(analysis, call.callee).flatMap((value) => {
    const node = settledValue(analysis, value);
    return asFunction(node) ?? methodAt(analysis, node) ?? [];
  });
  return [...listed, ...ofElements];
}

/** The function of this file that a call runs: by its name, or as a method of an object or class of this file. */
export function calledFunction(analysis: Analysis, { callee }: Call): FunctionNode | undefined {
  const node = boundTo(callee);
  return asMember(node) === undefined ? asFunction(settledValue(analysis, node)) : methodAt(analysis, node);
}

/** `clear` of `clear.bind(server)()`, `clear.call(server)` and `clear.apply(server)`. */
function boundTo(callee: Node): Node {
  const bound = asMember(asCall(callee)?.callee);
  const member = asMember(callee);
  if (bound !== undefined && lastName(bound) === "bind") {
    return bound.object;
  }
  return member !== undefined && /^(?:call|apply)$/.test(lastName(member) ?? "") ? member.object : callee;
}
