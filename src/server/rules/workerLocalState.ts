import type { Class, Node } from "@babel/types";
import type { Analysis, Binding } from "../source/scopes.ts";
import { unwrapped } from "../source/values.ts";
import { walk } from "../source/walk.ts";
import { t } from "../texts.ts";
import { factsOf } from "./facts.ts";
import { isDoneOnce } from "./guards.ts";
import { isContainer, isUsed, type Use, useOf } from "./mutations.ts";
import { around, asFunction, asMember, functionAround, keyOf, textOf } from "./nodes.ts";
import { hasDecorator } from "./requestHandlers.ts";
import { requestPathOf } from "./requestPath.ts";
import type { Finding, Rule } from "./rule.ts";

/** What each worker may well have of its own: a cache is only filled more often, and connections belong to it. */
const ownName =
  /cache|memo|pool|token|client|conn|lru|compiled|template|singleton|instance|in_?flight|pending|active|drain|clos(?:ed|ing)|shut|ready|health|alive|sockets?$|lastError|warned|deprecat|timer|timeout|interval/i;

/** Variables at the top of a module that request handlers change, and read again. */
export const workerLocalState: Rule = {
  id: "worker-local-state",
  severity: "information",
  check({ analysis, cancelled }) {
    const facts = factsOf(analysis);
    if (facts.isTest) {
      return [];
    }
    const path = requestPathOf(analysis);
    const findings: Finding[] = [];
    for (const binding of analysis.root.bindings.values()) {
      if (cancelled()) {
        return findings;
      }
      const variable = binding.declaration.type === "VariableDeclarator" && !ownName.test(binding.name);
      if (variable && path.functions.size > 0) {
        findings.push(
          ...judge(analysis, { name: binding.name, ...usesOf(analysis, binding) }, (node) => path.has(node)),
        );
      }
    }
    return [...findings, ...facts.classes.flatMap((owner) => fieldFindings(analysis, owner))];
  },
};

interface State {
  readonly name: string;
  readonly uses: readonly Use[];
  readonly places: readonly Node[];
}

function usesOf(analysis: Analysis, { references, init }: Binding): Omit<State, "name"> {
  return { uses: references.map((reference) => useOf(analysis, reference, init)), places: references };
}

function judge(analysis: Analysis, { name, uses, places }: State, inRequest: (node: Node) => boolean): Finding[] {
  const index = uses.findIndex((use) => use.kind !== "read" && inRequest(use.node) && changes(analysis, use));
  const place = places[index];
  const isRead = uses.some((use) => inRequest(use.node) && (use.kind === "read" || isUsed(analysis, use)));
  const { start, end } = place ?? {};
  if (start == null || end == null || !isRead || isBalanced(uses) || isSetOnce(uses) || areOwn(analysis, uses)) {
    return [];
  }
  const message = t(
    "Each worker has a “{0}” of its own, and a reload begins it anew, so the answer depends on which worker gives it: keep what requests share outside, for instance in Redis or a database.",
    name,
  );
  return [{ start, end, message, fixes: [] }];
}

/** Whether a change is one that stays and differs from worker to worker. */
function changes(analysis: Analysis, use: Use): boolean {
  if (isDoneOnce(analysis, use.node)) {
    return false;
  }
  if (use.node.type === "AssignmentExpression" && (use.node.operator === "??=" || use.node.operator === "||=")) {
    return false;
  }
  if (!("value" in use)) {
    return true;
  }
  // A turn over a list, the first value kept, a time, or what it was in the beginning.
  const value = unwrapped(use.value);
  const isTurn = value.type === "BinaryExpression" && value.operator === "%";
  const keepsFirst = value.type === "LogicalExpression" && value.operator !== "&&";
  return !isTurn && !keepsFirst && !isTimeOrEmpty(analysis, value);
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

/** A count that goes up and down again is that of what runs in this worker. */
function isBalanced(uses: readonly Use[]): boolean {
  const kinds = new Set(uses.map(({ kind }) => kind));
  return kinds.has("increase") && kinds.has("decrease") && !kinds.has("add") && !kinds.has("assign");
}

/** `true` once and for ever: what is done already, by this worker. */
function isSetOnce(uses: readonly Use[]): boolean {
  return uses.every(
    (use) => use.kind === "read" || ("value" in use && use.value.type === "BooleanLiteral" && use.value.value),
  );
}

/**
 * What a handler adds and takes away again itself is what it works on just now; that is nobody else's business, unless
 * another handler goes through it to reach all, as with the clients of a chat.
 */
function areOwn(analysis: Analysis, uses: readonly Use[]): boolean {
  const adds = uses.filter(({ kind }) => kind === "add" || kind === "assign");
  const removes = uses.filter(({ kind }) => kind === "remove");
  if (adds.length === 0 || removes.length === 0 || uses.some(({ kind }) => kind === "increase")) {
    return false;
  }
  const adders = new Set(adds.map(({ node }) => functionAround(analysis, node)));
  const isBelow = ({ node }: Use) => [...around(analysis, node)].some((parent) => adders.has(asFunction(parent)));
  return (
    removes.every(isBelow) &&
    uses.filter(({ kind }) => kind === "read").every(({ node }) => isBelow({ kind: "read", node }))
  );
}

/** Fields of Nest's controllers and services, of which each worker has one object. */
function fieldFindings(analysis: Analysis, owner: Class): Finding[] {
  const isSingle = hasDecorator(analysis, owner.decorators, (name) =>
    /^@nestjs\/common#(?:Controller|Injectable)$/.test(name),
  );
  if (!isSingle) {
    return [];
  }
  return owner.body.body.flatMap((field) => {
    const init = field.type === "ClassProperty" || field.type === "ClassPrivateProperty" ? field.value : undefined;
    const name = init == null ? undefined : keyOf(field as { readonly key: Node });
    const value = init == null ? undefined : unwrapped(init);
    const isState = value !== undefined && (value.type === "NumericLiteral" || isContainer(analysis, value));
    if (name === undefined || !isState || ownName.test(name)) {
      return [];
    }
    const places = fieldUses(owner, name);
    const uses = places.map((place) => useOf(analysis, place, value));
    return judge(analysis, { name, uses, places }, (node) => isInOwnMethod(analysis, owner, node));
  });
}

function fieldUses(owner: Class, name: string): Node[] {
  const found: Node[] = [];
  walk(owner.body, (node) => {
    const member = asMember(node);
    if (
      member?.object.type === "ThisExpression" &&
      keyOf({ key: member.property, computed: member.computed }) === name
    ) {
      found.push(node);
    }
    return undefined;
  });
  return found;
}

/** What Nest calls at the beginning and the end is no request. */
function isInOwnMethod(analysis: Analysis, owner: Class, node: Node): boolean {
  for (const parent of around(analysis, node)) {
    if (analysis.parentOf(parent) === owner.body) {
      return parent.type === "ClassMethod" && !/^(?:constructor|on[A-Z]\w*|before[A-Z]\w*)$/.test(keyOf(parent) ?? "");
    }
  }
  return false;
}
