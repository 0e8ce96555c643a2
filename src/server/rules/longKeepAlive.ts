import type { Node } from "@babel/types";
import { idleMarginMs } from "../../shared/facts/drainLimits.ts";
import { t } from "../../shared/translate.ts";
import { numberOf } from "../analysis/constants.ts";
import { factsOf } from "../analysis/moduleFacts.ts";
import { asMember, lastName, propertyOf, settledValue } from "../analysis/nodes.ts";
import type { Finding, Rule } from "../analysis/rule.ts";
import type { Analysis } from "../source/scopes.ts";
import { serverKind } from "../source/serverCalls.ts";

const takesOptions: ReadonlySet<string> = new Set([
  "http#createServer",
  "https#createServer",
  "fastify#default",
  "fastify#fastify",
  "@hono/node-server#serve",
]);

/** A `keepAliveTimeout` that is longer than a worker has to drain. */
export const longKeepAlive: Rule = {
  id: "long-keep-alive",
  severity: "information",
  check({ analysis, app }) {
    if (factsOf(analysis).isTest) {
      return [];
    }
    return timeouts(analysis).flatMap((value): Finding[] => {
      const { start, end } = value;
      const timeout = numberOf(analysis, value);
      if (timeout === undefined || timeout < app.drainTimeout - idleMarginMs || start == null || end == null) {
        return [];
      }
      const message = t(
        "An idle connection that can't be handed over (HTTPS, Windows, `handoff: false`) stays {0} s, so that an old worker drains until drainTimeout ({1} s) cuts it: choose less, or a longer drainTimeout.",
        timeout / 1_000,
        app.drainTimeout / 1_000,
      );
      return [{ start, end, message, fixes: [] }];
    });
  },
};

/** The values of `keepAliveTimeout` on servers of the file. */
function timeouts(analysis: Analysis): Node[] {
  const { calls } = factsOf(analysis);
  const set = timeoutsSet(analysis);
  const given = calls.flatMap(({ api, node }) => {
    const [first] = api !== undefined && takesOptions.has(api) ? node.arguments : [];
    const given = first && settledValue(analysis, first);
    // Hono hands on what is below `serverOptions`.
    const below = given?.type === "ObjectExpression" ? propertyOf(given, "serverOptions") : undefined;
    const options = below === undefined || below === "unknown" ? given : settledValue(analysis, below);
    const value = options?.type === "ObjectExpression" ? propertyOf(options, "keepAliveTimeout") : undefined;
    return value === undefined || value === "unknown" ? [] : [value];
  });
  // What is set later counts, also by another file.
  const isSet = (file: Analysis) => timeoutsSet(file).length > 0;
  const isReplaced =
    given.length > 0 &&
    (isSet(analysis) || (analysis.files?.beside(analysis.module, /keepAliveTimeout\s*=/) ?? []).some(isSet));
  return isReplaced ? set : [...set, ...given];
}

/** The values that are assigned to `keepAliveTimeout` of servers. */
function timeoutsSet(analysis: Analysis): Node[] {
  return factsOf(analysis).assignments.flatMap(({ left, right }) => {
    const member = asMember(left);
    const isTimeout = member?.property.type === "Identifier" && member.property.name === "keepAliveTimeout";
    return isTimeout && isServer(analysis, member.object) ? [right] : [];
  });
}

function isServer(analysis: Analysis, node: Node): boolean {
  return serverKind(analysis, node) !== undefined || /server|app|listener|https?$/i.test(lastName(node) ?? "");
}
