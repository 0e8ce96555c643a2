import type { Node } from "@babel/types";
import { t } from "../../shared/translate.ts";
import { filesListening } from "../analysis/atStart.ts";
import { stringOf } from "../analysis/constants.ts";
import { isLogCall } from "../analysis/logging.ts";
import { factsOf } from "../analysis/moduleFacts.ts";
import { around, asCall, asFunction, asMember, lastName, propertyOf, settledValue } from "../analysis/nodes.ts";
import type { Finding, Fix, Rule } from "../analysis/rule.ts";
import { patternIdentifiers } from "../source/bindings.ts";
import { resolveApi } from "../source/resolveApi.ts";
import type { Analysis, Binding } from "../source/scopes.ts";
import type { ListenCall } from "../source/serverCalls.ts";

/** Folders of test helpers, which do not look like tests themselves. */
const testFolder =
  /[\\/](?:tests?|testing|test-?(?:utils|helpers|support|server)|__tests__|__mocks__|mocks?|fixtures?|e2e)[\\/]/i;

/** A server of an app of Hitless that listens on whatever port is free, and whose address is not asked for either. */
export const randomPort: Rule = {
  id: "random-port",
  severity: "warning",
  check({ analysis, app }) {
    const { listens, isTest } = factsOf(analysis);
    if (!app.supervised || isTest || testFolder.test(analysis.module.uri)) {
      return [];
    }
    const found = listens.flatMap((listen) => findingOf(analysis, listen));
    return found.length === 0 || servesItself(analysis) ? [] : found;
  },
};

/** Where the port is missing or 0, and how to set one. */
interface Randomness {
  readonly marked: Node;
  /** Replaces it by a port of the environment; nothing if the 0 is written elsewhere. */
  readonly edit: Fix["edits"][number] | undefined;
}

/** Addresses that only this machine can reach. */
const loopback = /^(?:127(?:\.\d+){3}|localhost|::1)$/;

/**
 * Whether a server on such a port may well be for the app alone: it asks for the address to use it, or clients come in by
 * another one, of this file or of another of its process.
 */
function servesItself(analysis: Analysis): boolean {
  const { calls, listens } = factsOf(analysis);
  const logs = new Set<Node>(calls.filter(isLogCall).map(({ node }) => node));
  const isUsed = calls.some(({ node, method }) => {
    // `getUrl()` of Nest.
    const asks = method === "address" || method === "getUrl";
    if (!asks || [...around(analysis, node)].some((parent) => logs.has(parent))) {
      return false;
    }
    // `const { port } = server.address();` of which only a log is told.
    const holder = analysis.parentOf(node);
    const names = holder === undefined ? [] : namesHeld(analysis, holder);
    const uses = names.flatMap(({ references }) => references);
    const isTold = uses.every((use) => [...around(analysis, use)].some((parent) => logs.has(parent)));
    return names.length === 0 || !isTold;
  });
  const others = filesListening(analysis).flatMap((file) => factsOf(file).listens.map((listen) => ({ file, listen })));
  const hasFixed =
    listens.some((listen) => randomnessOf(analysis, listen) === undefined) ||
    others.some(({ file, listen }) => randomnessOf(file, listen) === undefined);
  return isUsed || hasFixed;
}

function namesHeld(analysis: Analysis, holder: Node): Binding[] {
  let declarator: Node | undefined = holder;
  while (declarator !== undefined && declarator.type !== "VariableDeclarator") {
    if (!/^(?:Member|OptionalMember|TS\w*|Logical)Expression$/.test(declarator.type)) {
      return [];
    }
    declarator = analysis.parentOf(declarator);
  }
  return patternIdentifiers(declarator?.id).flatMap((name) => analysis.bindingOf(name) ?? []);
}

/** Whether others get the server, and with it the address: it is returned, exported, kept, handed on, or may end before the app. */
function isGivenAway(analysis: Analysis, { call, receiver }: ListenCall): boolean {
  const parent = analysis.parentOf(call);
  const chained = asMember(parent);
  if (chained?.object === call && lastName(chained) === "unref") {
    return true;
  }
  const holder = parent?.type === "AwaitExpression" ? analysis.parentOf(parent) : parent;
  const kept = holder?.type === "VariableDeclarator" && holder.id.type === "Identifier" ? holder.id : undefined;
  const bindings = [receiver, kept].flatMap((node) =>
    node?.type === "Identifier" ? (analysis.bindingOf(node) ?? []) : [],
  );
  const isReturned = holder !== undefined && handsOn.test(holder.type);
  return isReturned || bindings.some(({ references, kind }) => kind === "param" || references.some(isHandedOn));

  function isHandedOn(use: Node): boolean {
    const holder = analysis.parentOf(use);
    if (holder?.type === "AssignmentExpression") {
      return holder.right === use;
    }
    const outer = holder && asCall(holder);
    const isHandled =
      outer !== undefined &&
      outer.callee !== use &&
      !/^(?:Server|attach|createServer|use)$/.test(lastName(outer.callee) ?? "");
    return holder !== undefined && (handsOn.test(holder.type) || isHandled);
  }
}

const handsOn = /^(?:Return|Export|ObjectProperty|Array|ArrowFunction|Class)/;

/** Whether a call is told to listen for this machine alone. */
function isLocal(analysis: Analysis, { call }: ListenCall): boolean {
  return call.arguments.some((argument) => {
    const value = settledValue(analysis, argument);
    const host = value.type === "ObjectExpression" ? propertyOf(value, "host") : argument;
    return host !== undefined && host !== "unknown" && loopback.test(stringOf(analysis, host) ?? "");
  });
}

function findingOf(analysis: Analysis, listen: ListenCall): Finding[] {
  const isOfApp = /^(?:http2?|express|koa|fastify|nest)$/.test(listen.kind) && !madeByNet(analysis, listen);
  if (!isOfApp || isLocal(analysis, listen) || isGivenAway(analysis, listen)) {
    return [];
  }
  const { marked, edit } = randomnessOf(analysis, listen) ?? {};
  if (marked?.start == null || marked.end == null) {
    return [];
  }
  const { start, end } = marked;
  const message = t(
    "With port 0 the app gets another port each time it starts, so no client finds it again after a restart: listen on a fixed port, or on that of the environment.",
  );
  const isGlobal = !analysis.root.bindings.has("process");
  const fixes =
    isGlobal && edit !== undefined
      ? [{ title: t("Listen on PORT of the environment, else on 3000"), edits: [edit] }]
      : [];
  return [{ start, end, message, fixes }];
}

/** A server of another protocol than HTTP, of which the address is told by other ways. */
function madeByNet(analysis: Analysis, { receiver }: ListenCall): boolean {
  const value = settledValue(analysis, receiver);
  return asCall(value) !== undefined && resolveApi(analysis, value)?.module === "net";
}

const ofEnvironment = "Number(process.env.PORT ?? 3000)";

function randomnessOf(analysis: Analysis, { call, name, kind }: ListenCall): Randomness | undefined {
  const [first] = call.arguments;
  const takesNone = kind === "http" || kind === "http2" || kind === "express" || kind === "koa" || kind === "fastify";
  const options = kind === "fastify" ? `{ port: ${ofEnvironment} }` : ofEnvironment;
  if (first === undefined) {
    const at = (call.end ?? 0) - 1;
    return takesNone ? { marked: name, edit: { start: at, end: at, text: options } } : undefined;
  }
  const at = first.start ?? 0;
  const value = settledValue(analysis, first);
  if (asFunction(first) !== undefined) {
    return takesNone ? { marked: name, edit: { start: at, end: at, text: `${options}, ` } } : undefined;
  }
  if (value.type !== "ObjectExpression") {
    return isZero(analysis, first) ? { marked: first, edit: replaced(first) } : undefined;
  }
  const port = propertyOf(value, "port");
  if (port !== undefined) {
    return port !== "unknown" && isZero(analysis, port) ? { marked: port, edit: replaced(port) } : undefined;
  }
  // Only Fastify listens without a port; Node.js throws.
  const hasWay = propertyOf(value, "path") !== undefined || propertyOf(value, "fd") !== undefined;
  if (kind !== "fastify" || hasWay) {
    return undefined;
  }
  const inside = (value.start ?? 0) + 1;
  const [property] = value.properties;
  const text = property === undefined ? ` port: ${ofEnvironment} ` : ` port: ${ofEnvironment},`;
  return { marked: name, edit: value === first ? { start: inside, end: inside, text } : undefined };
}

/** `0`, and `"0"`, which Node.js converts. */
function isZero(analysis: Analysis, port: Node): boolean {
  const value = settledValue(analysis, port);
  return (
    (value.type === "NumericLiteral" && value.value === 0) || (value.type === "StringLiteral" && value.value === "0")
  );
}

function replaced(port: Node): Randomness["edit"] {
  const { type, start, end } = port;
  const isWritten = type === "NumericLiteral" || type === "StringLiteral";
  return isWritten && start != null && end != null ? { start, end, text: ofEnvironment } : undefined;
}
