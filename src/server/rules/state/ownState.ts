import type { Node } from "@babel/types";
import { isForDevelopment } from "../../analysis/development.ts";
import { isDoneOnce } from "../../analysis/guards.ts";
import { isLogCall } from "../../analysis/logging.ts";
import { factsOf } from "../../analysis/moduleFacts.ts";
import { isChangedPart, isWhole, type Use } from "../../analysis/mutations.ts";
import {
  around,
  asCall,
  asFunction,
  asMember,
  functionAround,
  lastName,
  settledValue,
  textOf,
} from "../../analysis/nodes.ts";
import { isFunction } from "../../source/declare.ts";
import type { Analysis } from "../../source/scopes.ts";
import { unwrapped } from "../../source/values.ts";
import { walk } from "../../source/walk.ts";
import { isOfOwnMessages, isOwnKey, isPartOfId, isTurn } from "./ownCounter.ts";

/** Whether the value belongs to this worker alone, whatever its name. */
export function isOnesOwn(analysis: Analysis, uses: readonly Use[], inRequest: (node: Node) => boolean): boolean {
  return (
    isBalanced(uses) ||
    isSetOnce(uses) ||
    isTime(analysis, uses) ||
    areOwn(analysis, uses, inRequest) ||
    isTurn(analysis, uses) ||
    isMadeLate(uses) ||
    isOfOwnMessages(analysis, uses) ||
    isOwnKey(analysis, uses) ||
    isPartOfId(analysis, uses) ||
    isInProgress(analysis, uses) ||
    isOfConnection(analysis, uses) ||
    holdsCallbacks(analysis, uses) ||
    holdsProcess(analysis, uses)
  );
}

/** Whether a change lasts and differs from worker to worker. */
export function changes(analysis: Analysis, use: Use): boolean {
  if (isDoneOnce(analysis, use.node) || isForDevelopment(analysis, use.node)) {
    return false;
  }
  if (use.node.type === "AssignmentExpression" && (use.node.operator === "??=" || use.node.operator === "||=")) {
    return false;
  }
  if (!("value" in use)) {
    return true;
  }
  if (isRefill(analysis, use)) {
    return false;
  }
  // Rotation over a list, the first value kept, a time, or a reset to the initial value.
  const value = settledValue(analysis, use.value);
  // What is asked of elsewhere is the same for all workers, and asked again by each.
  let isAsked = false;
  walk(use.value, (node) => {
    isAsked ||= node.type === "AwaitExpression";
    return isAsked || isFunction(node) ? "skip" : undefined;
  });
  const isVariable = use.node.type === "AssignmentExpression" && use.node.left.type === "Identifier";
  const isLoaded = asCall(value) !== undefined && lastName(asCall(value)?.callee ?? value) === "require";
  if ((isAsked || isLoaded || isAnswer(analysis, value)) && isVariable) {
    return false;
  }
  // `next % length`, and back to the first at the end: `next >= most ? 1 : next + 1`.
  const ends = value.type === "ConditionalExpression" ? [value.consequent, value.alternate] : [];
  const isTurn =
    (value.type === "BinaryExpression" && value.operator === "%") ||
    (ends.some(({ type }) => type === "NumericLiteral") &&
      ends.some((end) => end.type === "BinaryExpression" && end.operator === "+"));
  const keepsFirst =
    value.type === "LogicalExpression" &&
    value.operator !== "&&" &&
    (value === unwrapped(use.value) || !isChangedAfter(analysis, use.value));
  const isOfKey = isTimeOfKey(analysis, use, value);
  return !isTurn && !keepsFirst && (isOfKey || !isTimeOrEmpty(analysis, value));
}

/** `if (list.size > 0) { … } else { list = new Map(found); }`: it is only looked up again while there is nothing. */
function isRefill(analysis: Analysis, use: Use): boolean {
  const left = use.node.type === "AssignmentExpression" && isWhole(use) ? textOf(analysis, use.node.left) : undefined;
  return (
    left !== undefined &&
    [...around(analysis, use.node, functionAround(analysis, use.node))].some((parent) => {
      const test = parent.type === "IfStatement" ? textOf(analysis, parent.test) : "";
      return test.includes(`${left}.size`) || test.includes(`${left}.length`);
    })
  );
}

/** Whether something is changed of a variable: `entry.count++`. */
function isChangedAfter(analysis: Analysis, variable: Node): boolean {
  const binding = variable.type === "Identifier" ? analysis.bindingOf(variable) : undefined;
  return (binding?.references ?? []).some((reference) => isChangedPart(analysis, reference));
}

/** What runs in the process that makes it: `this.servers.push(new HttpServer())`. */
const ofProcess = /(?:Servers?|Transport|Watcher|Interface|Driver|Logger|Pool|AbortController)$|^File$/;

function holdsProcess(analysis: Analysis, uses: readonly Use[]): boolean {
  return uses.some((use) => {
    const { node } = use;
    const added =
      "value" in use
        ? use.value
        : use.kind === "add" && node.type === "CallExpression"
          ? node.arguments.at(-1)
          : undefined;
    const value = added && settledValue(analysis, added);
    return value?.type === "NewExpression" && ofProcess.test(lastName(value.callee) ?? "");
  });
}

/** `JSON.parse(body)` of what a callback of the app's own request is given. */
function isAnswer(analysis: Analysis, value: Node): boolean {
  const [text] = asCall(value)?.arguments ?? [];
  const binding = text?.type === "Identifier" ? analysis.bindingOf(text) : undefined;
  const callback = binding?.kind === "param" ? binding.scope.node : undefined;
  const isParsed =
    asMember(asCall(value)?.callee)?.object.type === "Identifier" &&
    lastName(asCall(value)?.callee ?? value) === "parse";
  return isParsed && callback !== undefined && analysis.enclosingFunction(callback) !== undefined;
}

function isTimeOrEmpty(analysis: Analysis, value: Node): boolean {
  switch (value.type) {
    case "NullLiteral":
      return true;
    case "ObjectExpression":
      return value.properties.length === 0;
    case "ArrayExpression":
      return value.elements.length === 0;
    default:
      return /^(?:undefined|Date\.now\(\)|performance\.now\(\)|process\.hrtime.*)$/.test(textOf(analysis, value));
  }
}

/** `lastSeen[ip] = Date.now()`: when a client did something, and not this worker. */
function isTimeOfKey(analysis: Analysis, { node }: Use, value: Node): boolean {
  const left = node.type === "AssignmentExpression" ? asMember(node.left) : undefined;
  return left?.computed === true && value.type === "CallExpression" && isTimeOrEmpty(analysis, value);
}

/** `USER_TYPE = new ObjectType(…)`: what is written like a constant is the same in all workers, however late it is made. */
function isMadeLate(uses: readonly Use[]): boolean {
  const made = uses.flatMap(({ kind, node }) =>
    kind === "assign" && node.type === "AssignmentExpression" ? [node] : [],
  );
  return (
    made.length > 0 &&
    uses.every(({ kind }) => kind === "read" || kind === "assign") &&
    made.every(
      ({ left, right }) =>
        left.type === "Identifier" && /^[A-Z][A-Z\d_]+$/.test(left.name) && right.type === "NewExpression",
    )
  );
}

/** What a function puts in, and surely takes out again: `try { open.set(id, body); … } finally { open.delete(id); }`. */
function isInProgress(analysis: Analysis, uses: readonly Use[]): boolean {
  const adds = uses.filter(({ kind }) => kind === "add" || kind === "assign");
  return uses.some(({ kind, node }) => {
    const key = kind === "remove" ? keyIn(analysis, node) : undefined;
    const inside = functionAround(analysis, node);
    const tries = [...around(analysis, node, inside)];
    const isFinal = tries.some(
      (parent, index) =>
        parent.type === "TryStatement" && parent.finalizer != null && tries[index - 1] === parent.finalizer,
    );
    return (
      isFinal &&
      key !== undefined &&
      adds.some((add) => functionAround(analysis, add.node) === inside && keyIn(analysis, add.node) === key)
    );
  });
}

/** `counts[name] = (counts[name] || 0) + 1`: what is counted is read where it is reported. */
export function isOfCount(analysis: Analysis, node: Node): boolean {
  let top = node;
  for (
    let member = asMember(analysis.parentOf(top));
    member?.object === top;
    member = asMember(analysis.parentOf(top))
  ) {
    top = member;
  }
  const target = [...around(analysis, top)].find(({ type }) => type === "AssignmentExpression");
  return (
    target?.type === "AssignmentExpression" &&
    target.right.type === "BinaryExpression" &&
    target.left !== top &&
    textOf(analysis, target.left) === textOf(analysis, top) &&
    analysis.parentOf(target)?.type === "ExpressionStatement"
  );
}

/** Whether the value is only logged for the operator of the app. */
export function isLogged(analysis: Analysis, node: Node): boolean {
  const inside = functionAround(analysis, node);
  const logs = (factsOf(analysis).callsIn.get(inside) ?? []).filter(isLogCall).map((site): Node => site.node);
  return logs.length > 0 && [...around(analysis, node, inside)].some((parent) => logs.includes(parent));
}

/** A counter that goes up and down counts what runs in this worker. */
function isBalanced(uses: readonly Use[]): boolean {
  const kinds = new Set(uses.map(({ kind }) => kind));
  const isZero = (use: Use) => "value" in use && use.value.type === "NumericLiteral" && use.value.value === 0;
  return (
    kinds.has("increase") &&
    kinds.has("decrease") &&
    !kinds.has("add") &&
    uses.every((use) => use.kind !== "assign" || isZero(use))
  );
}

/** Only ever set to the time, or to 0 for never: when this worker last did something. */
function isTime(analysis: Analysis, uses: readonly Use[]): boolean {
  const values = uses.flatMap((use) =>
    "value" in use ? [settledValue(analysis, use.value)] : use.kind === "read" ? [] : [undefined],
  );
  const times = values.filter(
    (value) => value !== undefined && isTimeOrEmpty(analysis, value) && value.type === "CallExpression",
  );
  return (
    times.length > 0 &&
    !uses.some((use) => "value" in use && isTimeOfKey(analysis, use, settledValue(analysis, use.value))) &&
    values.every(
      (value) =>
        value !== undefined &&
        (times.includes(value) ||
          value.type === "NullLiteral" ||
          (value.type === "NumericLiteral" && value.value === 0)),
    )
  );
}

/** `true` once and for ever: what this worker has already done. */
function isSetOnce(uses: readonly Use[]): boolean {
  return uses.every(
    (use) =>
      use.kind === "read" ||
      ("value" in use && use.ofElement !== true && use.value.type === "BooleanLiteral" && use.value.value),
  );
}

/** What is added are the two functions of a promise: calls of this worker that wait for their answers. */
function holdsCallbacks(analysis: Analysis, uses: readonly Use[]): boolean {
  return uses.some((use) => {
    const { node } = use;
    const added = "value" in use ? use.value : node.type === "CallExpression" ? node.arguments.at(-1) : undefined;
    const names = added?.type === "ObjectExpression" ? added.properties : [added];
    return names.some((one) => {
      const value = one?.type === "ObjectProperty" ? one.value : one;
      const binding = value?.type === "Identifier" ? analysis.bindingOf(value) : undefined;
      const maker = binding?.kind === "param" ? analysis.parentOf(binding.scope.node) : undefined;
      return maker?.type === "NewExpression" && maker.callee.type === "Identifier" && maker.callee.name === "Promise";
    });
  });
}

/**
 * What a handler adds and removes again itself is its work in progress, which concerns no other worker, unless another
 * handler iterates over it to reach all, as with the clients of a chat.
 */
function areOwn(analysis: Analysis, uses: readonly Use[], inRequest: (node: Node) => boolean): boolean {
  // A timer that tidies up puts some of it back.
  const adds = uses.filter(({ kind, node }) => (kind === "add" || kind === "assign") && inRequest(node));
  const removes = uses.filter(({ kind }) => kind === "remove");
  if (adds.length === 0 || removes.length === 0 || uses.some(({ kind }) => kind === "increase")) {
    return false;
  }
  const adders = new Set(adds.map(({ node }) => functionAround(analysis, node)));
  const reads = uses.filter(({ kind }) => kind === "read");
  const isBelow = ({ node }: Use) => [...around(analysis, node)].some((parent) => adders.has(asFunction(parent)));
  return (
    removes.every(isBelow) &&
    reads.every(isBelow) &&
    !(adds.some((add) => isOfClient(analysis, add)) && reach(adds, reads))
  );

  /** Whether what one client has added is given to others: all of it, or what is there under another key. */
  function reach(added: readonly Use[], asked: readonly Use[]): boolean {
    const keys = new Set([...added, ...removes].map(({ node }) => keyIn(analysis, node)));
    return asked.some(({ node }) => {
      const key = keyIn(analysis, node);
      return key === undefined ? isGivenWhole(analysis, node) : !keys.has(key);
    });
  }
}

/** Whether something is done for a client that has connected: within `io.on("connection", (socket) => …)`. */
function isOfClient(analysis: Analysis, { node }: Use): boolean {
  return [...around(analysis, node)].some((parent) => {
    const call = asFunction(parent) && asCall(analysis.parentOf(parent));
    const [event] = call?.arguments ?? [];
    return event?.type === "StringLiteral" && /^connect(?:ion)?$/.test(event.value);
  });
}

/** The key in `users[key]`, `users.get(key)`, `delete users[key]` and `users[key] = …`, as it is written. */
function keyIn(analysis: Analysis, use: Node): string | undefined {
  const node = use.type === "AssignmentExpression" ? use.left : use.type === "UnaryExpression" ? use.argument : use;
  const call = asCall(node) ?? asCall(analysis.parentOf(analysis.parentOf(node) ?? node));
  const member = asMember(node) ?? asMember(analysis.parentOf(node));
  const isKeyed = call !== undefined && /^(?:get|has|set|delete|add)$/.test(lastName(call.callee) ?? "");
  const [first] = isKeyed && asMember(call.callee) !== undefined ? call.arguments : [];
  const key = first ?? (member?.computed === true ? member.property : undefined);
  return key && textOf(analysis, key);
}

const connectionKey = /^(?:this\.)?(?:socket|client|conn(?:ection)?|ws)(?:\.id|_?[Ii]d|Session(?:Id)?)$/;

/** What is kept and asked for under the id of a connection alone, which stays at its worker. */
function isOfConnection(analysis: Analysis, uses: readonly Use[]): boolean {
  return uses.every(({ node }) => connectionKey.test(keyIn(analysis, node) ?? ""));
}

/** `io.emit("users", users)`, `Object.keys(users)`, and not `users.size`. */
function isGivenWhole(analysis: Analysis, node: Node): boolean {
  const parent = analysis.parentOf(node);
  const call = asCall(parent);
  return (
    (call !== undefined && call.callee !== node) ||
    parent?.type === "SpreadElement" ||
    (parent?.type === "ForOfStatement" && parent.right === node)
  );
}
