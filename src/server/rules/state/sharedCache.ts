import type { Node } from "@babel/types";
import { exportedValue } from "../../analysis/exportedFunctions.ts";
import { type CallSite, factsOf } from "../../analysis/moduleFacts.ts";
import { functionAround, settledValue } from "../../analysis/nodes.ts";
import { requestPathOf } from "../../analysis/requests/requestPath.ts";
import { resolveApi } from "../../source/resolveApi.ts";
import type { Analysis } from "../../source/scopes.ts";

/**
 * Whether requests share what one cache holds: one removes an entry, of which the other workers do not learn, or one asks for what
 * only another has put in. The cache may be used in other files than the one that makes it.
 */
export function requestsShare(analysis: Analysis, { node }: CallSite): boolean {
  const uses = [usesIn(analysis, (receiver) => settledValue(analysis, receiver) === node)];
  const known = uses[0]?.some(({ isTaken }) => isTaken) === true;
  for (const importer of known ? [] : (analysis.files?.importers(analysis.module) ?? [])) {
    const isCache = (receiver: Node) => {
      const api = resolveApi(importer, receiver);
      const isOurs =
        api !== undefined && analysis.files?.leadsTo(importer.module, api.module, analysis.module) === true;
      const value = isOurs ? exportedValue(analysis, api.name) : undefined;
      return value !== undefined && settledValue(value.analysis, value.node) === node;
    };
    uses.push(factsOf(importer).isTest ? [] : usesIn(importer, isCache));
  }
  const all = uses.flat();
  const setters = new Set(
    all.filter(({ method }) => method === "set" || method === "mset").map(({ inside }) => inside),
  );
  const isAskedAlone = all.some(
    ({ method, inside, isHandler }) => method === "get" && isHandler && !setters.has(inside),
  );
  return all.some(({ isTaken }) => isTaken) || (setters.size > 0 && isAskedAlone);
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

const cacheMethod = /^(?:get|set|mset|del|flushAll|take)$/;
const taking = /^(?:del|flushAll|take)$/;
