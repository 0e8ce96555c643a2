import type { Node } from "@babel/types";
import { t } from "../../../shared/translate.ts";
import { callsOf } from "../../analysis/atStart.ts";
import { stringOf } from "../../analysis/constants.ts";
import { isForDevelopment } from "../../analysis/development.ts";
import { type CallSite, factsOf } from "../../analysis/moduleFacts.ts";
import {
  around,
  asCall,
  asFunction,
  type Call,
  functionAround,
  functionName,
  propertyOf,
  settledValue,
  textOf,
} from "../../analysis/nodes.ts";
import { reachable } from "../../analysis/requests/requestPath.ts";
import type { Finding, Rule } from "../../analysis/rule.ts";
import { patternIdentifiers } from "../../source/bindings.ts";
import type { FunctionNode } from "../../source/declare.ts";
import type { Analysis, Binding } from "../../source/scopes.ts";
import type { ListenCall } from "../../source/serverCalls.ts";

/** What looks for a port that nobody listens on, or asks whether one is free. */
const probes: ReadonlySet<string> = new Set([
  "choose-port#default",
  "detect-port#default",
  "detect-port#detect",
  "detect-port#detectPort",
  "detect-port-alt#default",
  "find-free-port#default",
  "find-free-ports#findFreePorts",
  "freeport#default",
  "get-port#default",
  "get-port-please#checkPort",
  "get-port-please#getPort",
  "get-port-please#getRandomPort",
  "is-port-available#default",
  "is-port-reachable#default",
  "openport#find",
  "portfinder#getPort",
  "portfinder#getPortPromise",
  "portfinder#default.getPort",
  "portfinder#default.getPortPromise",
  "portscanner#checkPortStatus",
  "portscanner#findAPortNotInUse",
  "react-dev-utils/WebpackDevServerUtils#choosePort",
  "tcp-port-used#check",
]);

/** A free port that is looked for before an app listens: a new generation finds that of the old one taken. */
export const portProbe: Rule = {
  id: "port-probe",
  severity: "warning",
  check({ analysis, app }) {
    const { calls, isTest } = factsOf(analysis);
    if (!app.supervised || isTest) {
      return [];
    }
    const found = calls.filter(
      (site) =>
        ((site.api !== undefined && probes.has(site.api)) || listensToTry(analysis, site)) &&
        !isForDevelopment(analysis, site.node) &&
        !asksOfOther(analysis, site) &&
        isForServer(analysis, site.node),
    );
    return found.flatMap(({ node: { callee } }): Finding[] => {
      const { start, end } = callee;
      const message = t(
        "While the old workers serve, their port is taken, so the new ones find another and listen elsewhere: listen on a fixed port, or on that of the environment.",
      );
      return start == null || end == null ? [] : [{ start, end, message, fixes: [] }];
    });
  },
};

/** `isReachable(6379, { host: "redis" })`: whether another program listens, and not whether this one can. */
function asksOfOther(analysis: Analysis, { node, api }: CallSite): boolean {
  if (!/^(?:is-port-reachable|tcp-port-used)#/.test(api ?? "")) {
    return false;
  }
  const [port, host] = node.arguments;
  const options = host && settledValue(analysis, host);
  const given = options?.type === "ObjectExpression" ? propertyOf(options, "host") : host;
  const name = given === undefined || given === "unknown" ? "localhost" : stringOf(analysis, given);
  const own = factsOf(analysis).listens.flatMap(({ call }) => call.arguments.slice(0, 1));
  const asked = port === undefined ? "" : textOf(analysis, settledValue(analysis, port));
  const isOwn = own.some((other) => textOf(analysis, settledValue(analysis, other)).includes(asked));
  return (
    !/^(?:localhost|127\.|0\.0\.0\.0|::1?$)/.test(name ?? "") ||
    (own.length > 0 && asked !== "" && port?.type === "NumericLiteral" && !isOwn)
  );
}

/** `net.createServer()` that closes as soon as it listens, to see whether it can. */
function listensToTry(analysis: Analysis, { node, api }: CallSite): boolean {
  const holder = analysis.parentOf(node);
  if (!/^(?:net|http)#(?:createServer|Server)$/.test(api ?? "") || node.arguments.length > 0) {
    return false;
  }
  const names = holder?.type === "VariableDeclarator" ? patternIdentifiers(holder.id) : [];
  const tester = names[0] && analysis.bindingOf(names[0]);
  const uses = new Set<Node>(tester?.references ?? []);
  const closes = factsOf(analysis).calls.filter(
    ({ method, receiver }) => method === "close" && receiver !== undefined && isOf(analysis, receiver, uses, node),
  );
  // In what it does when it listens, or by a chain.
  return closes.some(({ inside }) => inside !== undefined && inside !== functionAround(analysis, node));
}

function isOf(analysis: Analysis, receiver: Node, uses: ReadonlySet<Node>, made: Node): boolean {
  return uses.has(receiver) || [...around(analysis, made)].includes(receiver);
}

/** Whether what a probe finds is what a server listens on, also where the probe is in a function that a file with a server calls. */
function isForServer(analysis: Analysis, node: Call, depth = 0): boolean {
  const own = factsOf(analysis).listens.filter(({ call }) => !isTrial(analysis, call));
  const callbacks = [...node.arguments, ...chained(analysis, node)].flatMap((argument) => asFunction(argument) ?? []);
  const within = reachable(analysis, callbacks);
  const isIn = own.some(({ call }) => within.has(functionAround(analysis, call) as FunctionNode));
  const isGiven = own.some(({ call }) => call.arguments.some((argument) => isMadeOf(analysis, argument, node)));
  if (isIn || isGiven || isAskedBefore(analysis, node, own)) {
    return true;
  }
  const inside = depth > deepest ? undefined : namedAround(analysis, node);
  return inside !== undefined && callsOf(analysis, inside).some(({ file, call }) => isForServer(file, call, depth + 1));
}

/** Helpers of helpers are followed this far. */
const deepest = 2;

/** `while (!(await isFree(port))) port += 1;` in the function that then listens on that variable. */
function isAskedBefore(analysis: Analysis, { arguments: given }: Call, listens: readonly ListenCall[]): boolean {
  const asked = given
    .flatMap((argument) => namesIn(analysis, argument))
    .filter(({ assignments }) => assignments.length > 0);
  return listens.some(({ call }) =>
    call.arguments.some((argument) => namesIn(analysis, argument).some((binding) => asked.includes(binding))),
  );
}

/** The innermost function around a node that has a name, by which it is called. */
function namedAround(analysis: Analysis, node: Node): FunctionNode | undefined {
  for (const parent of around(analysis, node)) {
    const own = asFunction(parent);
    if (
      own !== undefined &&
      (functionName(analysis, own) !== undefined || asCall(analysis.parentOf(own)) === undefined)
    ) {
      return own;
    }
  }
  return undefined;
}

/** Whether a server that listens is one that only tries. */
function isTrial(analysis: Analysis, listen: Node): boolean {
  const inside = functionAround(analysis, listen);
  return (
    inside !== undefined && (factsOf(analysis).callsIn.get(inside) ?? []).some((site) => listensToTry(analysis, site))
  );
}

function isInside(call: Node, owner: Node | undefined): boolean {
  return owner !== undefined && (call.start ?? 0) >= (owner.start ?? 0) && (call.end ?? 0) <= (owner.end ?? 0);
}

/** What is given to `.then(…)` of a call. */
function chained(analysis: Analysis, node: Node): readonly Node[] {
  const member = analysis.parentOf(node);
  const call = member?.type === "MemberExpression" && member.object === node ? analysis.parentOf(member) : undefined;
  return call?.type === "CallExpression" ? call.arguments : [];
}

/** Whether an expression holds the call, or a variable whose value does. */
function isMadeOf(analysis: Analysis, expression: Node, made: Node): boolean {
  if (isInside(made, expression)) {
    return true;
  }
  return namesIn(analysis, expression).some(({ declaration, assignments }) =>
    [declaration, ...assignments].some((value) => isInside(made, value)),
  );
}

function namesIn(analysis: Analysis, expression: Node): Binding[] {
  const found: Binding[] = [];
  const look = (node: Node) => {
    if (node.type === "Identifier") {
      const binding = analysis.bindingOf(node);
      if (binding !== undefined) {
        found.push(binding);
      }
    } else if (node.type === "ObjectExpression") {
      for (const property of node.properties) {
        if (property.type === "ObjectProperty") {
          look(property.value);
        }
      }
    } else if (node.type === "LogicalExpression" || node.type === "BinaryExpression") {
      look(node.left);
      look(node.right);
    }
  };
  look(expression);
  return found;
}
