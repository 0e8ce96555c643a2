import type { Node, ObjectExpression } from "@babel/types";
import { t } from "../../shared/translate.ts";
import { saysInProcess } from "../analysis/atStart.ts";
import { stringOf } from "../analysis/constants.ts";
import { isForDevelopment } from "../analysis/development.ts";
import { type CallSite, type Facts, factsOf } from "../analysis/moduleFacts.ts";
import { propertyOf, settledValue } from "../analysis/nodes.ts";
import type { Finding, Rule } from "../analysis/rule.ts";
import type { Analysis } from "../source/scopes.ts";

const serverMakers: ReadonlySet<string> = new Set(["socket.io#Server", "socket.io#default", "socket.io#listen"]);

/** Packages that let workers reach each other's clients. */
function isAdapter(name: string): boolean {
  const socketIo = name.indexOf("socket.io");
  const ofSocketIo = socketIo !== -1 && (name.includes("adapter", socketIo) || name.includes("socket.io-redis"));
  return ofSocketIo || name.includes("cluster-engine");
}

/** Methods that send to clients which may be connected to other workers. */
const broadcasts: ReadonlySet<string> = new Set(["to", "in", "except", "fetchSockets", "disconnectSockets"]);

/** A Socket.IO server whose workers know nothing of each other. */
export const socketIoAlone: Rule = {
  id: "socket-io-alone",
  severity: "warning",
  check({ analysis, app }) {
    const facts = factsOf(analysis);
    if (facts.isTest || app.workers === 1) {
      return [];
    }
    return facts.calls.flatMap((site): Finding[] => {
      const { start, end } = site.node.callee;
      const text =
        site.api !== undefined && serverMakers.has(site.api) && !isForDevelopment(analysis, site.node)
          ? messageOf(analysis, facts, site)
          : undefined;
      return text === undefined || start == null || end == null ? [] : [{ start, end, message: text, fixes: [] }];
    });
  },
};

function messageOf(analysis: Analysis, facts: Facts, { node }: CallSite): string | undefined {
  const given = optionsOf(analysis, node.arguments);
  const isShared = saysInProcess(analysis, sharing);
  // Options from elsewhere hold an adapter or transports only if the package has one, or names them.
  if (given === "unknown" && (analysis.files === undefined || isShared || saysInProcess(analysis, /\btransports\b/))) {
    return undefined;
  }
  const options = given === "unknown" ? undefined : given;
  const isSticky = [...facts.modules].some((name) => /sticky|cluster-engine/.test(name));
  const hasAdapter =
    isShared ||
    [...facts.modules].some(isAdapter) ||
    facts.calls.some(({ method }) => method === "adapter") ||
    (options !== undefined && propertyOf(options, "adapter") !== undefined);
  const polls = !isSticky && mayPoll(analysis, options);
  if (polls && !hasAdapter) {
    return t(
      "Here an event reaches only the clients of one worker, and long polling fails because its requests go to different workers: give it an adapter, such as @socket.io/redis-adapter, and allow the transport “websocket” only.",
    );
  }
  if (polls) {
    return t(
      "Long polling fails with several workers, because the requests of one client go to different ones: allow the transport “websocket” only, here and in the clients.",
    );
  }
  return hasAdapter || !doesBroadcast(facts)
    ? undefined
    : t(
        "Here an event reaches only the clients of one worker: give it an adapter that all workers share, such as @socket.io/redis-adapter.",
      );
}

/** What lets workers reach each other's clients, in any file of the process. */
const sharing =
  /socket\.io-(?:\w+-)*adapter|@socket\.io\/(?!component-emitter)[\w-]*adapter|socket\.io-redis|cluster-engine|\.adapter\s*\(|@socket\.io\/sticky/;

/** The options, which come last; a spread in them may contain anything. */
function optionsOf(analysis: Analysis, given: readonly Node[]): ObjectExpression | "unknown" | undefined {
  const last = given.at(-1);
  const value = last && settledValue(analysis, last);
  if (value?.type === "ObjectExpression") {
    return value.properties.some(({ type }) => type === "SpreadElement") ? "unknown" : value;
  }
  return given.length > 1 ? "unknown" : undefined;
}

function mayPoll(analysis: Analysis, options: ObjectExpression | undefined): boolean {
  const transports = options && propertyOf(options, "transports");
  if (transports === undefined || transports === "unknown") {
    return true;
  }
  const list = settledValue(analysis, transports);
  return (
    list.type !== "ArrayExpression" ||
    list.elements.some((element) => element != null && stringOf(analysis, element) === "polling")
  );
}

function doesBroadcast({ calls }: Facts): boolean {
  return calls.some(({ method, receiver }) => {
    if (method === "emit") {
      return receiver?.type === "Identifier" ? /^io$|server/i.test(receiver.name) : false;
    }
    return method !== undefined && broadcasts.has(method);
  });
}
