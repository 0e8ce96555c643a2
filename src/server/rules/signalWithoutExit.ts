import { t } from "../../shared/translate.ts";
import { factsOf } from "../analysis/moduleFacts.ts";
import type { Finding, Rule } from "../analysis/rule.ts";
import { signalHandlers } from "../analysis/signals/signalHandlers.ts";
import { whatIsLeft } from "../analysis/signals/signalOutcome.ts";
import type { FunctionNode } from "../source/declare.ts";
import { exitFixes } from "./signalFix.ts";

/** A listener for SIGTERM or SIGINT after which the process lives on, since a listener takes the signal's own effect away. */
export const signalWithoutExit: Rule = {
  id: "signal-without-exit",
  severity: "warning",
  check({ analysis, app }) {
    if (factsOf(analysis).isTest) {
      return [];
    }
    const all = signalHandlers(analysis);
    const outcomes = new Map(all.map((handler) => [handler, whatIsLeft(analysis, handler)]));
    const findings: Finding[] = [];
    for (const handler of all) {
      const [signal] = handler.signals.filter((name) => name === "SIGTERM" || name === "SIGINT");
      const together = all.filter((other) => other === handler || other.signals.some((name) => name === signal));
      const known = together.flatMap((it) => outcomes.get(it) ?? []);
      const { start, end } = handler.call.arguments[0] ?? handler.call;
      if (signal === undefined || start == null || end == null || known.length < together.length) {
        continue;
      }
      // A worker that leaves Ctrl+C to its supervisor does so with an empty function.
      if (signal === "SIGINT" && handler.handler !== undefined && isEmpty(handler.handler)) {
        continue;
      }
      const closes = known.some(({ closing }) => closing.length > 0);
      // A process ends by itself when nothing is open any more; under a supervisor, what is left open has it killed.
      if (closes && !app.supervised) {
        continue;
      }
      const fixes = exitFixes(analysis, handler, closes ? (outcomes.get(handler)?.closing ?? []) : undefined);
      findings.push({ start, end, message: messageOf(signal, closes), fixes });
    }
    return findings;
  },
};

function messageOf(signal: string, closes: boolean): string {
  return closes
    ? t(
        "A worker that only closes its server on {0} ends only if nothing else is open: with a timer or a database connection left, Hitless has to kill it after killTimeout. Exit when the server has closed.",
        signal,
      )
    : t(
        "With this listener {0} no longer ends the worker, and Hitless has to kill it after killTimeout: close the server and exit in it.",
        signal,
      );
}

function isEmpty({ body }: FunctionNode): boolean {
  return body.type === "BlockStatement" ? body.body.length === 0 : body.type !== "CallExpression";
}
