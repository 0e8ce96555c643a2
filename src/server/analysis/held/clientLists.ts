import type { Node } from "@babel/types";
import { propertyName } from "../../source/resolveApi.ts";
import type { Analysis } from "../../source/scopes.ts";
import type { SourceModule } from "../../source/sourceModule.ts";
import { unwrapped } from "../../source/values.ts";
import { nodesOf, walk } from "../../source/walk.ts";
import { type CallSite, factsOf } from "../moduleFacts.ts";
import { around, asCall, asFunction, asMember, lastName, settledValue, textOf } from "../nodes.ts";
import { type Holder, rootOf } from "./rootOf.ts";

/** A list of connections that an app keeps by itself, and where it sends something to each of them. */
export interface ClientList {
  readonly holder: Holder;
  /** What is iterated over, in source order. */
  readonly loops: readonly Node[];
}

/** Usual names of what a client is connected by: a WebSocket, or the response of an event stream. */
const clientName = /^(?:ws|web_?socket|socket|sock|client|conn|connection|peer|res|response|reply)$/i;
const sendingName = /^(?:send|sendUTF|sendText|sendJson|sendMessage|write|push|emitTo)$/;

const known = new WeakMap<SourceModule, readonly ClientList[]>();

export function clientLists(analysis: Analysis): readonly ClientList[] {
  const before = known.get(analysis.module);
  if (before !== undefined) {
    return before;
  }
  const lists = /\b(?:send|sendUTF|write)\w*\s*\(/.test(analysis.module.text) ? gather(analysis) : [];
  known.set(analysis.module, lists);
  return lists;
}

function gather(analysis: Analysis): ClientList[] {
  const { calls, assignments } = factsOf(analysis);
  const holders = new Set<Holder>();
  const add = (list: Node, value: Node | undefined) => {
    const holder = value !== undefined && isClient(analysis, value) ? rootOf(analysis, list) : undefined;
    if (holder !== undefined) {
      holders.add(holder);
    }
  };
  for (const { node, method, receiver } of calls) {
    if (receiver !== undefined && /^(?:add|set|push|unshift)$/.test(method ?? "")) {
      add(receiver, node.arguments.at(-1));
    }
  }
  for (const { left, right } of assignments) {
    const member = asMember(left);
    if (member?.computed === true) {
      add(member.object, right);
    }
  }
  const loops = holders.size === 0 ? [] : [...loopsOf(analysis), ...keyedSends(analysis, calls)];
  return [...holders].flatMap((holder) => {
    const own = loops
      .filter((loop) => loop.holder === holder)
      .map(({ list }) => list)
      .sort((a, b) => (a.start ?? 0) - (b.start ?? 0));
    return own.length === 0 ? [] : [{ holder, loops: own }];
  });
}

/** Whether a value is a connection to a client, or an object that holds one. */
function isClient(analysis: Analysis, expression: Node, depth = 0): boolean {
  const node = settledValue(analysis, expression);
  if (depth > 3) {
    return false;
  }
  if (node.type === "ObjectExpression") {
    return node.properties.some(
      (property) => property.type === "ObjectProperty" && isClient(analysis, property.value, depth + 1),
    );
  }
  if (node.type === "NewExpression") {
    return node.arguments.some((argument) => isClient(analysis, argument, depth + 1));
  }
  if (node.type !== "Identifier") {
    return asMember(node) !== undefined && /^(?:ws|res|raw|websocket|webSocket)$/.test(lastName(node) ?? "");
  }
  return analysis.bindingOf(node)?.kind === "param" && (clientName.test(node.name) || isConnected(analysis, node));
}

/** `(socket) => …` of `server.on("connection", …)`. */
function isConnected(analysis: Analysis, identifier: Node): boolean {
  const binding = identifier.type === "Identifier" ? analysis.bindingOf(identifier) : undefined;
  const listener = asFunction(binding?.scope.node);
  const call = listener && asCall(analysis.parentOf(listener));
  const [event] = call?.arguments ?? [];
  return (
    listener?.params[0] === binding?.declaration && event?.type === "StringLiteral" && event.value === "connection"
  );
}

interface Loop {
  readonly holder: Holder;
  readonly list: Node;
}

/** The loops over something that is held, in which something is sent to each. */
function loopsOf(analysis: Analysis): Loop[] {
  const found: Loop[] = [];
  const add = (list: Node, body: Node | undefined) => {
    const holder = body !== undefined ? rootOf(analysis, list) : undefined;
    if (holder !== undefined && body !== undefined && sends(analysis, body, holder)) {
      found.push({ holder, list });
    }
  };
  const { program } = analysis.module.ast;
  for (const { right, body } of nodesOf(program, "ForOfStatement", "ForInStatement")) {
    add(right, body);
  }
  for (const { test, body } of nodesOf(program, "ForStatement")) {
    const length = test?.type === "BinaryExpression" ? asMember(test.right) : undefined;
    if (length !== undefined && propertyName(length) === "length") {
      add(length.object, body);
    }
  }
  for (const { node, method, receiver } of factsOf(analysis).calls) {
    const callback = node.arguments.at(-1);
    const isEach = receiver !== undefined && /^(?:forEach|map|each|some)$/.test(method ?? "");
    if (isEach && callback !== undefined) {
      const list = node.arguments.length > 1 && method === "each" ? node.arguments[0] : receiver;
      add(list ?? receiver, asFunction(settledValue(analysis, callback)));
    }
  }
  return found;
}

/** `clients.get(message.to).send(text)`, `const peer = peers[id]; peer.send(text)`: not what the client has been kept under itself. */
function keyedSends(analysis: Analysis, calls: readonly CallSite[]): Loop[] {
  const kept = calls.flatMap(({ node, method }) =>
    method === "set" && node.arguments[0] !== undefined ? [node.arguments[0]] : [],
  );
  // Parameters of two functions may well have the same name.
  const isSame = (key: Node, other: Node) =>
    textOf(analysis, key) === textOf(analysis, other) &&
    !(
      key.type === "Identifier" &&
      other.type === "Identifier" &&
      analysis.bindingOf(key) !== analysis.bindingOf(other)
    );
  return calls.flatMap(({ method, receiver }) => {
    const isSending = sendingName.test(method ?? "") && receiver !== undefined && !isKeeping(method, receiver);
    const client = isSending ? settledValue(analysis, receiver) : undefined;
    const owner = client === undefined ? undefined : takenBy(analysis, client);
    const holder = owner === undefined ? undefined : rootOf(analysis, owner.list);
    return owner === undefined || holder === undefined || kept.some((key) => isSame(key, owner.key))
      ? []
      : [{ holder, list: owner.list }];
  });
}

/** The list and the key in `clients.get(key)`, `clients[key]`, and `.ws` of either. */
function takenBy(analysis: Analysis, client: Node): { readonly list: Node; readonly key: Node } | undefined {
  const call = asCall(client);
  const callee = asMember(call?.callee);
  const [key] = call?.arguments ?? [];
  if (callee !== undefined && key !== undefined && propertyName(callee) === "get") {
    return { list: callee.object, key };
  }
  const member = asMember(client);
  if (member?.computed === true) {
    return { list: member.object, key: member.property };
  }
  const isPart =
    member !== undefined && /^(?:ws|res|raw|websocket|webSocket|socket|connection)$/.test(lastName(member) ?? "");
  return isPart ? takenBy(analysis, settledValue(analysis, member.object)) : undefined;
}

/** `rooms.get(id).push(client)`, which only puts it into a list. */
function isKeeping(method: string | undefined, receiver: Node): boolean {
  return method === "push" && !clientName.test(lastName(receiver) ?? "");
}

/** Whether a loop sends something to what it iterates over, or to entries of the list; one that pings, closes or counts does not. */
function sends(analysis: Analysis, body: Node, holder: Holder): boolean {
  let found = false;
  // What a loop binds, and the variables within it that are taken of the list.
  const isOfLoop = (node: Node) => {
    let base = unwrapped(node);
    for (let member = asMember(base); member !== undefined; member = asMember(base)) {
      base = unwrapped(member.object);
    }
    const binding = base.type === "Identifier" ? analysis.bindingOf(base) : undefined;
    const loop = [...around(analysis, body)][0];
    const scopes = binding === undefined ? [] : [binding.scope.node, ...around(analysis, binding.scope.node)];
    const isInside = scopes.some((scope) => scope === body || (scope === loop && scope.type.startsWith("For")));
    return isInside || rootOf(analysis, node) === holder;
  };
  walk(body, (node) => {
    const call = asCall(node);
    if (call !== undefined && !found && call.type !== "NewExpression") {
      const member = asMember(call.callee);
      const [first] = call.arguments;
      const name = (member && propertyName(member)) ?? "";
      const isMethod =
        member !== undefined &&
        sendingName.test(name) &&
        !(member !== undefined && isKeeping(name, member.object)) &&
        isOfLoop(member.object);
      // `send(client, text)`, `this.send(client, text)`.
      const isOwn = member === undefined || member.object.type === "ThisExpression";
      const isSending = isOwn && /^(?:send|write)/i.test(lastName(call.callee) ?? "");
      const isGiven = isSending && first !== undefined && isOfLoop(first);
      found = isMethod || isGiven;
    }
    return found ? "skip" : undefined;
  });
  return found;
}
