import type { Node } from "@babel/types";
import { exportedValue } from "../../analysis/exportedFunctions.ts";
import { type CallSite, factsOf } from "../../analysis/moduleFacts.ts";
import { functionAround, keyOf, lastName, settledValue } from "../../analysis/nodes.ts";
import { requestPathOf } from "../../analysis/requests/requestPath.ts";
import { resolveApi, resolveValue } from "../../source/resolveApi.ts";
import type { Analysis } from "../../source/scopes.ts";

/**
 * Whether requests share what one cache holds: one removes an entry, of which the other workers do not learn, or one asks for what
 * only another has put in. The cache may be used in other files than the one that makes it.
 */
export function requestsShare(analysis: Analysis, { node, api = "" }: CallSite): boolean {
  if (api.endsWith("CacheModule.register")) {
    return isEmptiedInNest(analysis);
  }
  if (api === "memory-cache#put") {
    const isModule = (file: Analysis) => (receiver: Node) => resolveValue(file, receiver)?.module === "memory-cache";
    const others = analysis.files?.beside(analysis.module, /memory-cache/) ?? [];
    return (
      isFirst(analysis, node) &&
      !isDated(analysis, node) &&
      areShared([analysis, ...others].flatMap((file) => usesIn(file, isModule(file))))
    );
  }
  const uses = [usesIn(analysis, (receiver) => settledValue(analysis, receiver) === node)];
  for (const importer of analysis.files?.importers(analysis.module) ?? []) {
    const isCache = (receiver: Node) => {
      const reference = resolveApi(importer, receiver);
      const isOurs =
        reference !== undefined && analysis.files?.leadsTo(importer.module, reference.module, analysis.module) === true;
      const value = isOurs ? exportedValue(analysis, reference.name) : undefined;
      return value !== undefined && settledValue(value.analysis, value.node) === node;
    };
    uses.push(factsOf(importer).isTest ? [] : usesIn(importer, isCache));
  }
  return areShared(uses.flat(), api.startsWith("node-cache#"));
}

/** `cache.put(id, { updatedAt, body })`: who asks for an entry sees whether it is still what the data say. */
function isDated(analysis: Analysis, { arguments: given }: CallSite["node"]): boolean {
  const entry = given[1] && settledValue(analysis, given[1]);
  return (
    entry?.type === "ObjectExpression" &&
    entry.properties.some(
      (property) =>
        property.type !== "SpreadElement" &&
        /^(?:updated_?at|version|revision|e_?tag|hash|mtime)$/i.test(keyOf(property) ?? ""),
    )
  );
}

/** The module has one cache for all: one finding a file is enough. */
function isFirst(analysis: Analysis, node: Node): boolean {
  return factsOf(analysis).calls.find(({ api }) => api === "memory-cache#put")?.node === node;
}

/** Whether an app of Nest removes entries from the cache that is injected: what other workers have answered stays in theirs. */
function isEmptiedInNest(analysis: Analysis): boolean {
  return (analysis.files?.beside(analysis.module, /CACHE_MANAGER/) ?? []).some(
    (file) =>
      !factsOf(file).isTest &&
      factsOf(file).calls.some(
        ({ method, receiver }) =>
          /^(?:del|reset|clear)$/.test(method ?? "") && /cache/i.test((receiver && lastName(receiver)) ?? ""),
      ),
  );
}

/**
 * @param isKept Whether entries stay until they are removed or old; of others only a removal tells something, by a request that does
 * not put one there.
 */
function areShared(uses: readonly CacheUse[], isKept = true): boolean {
  const setters = new Set(uses.filter(({ method }) => /^(?:set|mset|put)$/.test(method)).map(({ inside }) => inside));
  const isAskedAlone = uses.some(
    ({ method, inside, isHandler }) => method === "get" && isHandler && !setters.has(inside),
  );
  return isKept
    ? uses.some(({ isTaken }) => isTaken) || (setters.size > 0 && isAskedAlone)
    : setters.size > 0 && uses.some(({ isTaken, inside }) => isTaken && !setters.has(inside));
}

interface CacheUse {
  readonly method: string;
  readonly inside: Node | undefined;
  /** Whether the function around it is called with a request itself. */
  readonly isHandler: boolean;
  /** Whether it removes something. */
  readonly isTaken: boolean;
}

/** What requests do with a cache in a file. */
function usesIn(analysis: Analysis, isCache: (receiver: Node) => boolean): CacheUse[] {
  const calls = factsOf(analysis).calls.filter(
    ({ method, receiver }) => receiver !== undefined && cacheMethod.test(method ?? "") && isCache(receiver),
  );
  const path = calls.length === 0 ? undefined : requestPathOf(analysis);
  return calls.flatMap(({ node, method = "" }) => {
    const inside = functionAround(analysis, node);
    return path?.has(node) === true
      ? [{ method, inside, isHandler: inside !== undefined && path.handlers.has(inside), isTaken: taking.test(method) }]
      : [];
  });
}

const cacheMethod = /^(?:get|set|mset|put|del|delete|clear|flushAll|take)$/;
const taking = /^(?:del|delete|clear|flushAll|take)$/;
