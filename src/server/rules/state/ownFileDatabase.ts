import type { Node } from "@babel/types";
import { stringOf } from "../../analysis/constants.ts";
import { valueAcross } from "../../analysis/exportedFunctions.ts";
import { isDoneOnce } from "../../analysis/guards.ts";
import { type Holder, rootOf } from "../../analysis/held/rootOf.ts";
import { type CallSite, factsOf } from "../../analysis/moduleFacts.ts";
import { useOf } from "../../analysis/mutations.ts";
import { asCall, asMember, functionAround, lastName, settledValue, textOf } from "../../analysis/nodes.ts";
import { askedPathOf } from "../../analysis/requests/askedPath.ts";
import { resolveApi } from "../../source/resolveApi.ts";
import type { Analysis } from "../../source/scopes.ts";
import { nodesOf, walk } from "../../source/walk.ts";

const fileSystems = "(?:fs(?:/promises)?|fs-extra|graceful-fs|jsonfile)#(?:promises\\.|default\\.)?";
const writing = new RegExp(
  `^(?:${fileSystems}(?:write|output)(?:File|JSON|Json)(?:Sync)?|write-file-atomic#(?:default|sync))$`,
);
const reading = new RegExp(`^${fileSystems}read(?:File|JSON|Json)(?:Sync)?$`);

/** What may well be written by each worker: it is made again where it is lost. */
const ownName = /cache|lock|manifest|\bpid\b|tmp|temp/i;

/**
 * Where an app writes all of what it holds in memory to a file that it also reads, because a client asked for a change: a database
 * in the app's own words.
 */
export function ownFileDatabases(analysis: Analysis): CallSite[] {
  const { calls } = factsOf(analysis);
  const reads = calls.filter(({ api, node }) => isRead(analysis, api, node));
  const writes = reads.length === 0 ? [] : calls.filter(({ api }) => api !== undefined && writing.test(api));
  return writes.filter((site) => {
    const [file, data] = site.node.arguments;
    const holder = file && data && heldIn(analysis, data, /Json/i.test(site.api ?? ""));
    if (file === undefined || holder === undefined || ownName.test(`${nameOf(holder)} ${textOf(analysis, file)}`)) {
      return false;
    }
    const isReadBack = reads.some(
      ({ node, inside }) =>
        (inside === undefined || inside !== site.inside) &&
        node.arguments[0] !== undefined &&
        isSamePath(analysis, file, node.arguments[0]),
    );
    return isReadBack && isChangedByClients(analysis, site.node, holder);
  });
}

/**
 * Where a request reads a whole file of JSON, changes it and writes it back: what another worker has written in between is lost, and a
 * file that is half written can't be read. Within one worker the others wait meanwhile, if both are synchronous.
 */
export function rewrittenFiles(analysis: Analysis): CallSite[] {
  const { calls } = factsOf(analysis);
  const writes = calls.filter(({ api, node }) => api !== undefined && writing.test(api) && node.arguments.length > 1);
  const reads = writes.length === 0 ? [] : calls.filter((site) => readsJson(analysis, site));
  const path = reads.length === 0 ? undefined : askedPathOf(analysis);
  return writes.filter((site) => {
    const [file, data] = site.node.arguments;
    if (file === undefined || data === undefined || path === undefined) {
      return false;
    }
    const isOther = ownName.test(textOf(analysis, file)) || settingsName.test(pathText(analysis, file));
    return (
      !isOther &&
      isOfVariable(analysis, data, /Json/i.test(site.api ?? "")) &&
      path.has(site.node) &&
      !isDoneOnce(analysis, site.node) &&
      reads.some(
        ({ node }) =>
          node.arguments[0] !== undefined && isSamePath(analysis, file, node.arguments[0]) && path.has(node),
      )
    );
  });
}

/** What is changed once in a while, by one person. */
const settingsName = /config|setting|option|preference|\benv\b|package\.json|manifest/i;

/** The path as it is written, and what it is made of. */
function pathText(analysis: Analysis, file: Node): string {
  const value = valueAcross(analysis, file);
  return `${textOf(analysis, file)} ${textOf(value.analysis, value.node)}`;
}

/** A file that is read as JSON: `JSON.parse(fs.readFileSync(file))`, also in two steps, or `fs.readJson(file)`. */
function readsJson(analysis: Analysis, { api, node }: CallSite): boolean {
  if (api === undefined || !reading.test(api)) {
    return false;
  }
  if (/Json/i.test(api)) {
    return true;
  }
  const inside = functionAround(analysis, node);
  return (factsOf(analysis).callsIn.get(inside) ?? []).some(
    (site) =>
      site.method === "parse" &&
      site.receiver?.type === "Identifier" &&
      site.receiver.name === "JSON" &&
      site.node.arguments.some((argument) => isPartOf(analysis, node, argument)),
  );
}

/** Whether a value is, or comes from, what a call gives: within `JSON.parse(…)`, or by a variable. */
function isPartOf(analysis: Analysis, call: Node, value: Node): boolean {
  const node = settledValue(analysis, value);
  return (node.start ?? 0) <= (call.start ?? 0) && (node.end ?? 0) >= (call.end ?? 0);
}

/** Whether what is written is made of a variable or parameter: `JSON.stringify(users, null, 2)`, and not `"[]"`. */
function isOfVariable(analysis: Analysis, data: Node, isJson: boolean): boolean {
  if (isJson) {
    return data.type === "Identifier" || asMember(data) !== undefined;
  }
  const call = asCall(settledValue(analysis, data));
  const [value] = call !== undefined && lastName(call.callee) === "stringify" ? call.arguments : [];
  return (
    value !== undefined &&
    (value.type === "Identifier" || asMember(value) !== undefined || value.type === "ArrayExpression") &&
    value.end !== value.start
  );
}

function isRead(analysis: Analysis, api: string | undefined, { callee, arguments: [file] }: CallSite["node"]): boolean {
  const isRequired = callee.type === "Identifier" && callee.name === "require" && file?.type !== "StringLiteral";
  return (api !== undefined && reading.test(api)) || (isRequired && analysis.bindingOf(callee) === undefined);
}

/** The variable at the top of the module, or the field, of which all is written: as JSON, alone or within an object. */
function heldIn(analysis: Analysis, data: Node, isJson: boolean): Holder | undefined {
  if (isJson) {
    return lastingRoot(analysis, data);
  }
  let found: Holder | undefined;
  walk(settledValue(analysis, data), (node) => {
    const call = asCall(node);
    const api = call && resolveApi(analysis, call);
    const isText = lastName(call?.callee ?? node) === "stringify" && asMember(call?.callee) !== undefined;
    const [value] = isText && api?.module !== "querystring" ? (call?.arguments ?? []) : [];
    found ??= value && lastingRoot(analysis, value);
    return found === undefined ? undefined : "skip";
  });
  return found;
}

function lastingRoot(analysis: Analysis, value: Node): Holder | undefined {
  const node = settledValue(analysis, value);
  if (node.type === "ObjectExpression" && node !== value) {
    // The variable itself is written out.
    return lasting(analysis, rootOf(analysis, value));
  }
  if (node.type === "ObjectExpression") {
    for (const property of node.properties) {
      const inner = property.type === "ObjectProperty" ? property.value : undefined;
      const holder = inner && lasting(analysis, rootOf(analysis, inner));
      if (holder !== undefined) {
        return holder;
      }
    }
    return undefined;
  }
  return lasting(analysis, rootOf(analysis, value));
}

function lasting(analysis: Analysis, holder: Holder | undefined): Holder | undefined {
  const isVariable =
    typeof holder === "object" && holder.declaration.type === "VariableDeclarator" && holder.scope === analysis.root;
  return typeof holder === "string" || isVariable ? holder : undefined;
}

function nameOf(holder: Holder): string {
  return typeof holder === "string" ? holder : holder.name;
}

function isSamePath(analysis: Analysis, one: Node, other: Node): boolean {
  const [a, b] = [valueAcross(analysis, one), valueAcross(analysis, other)];
  const text = stringOf(a.analysis, a.node);
  return (
    a.node === b.node ||
    (text !== undefined && text === stringOf(b.analysis, b.node)) ||
    (text === undefined && a.analysis === b.analysis && textOf(a.analysis, a.node) === textOf(b.analysis, b.node))
  );
}

function isChangedByClients(analysis: Analysis, write: Node, holder: Holder): boolean {
  const path = askedPathOf(analysis);
  if (path.has(write)) {
    return true;
  }
  const places = typeof holder === "string" ? fieldPlaces(analysis, holder) : holder.references;
  const init = typeof holder === "string" ? undefined : holder.init;
  return places.some((place) => {
    const use = useOf(analysis, place, init);
    return use.kind !== "read" && functionAround(analysis, use.node) !== undefined && path.has(use.node);
  });
}

function fieldPlaces(analysis: Analysis, name: string): Node[] {
  return nodesOf(analysis.module.ast.program, "MemberExpression", "OptionalMemberExpression").filter(
    (node) => node.object.type === "ThisExpression" && lastName(node) === name,
  );
}
