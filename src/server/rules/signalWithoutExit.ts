import { t } from "../../shared/translate.ts";
import { listensBeside } from "../analysis/atStart.ts";
import { factsOf } from "../analysis/moduleFacts.ts";
import type { Finding, Rule } from "../analysis/rule.ts";
import { endsByPackage } from "../analysis/signals/endsElsewhere.ts";
import { holdsOpen } from "../analysis/signals/heldOpen.ts";
import { signalHandlers } from "../analysis/signals/signalHandlers.ts";
import { whatIsLeft } from "../analysis/signals/signalOutcome.ts";
import type { FunctionNode } from "../source/declare.ts";
import type { Analysis } from "../source/scopes.ts";
import { serverKind } from "../source/serverCalls.ts";
import { exitAfter, exitFixes } from "./signalFix.ts";

/**
 * A listener for SIGTERM or SIGINT that does not exit, so that the process lives on: a listener takes the signal's own effect
 * away. One that closes the server is right if nothing else is open, since a worker without anything open ends by itself.
 */
export const signalWithoutExit: Rule = {
  id: "signal-without-exit",
  severity: "warning",
  check({ analysis }) {
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
      const closes = known.flatMap((outcome) => outcome.closes);
      const { start, end } = handler.call.arguments[0] ?? handler.call;
      if (signal === undefined || start == null || end == null || known.length < together.length) {
        continue;
      }
      // A worker that leaves Ctrl+C to its supervisor does so with an empty function.
      if (signal === "SIGINT" && handler.handler !== undefined && isEmpty(handler.handler)) {
        continue;
      }
      // Without a server, a process whose pools have ended has nothing left and ends.
      const endsPools = known.some(({ endsResources }) => endsResources);
      if (endsPools && factsOf(analysis).listens.length === 0 && !listensBeside(analysis)) {
        continue;
      }
      // What pools it ends may well be all that is open.
      if (closes.length > 0 && (endsPools || endsOnClose(analysis) || !holdsOpen(analysis))) {
        continue;
      }
      if (isHandledElsewhere(analysis, signal)) {
        continue;
      }
      findings.push({
        start,
        end,
        message: closes.length > 0 ? messageOfOpen(signal) : messageOf(signal),
        // After a pool has ended, requests in flight would fail: its end has to move behind that of the server.
        fixes: closes.length > 0 ? exitAfter(analysis, closes) : endsPools ? [] : exitFixes(analysis, handler),
      });
    }
    return findings;
  },
};

/** `server.on("close", () => mongoose.disconnect())`: what is left may end with the server. */
function endsOnClose(analysis: Analysis): boolean {
  return factsOf(analysis).calls.some(({ node, method, receiver }) => {
    const [event] = /^(?:on|once)$/.test(method ?? "") ? node.arguments : [];
    const isClose = event?.type === "StringLiteral" && event.value === "close";
    return isClose && receiver !== undefined && serverKind(analysis, receiver) !== undefined;
  });
}

/** Whether a listener in another file of the process may end it. */
function isHandledElsewhere(analysis: Analysis, signal: string): boolean {
  const packages = /enableShutdownHooks|shut|grac|termin|lightship|exit|death|stoppable/i;
  const others = analysis.files?.beside(analysis.module, packages) ?? [];
  return (
    [analysis, ...others].some((file) => endsByPackage(factsOf(file))) ||
    (analysis.files?.beside(analysis.module, /SIG(?:TERM|INT)/) ?? []).some(
      (file) =>
        !factsOf(file).isTest &&
        signalHandlers(file).some((it) => it.signals.includes(signal) && whatIsLeft(file, it) === undefined),
    )
  );
}

function messageOf(signal: string): string {
  return t(
    "With this listener {0} no longer ends the worker, and Hitless has to kill it after killTimeout: close the server in it.",
    signal,
  );
}

function messageOfOpen(signal: string): string {
  return t(
    "After {0} a pool, a client or a job of this process is still open when its server has closed, so the worker does not end, and Hitless has to kill it after killTimeout: exit when the server has closed.",
    signal,
  );
}

function isEmpty({ body }: FunctionNode): boolean {
  return body.type === "BlockStatement" ? body.body.length === 0 : body.type !== "CallExpression";
}
