import type { Node } from "@babel/types";
import { t } from "../../shared/translate.ts";
import { isServerProcess } from "../analysis/atStart.ts";
import { bootName } from "../analysis/bootName.ts";
import { isForDevelopment } from "../analysis/development.ts";
import { isDoneOnce } from "../analysis/guards.ts";
import { type CallSite, factsOf } from "../analysis/moduleFacts.ts";
import { around, asMember, functionName, lastName, textOf } from "../analysis/nodes.ts";
import { requestPathOf } from "../analysis/requests/requestPath.ts";
import type { Finding, Rule } from "../analysis/rule.ts";
import type { Analysis } from "../source/scopes.ts";
import { awaitedFix } from "./syncFix.ts";

const modules =
  /^(?:fs|fs-extra|zlib|child_process|crypto|bcrypt|bcryptjs|argon2|@node-rs\/(?:bcrypt|argon2)|execa|esbuild|@swc\/core)#(?:default\.)?(\w+)Sync$/;

/** Functions that start a program and wait for it, with what does the same asynchronously. */
const programs: ReadonlyMap<string, string> = new Map([
  ["cross-spawn#sync", "spawn"],
  ["cross-spawn#spawn.sync", "spawn"],
  ["execa#sync", "execa"],
  ["execa#commandSync", "execaCommand"],
]);

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
    const named = isTest ? [] : calls.filter((site) => nameOf(site) !== undefined);
    if (named.length === 0 || cancelled()) {
      return [];
    }
    const path = requestPathOf(analysis);
    return named.flatMap((site): Finding[] => {
      const name = nameOf(site);
      const { callee } = site.node;
      const isFound = path.has(site.node) || checksPasswords(analysis, site);
      if (name === undefined || !isFound || callee.start == null || callee.end == null) {
        return [];
      }
      if (isDoneOnce(analysis, site.node) || isForDevelopment(analysis, site.node)) {
        return [];
      }
      const message = t(
        "{0}() blocks this worker in the middle of a request, and all its other requests wait until it is done: use {1}() instead.",
        programs.has(site.api ?? "") ? textOf(analysis, callee) : `${name}Sync`,
        name === "exists" ? "access" : name,
      );
      return [{ start: callee.start, end: callee.end, message, fixes: awaitedFix(analysis, site, name) }];
    });
  },
};

/** Packages that make a worker calculate for some 100 ms, which nobody does but to sign somebody in or up. */
const passwords = /^(?:bcrypt|bcryptjs|argon2|@node-rs\/(?:bcrypt|argon2))#/;

/** Whether a call hashes a password in the process of a server, such as in a model, and not to set the app up. */
function checksPasswords(analysis: Analysis, { node, api, inside }: CallSite): boolean {
  const isHashing = passwords.test(api ?? "") || (derivations.test(api ?? "") && isOfModel(analysis, node));
  const isMeant = inside !== undefined && isHashing && !setsUp.test(analysis.module.uri);
  const names = isMeant ? [...around(analysis, node)].map((parent) => functionName(analysis, parent) ?? "") : [];
  return isMeant && !names.some((name) => bootName.test(name) || setsUp.test(name)) && isServerProcess(analysis);
}

/** What makes a key of a password, and of the app's own secret as well. */
const derivations = /^crypto#(?:default\.)?(?:pbkdf2|scrypt)Sync$/;

/** Whether it is done by a method of a model: `userSchema.methods.setPassword = function (password) { … }`. */
function isOfModel(analysis: Analysis, node: Node): boolean {
  return [...around(analysis, node)].some((parent) => {
    const owner = parent.type === "AssignmentExpression" ? asMember(asMember(parent.left)?.object) : undefined;
    return owner !== undefined && /^(?:methods|statics|prototype)$/.test(lastName(owner) ?? "");
  });
}

const setsUp =
  /seed|default|fixture|migrat|(?:^|\/)(?:scripts?|bin|cli)\/|ensure|superuser|first|admin(?:User|Account)?$/i;

function nameOf({ api }: CallSite): string | undefined {
  return api === undefined || quick.has(api) ? undefined : (programs.get(api) ?? modules.exec(api)?.[1]);
}
