import { t } from "../../../shared/translate.ts";
import { factsOf } from "../../analysis/moduleFacts.ts";
import type { Finding, Rule } from "../../analysis/rule.ts";

/** What looks for a port that nobody listens on. */
const probes: ReadonlySet<string> = new Set([
  "get-port#default",
  "get-port-please#getPort",
  "portfinder#getPort",
  "portfinder#getPortPromise",
  "portfinder#default.getPort",
  "portfinder#default.getPortPromise",
  "detect-port#default",
  "detect-port#detect",
  "detect-port#detectPort",
  "find-free-port#default",
  "find-free-ports#findFreePorts",
]);

/** A free port that is looked for before an app listens: a new generation finds that of the old one taken. */
export const portProbe: Rule = {
  id: "port-probe",
  severity: "warning",
  check({ analysis, app }) {
    const { calls, listens, isTest } = factsOf(analysis);
    if (!app.supervised || isTest || listens.length === 0) {
      return [];
    }
    return calls.flatMap(({ node, api }): Finding[] => {
      const { start, end } = node.callee;
      const message = t(
        "While the old workers serve, their port is taken, so the new ones find another and listen elsewhere: listen on a fixed port, or on that of the environment.",
      );
      return api !== undefined && probes.has(api) && start != null && end != null
        ? [{ start, end, message, fixes: [] }]
        : [];
    });
  },
};
