import type { Node } from "@babel/types";
import { t } from "../../../shared/translate.ts";
import { isForDevelopment } from "../../analysis/development.ts";
import { isDoneOnce } from "../../analysis/guards.ts";
import { clientLists } from "../../analysis/held/clientLists.ts";
import { givenUses, partOf } from "../../analysis/held/givenMaps.ts";
import { isFilledAnew, isLookedUp } from "../../analysis/held/refreshed.ts";
import { usesElsewhere } from "../../analysis/held/usesElsewhere.ts";
import { usesThrough } from "../../analysis/held/usesThrough.ts";
import { isLogCall } from "../../analysis/logging.ts";
import { factsOf } from "../../analysis/moduleFacts.ts";
import { isContainer, isUsed, isWhole, type Use, useOf } from "../../analysis/mutations.ts";
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
import { requestPathOf } from "../../analysis/requests/requestPath.ts";
import { isSetByItsReader } from "../../analysis/requests/setInRequest.ts";
import type { Finding, Rule } from "../../analysis/rule.ts";
import { sharedFields } from "../../analysis/sharedFields.ts";
import { isFunction } from "../../source/declare.ts";
import type { Analysis, Binding } from "../../source/scopes.ts";
import { walk } from "../../source/walk.ts";

/** What each worker may well have of its own: a cache is only filled more often, and connections belong to it. */
const ownName =
  /cache|memo|pool|conn|lru|compiled|template|singleton|instance|in_?flight|pending|timer|timeout|interval|sockets?$|warned|deprecat|generation|epoch|waiter/i;

/** The same, of what is one value: a logger, the client of a database, the token of an interface, whether it is ready. */
const ownValueName = /logger|token|client|active|drain|clos(?:ed|ing)|shut|ready|health|alive|lastError|^initial$/i;

/** The same, of what holds several. */
const ownListName =
  /^active(?:$|requests?|streams?|jobs?|tasks?|calls?|handles?|queries)|(?:callback|listener|disposable)s?$|lock(?:Value|Token|Id)s?$/i;

/** What TypeScript says that a map or set holds: what is under way here. */
const ownValues =
  /^new (?:Map|Set)<(?:[\w\s]+,\s*)?(?:Promise<|NodeJS\.Time|(?:ReturnType<typeof set(?:Timeout|Interval)>)|AbortController>)/;

/** Fields and classes that are filled when an app starts, with what its own code brings: the same in every worker. */
const registryField =
  /registr|(?:(?<!web)hook|handler|middleware|plugin|strateg(?:y|ie)|resolver|adapter|metadata)s?$/i;
const registryClass = /(?:Registry|Explorer|Scanner|Loader|Container|Discovery|Factory|Builder)(?:Service|Host)?$/;

/** What changes a database when an app starts keeps what it needs for that in variables. */
const ofBoot = /[/\\](?:migrations?|seeds?|seeders?)[/\\]/i;

/** What one request begins and another, which may come to any worker, ends. */
const flowName = /pending\w*(?:o?auth|login|sign|verif|flow|challenge|invit|confirm)|(?:auth|login|oauth)pending/i;

function isOwn(analysis: Analysis, name: string, init: Node | undefined): boolean {
  if (flowName.test(name)) {
    return false;
  }
  return (
    ownName.test(name) ||
    (isContainer(analysis, init) ? ownListName : ownValueName).test(name) ||
    (init !== undefined && ownValues.test(textOf(analysis, init)))
  );
}

/** Variables at the top of a module that request handlers change, and read again. */
export const workerLocalState: Rule = {
  id: "worker-local-state",
  severity: "information",
  check({ analysis, cancelled }) {
    const facts = factsOf(analysis);
    if (facts.isTest || ofBoot.test(analysis.module.uri)) {
      return [];
    }
    const path = requestPathOf(analysis);
    // Of these `broadcast-per-worker` tells.
    const clients = new Set(clientLists(analysis).map(({ holder }) => holder));
    const findings: Finding[] = [];
    for (const binding of analysis.root.bindings.values()) {
      if (cancelled()) {
        return findings;
      }
      const variable =
        binding.declaration.type === "VariableDeclarator" &&
        !clients.has(binding) &&
        !isOwn(analysis, binding.name, binding.init);
      if (variable && path.functions.size > 0) {
        findings.push(
          ...judge(analysis, { name: binding.name, ...usesOf(analysis, binding) }, (node) => path.has(node)),
        );
      }
    }
    for (const binding of containersAtTop(analysis)) {
      if (!findings.some(({ message }) => message === messageOf(binding.name)) && !clients.has(binding)) {
        findings.push(...judgeGiven(analysis, binding), ...judgeElsewhere(analysis, binding));
      }
    }
    for (const { name, owners, init, places, inRequest } of sharedFields(analysis)) {
      const isRegistry = registryField.test(name) || owners.some((owner) => registryClass.test(owner));
      if (
        !isRegistry &&
        !clients.has(name) &&
        !isOwn(analysis, name, init) &&
        !owners.some((owner) => ownName.test(owner))
      ) {
        const uses = places.map((place) => useOf(analysis, place, init));
        findings.push(...judge(analysis, { name, uses, places }, inRequest));
      }
    }
    return findings;
  },
};

interface State {
  readonly name: string;
  readonly uses: readonly Use[];
  readonly places: readonly Node[];
}

function usesOf(analysis: Analysis, binding: Binding): Omit<State, "name"> {
  const { references, init } = binding;
  const element = isContainer(analysis, init) ? partOf(analysis, binding) : undefined;
  const found = references.flatMap((reference) => usesThrough(analysis, reference, init, element));
  return { uses: found.map(({ use }) => use), places: found.map(({ place }) => place) };
}

function judge(analysis: Analysis, { name, uses, places }: State, inRequest: (node: Node) => boolean): Finding[] {
  const index = uses.findIndex((use) => use.kind !== "read" && inRequest(use.node) && changes(analysis, use));
  const place = places[index];
  const isRead = uses.some(
    (use) =>
      inRequest(use.node) &&
      (use.kind === "read" ? !isOfCount(analysis, use.node) : isUsed(analysis, use)) &&
      !isLogged(analysis, use.node),
  );
  const { start, end } = place ?? {};
  if (
    start == null ||
    end == null ||
    !isRead ||
    isOnesOwn(analysis, uses, inRequest) ||
    isFilledAnew(analysis, uses, inRequest) ||
    isLookedUp(analysis, uses, inRequest) ||
    isPassed(analysis, uses, inRequest)
  ) {
    return [];
  }
  return [{ start, end, message: messageOf(name), fixes: [] }];
}

function messageOf(name: string): string {
  return t(
    "Each worker has a “{0}” of its own, and a reload begins it anew, so the answer depends on which worker gives it: keep what requests share outside, for instance in Redis or a database.",
    name,
  );
}

function containersAtTop(analysis: Analysis): Binding[] {
  return [...analysis.root.bindings.values()].filter(
    ({ name, declaration, init }) =>
      declaration.type === "VariableDeclarator" && isContainer(analysis, init) && !isOwn(analysis, name, init),
  );
}

/** Of maps that a function gives by their names. */
function judgeGiven(analysis: Analysis, binding: Binding): Finding[] {
  const given = givenUses(analysis, binding);
  const { place } = given.find(({ use }) => use.kind === "add" || use.kind === "assign") ?? {};
  const isRead = given.some(({ use }) => use.kind === "read");
  return place?.start == null || place.end == null || !isRead
    ? []
    : [{ start: place.start, end: place.end, message: messageOf(binding.name), fixes: [] }];
}

/** What belongs to the connections of a worker, however it is shared among files. */
const ofConnections = /client|peer|connect|subscri|observer|watch|proc(?:ess)?(?:es)?$/i;

/** Of what a file exports, and requests change and read in other files. */
function judgeElsewhere(analysis: Analysis, binding: Binding): Finding[] {
  const { declaration, name, references, init } = binding;
  const elsewhere = ofConnections.test(name) || registryField.test(name) ? [] : usesElsewhere(analysis, binding);
  const own = references.map((reference) => ({ file: analysis, use: useOf(analysis, reference, init) }));
  const asked =
    elsewhere.length === 0 ? [] : [...own, ...elsewhere].filter(({ file, use }) => requestPathOf(file).has(use.node));
  const changed = asked.filter(({ file, use }) => use.kind !== "read" && changes(file, use));
  const isOwnLookUp =
    changed.every(({ file }) => file === analysis) &&
    isLookedUp(
      analysis,
      changed.map(({ use }) => use),
      () => true,
    );
  const isRead = asked.some(
    ({ file, use }) => use.kind === "read" && !isOfCount(file, use.node) && !isLogged(file, use.node),
  );
  const { start, end } = declaration.type === "VariableDeclarator" ? declaration.id : {};
  return changed.length > 0 && !isOwnLookUp && isRead && start != null && end != null
    ? [{ start, end, message: messageOf(name), fixes: [] }]
    : [];
}

/** Whether a variable only carries something from one function to another while a request is answered. */
function isPassed(analysis: Analysis, uses: readonly Use[], inRequest: (node: Node) => boolean): boolean {
  const writes = uses.filter(({ kind }) => kind === "assign").map(({ node }) => node);
  const reads = uses.filter(({ kind, node }) => kind === "read" && inRequest(node)).map(({ node }) => node);
  const isSet = uses.every((use) => use.kind === "read" || (use.kind === "assign" && isWhole(use)));
  return isSet && isSetByItsReader(analysis, requestPathOf(analysis), { writes, reads });
}

/** Whether the value belongs to this worker alone, whatever its name. */
function isOnesOwn(analysis: Analysis, uses: readonly Use[], inRequest: (node: Node) => boolean): boolean {
  return (
    isBalanced(uses) ||
    isSetOnce(uses) ||
    isTime(analysis, uses) ||
    areOwn(analysis, uses, inRequest) ||
    isTurn(analysis, uses) ||
    isMadeLate(uses) ||
    isOfOwnMessages(analysis, uses) ||
    holdsCallbacks(analysis, uses)
  );
}

/** Whether a change lasts and differs from worker to worker. */
function changes(analysis: Analysis, use: Use): boolean {
  if (isDoneOnce(analysis, use.node) || isForDevelopment(analysis, use.node)) {
    return false;
  }
  if (use.node.type === "AssignmentExpression" && (use.node.operator === "??=" || use.node.operator === "||=")) {
    return false;
  }
  if (!("value" in use)) {
    return true;
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
  const keepsFirst = value.type === "LogicalExpression" && value.operator !== "&&";
  return !isTurn && !keepsFirst && !isTimeOrEmpty(analysis, value);
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

/** `const id = next++; socket.send(JSON.stringify({ id, method }))`: the number tells the answers that this worker waits for. */
function isOfOwnMessages(analysis: Analysis, uses: readonly Use[]): boolean {
  return (
    uses.some(({ kind }) => kind === "increase") &&
    uses.every((use) => {
      const inside = use.kind === "increase" ? functionAround(analysis, use.node) : undefined;
      return (
        inside !== undefined &&
        (factsOf(analysis).callsIn.get(inside) ?? []).some(
          ({ method, node }) =>
            method === "send" && /JSON\.stringify|payload|message|request/i.test(textOf(analysis, node)),
        )
      );
    })
  );
}

/** `list[next++ % list.length]`, or back to 0 at its end: it only shows whose turn it is. */
function isTurn(analysis: Analysis, uses: readonly Use[]): boolean {
  let wraps = false;
  const isPart = ({ kind, node }: Use) => {
    const parent = analysis.parentOf(node);
    if (parent?.type === "BinaryExpression") {
      const isEnd = /^[<>=!]=*$/.test(parent.operator) && /\.length$/.test(textOf(analysis, parent.right));
      wraps ||= parent.operator === "%" || isEnd;
      return (parent.operator === "%" && parent.left === node) || isEnd;
    }
    const isIndex = asMember(parent)?.computed === true && asMember(parent)?.property === node;
    return isIndex || (kind === "increase" && parent?.type === "ExpressionStatement");
  };
  const isReset = (use: Use) => "value" in use && use.value.type === "NumericLiteral" && use.value.value === 0;
  return uses.every((use) => isReset(use) || isPart(use)) && wraps;
}

/** `counts[name] = (counts[name] || 0) + 1`: what is counted is read where it is reported. */
function isOfCount(analysis: Analysis, node: Node): boolean {
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
function isLogged(analysis: Analysis, node: Node): boolean {
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
    (use) => use.kind === "read" || ("value" in use && use.value.type === "BooleanLiteral" && use.value.value),
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
  const isBelow = ({ node }: Use) => [...around(analysis, node)].some((parent) => adders.has(asFunction(parent)));
  return (
    removes.every(isBelow) &&
    uses.filter(({ kind }) => kind === "read").every(({ node }) => isBelow({ kind: "read", node }))
  );
}
