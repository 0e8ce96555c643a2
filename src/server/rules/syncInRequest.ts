import { t } from "../../shared/translate.ts";
import { isForDevelopment } from "../analysis/development.ts";
import { isDoneOnce } from "../analysis/guards.ts";
import { type CallSite, factsOf } from "../analysis/moduleFacts.ts";
import { requestPathOf } from "../analysis/requests/requestPath.ts";
import type { Finding, Rule } from "../analysis/rule.ts";
import { awaitedFix } from "./syncFix.ts";

const modules = /^(?:fs|zlib|child_process|crypto|bcrypt|bcryptjs|argon2|@node-rs\/(?:bcrypt|argon2))#(\w+)Sync$/;

/** Synchronous and fast: they only set something up, or use what is in memory. */
const quick: ReadonlySet<string> = new Set([
  "crypto#hkdfSync",
  "crypto#generateKeySync",
  "crypto#randomFillSync",
  "fs#closeSync",
]);

/** Synchronous functions of Node.js that block all other requests of the worker. */
export const syncInRequest: Rule = {
  id: "sync-in-request",
  severity: "warning",
  check({ analysis, cancelled }) {
    const { calls, isTest } = factsOf(analysis);
    const path = requestPathOf(analysis);
    if (isTest || path.functions.size === 0 || cancelled()) {
      return [];
    }
    return calls.flatMap((site): Finding[] => {
      const name = nameOf(site);
      const { callee } = site.node;
      if (name === undefined || !path.has(site.node) || callee.start == null || callee.end == null) {
        return [];
      }
      if (isDoneOnce(analysis, site.node) || isForDevelopment(analysis, site.node)) {
        return [];
      }
      const message = t(
        "{0}() blocks this worker in the middle of a request, and all its other requests wait until it is done: use {1}() instead.",
        `${name}Sync`,
        name === "exists" ? "access" : name,
      );
      return [{ start: callee.start, end: callee.end, message, fixes: awaitedFix(analysis, site, name) }];
    });
  },
};

function nameOf({ api }: CallSite): string | undefined {
  return api === undefined || quick.has(api) ? undefined : modules.exec(api)?.[1];
}
