import type { Node } from "@babel/types";
import type { Analysis } from "../source/scopes.ts";
import { walk } from "../source/walk.ts";
import { t } from "../texts.ts";
import { closableServer } from "./closableServer.ts";
import { type CallSite, factsOf } from "./facts.ts";
import type { FunctionNode } from "./nodes.ts";
import { calledFunction, reachable } from "./requestPath.ts";
import type { Finding, Fix, Rule } from "./rule.ts";
import { type SignalHandler, signalHandlers } from "./signalHandlers.ts";

/** A listener for SIGTERM or SIGINT after which the process lives on, since a listener takes the signal's own effect away. */
export const signalWithoutExit: Rule = {
  id: "signal-without-exit",
  severity: "warning",
  check({ analysis }) {
    if (factsOf(analysis).isTest) {
      return [];
    }
    const all = signalHandlers(analysis);
    const findings: Finding[] = [];
    for (const handler of all) {
      const [signal] = handler.signals.filter((name) => name === "SIGTERM" || name === "SIGINT");
      const others = all.filter((other) => other !== handler && other.signals.some((name) => name === signal));
      const { start, end } = handler.call.arguments[0] ?? handler.call;
      if (
        signal === undefined ||
        start == null ||
        end == null ||
        ![handler, ...others].every((it) => livesOn(analysis, it))
      ) {
        continue;
      }
      // A worker that leaves Ctrl+C to its supervisor does so with an empty function.
      if (signal === "SIGINT" && handler.handler !== undefined && isEmpty(handler.handler)) {
        continue;
      }
      const message = t(
        "With this listener {0} no longer ends the worker, and Hitless has to kill it after killTimeout: close the server and exit in it.",
        signal,
      );
      findings.push({ start, end, message, fixes: fixesOf(analysis, handler) });
    }
    return findings;
  },
};

/** Whether everything that the listener does is known, and nothing of it ends the process. */
function livesOn(analysis: Analysis, { handler }: SignalHandler): boolean {
  if (handler === undefined) {
    return false;
  }
  const { callsIn } = factsOf(analysis);
  for (const node of reachable(analysis, [handler])) {
    if (!(callsIn.get(node) ?? []).every((call) => isHarmless(analysis, call)) || changesAnything(node)) {
      return false;
    }
  }
  return true;
}

const logMethods: ReadonlySet<string> = new Set([
  "debug",
  "error",
  "fatal",
  "flush",
  "info",
  "log",
  "notice",
  "trace",
  "verbose",
  "warn",
]);

/** Calls that only tell something. */
function isHarmless(analysis: Analysis, { node, api, method, receiver }: CallSite): boolean {
  if (api?.startsWith("console#")) {
    return true;
  }
  if (
    api === "process#stdout.write" ||
    api === "process#stderr.write" ||
    /^process#(?:uptime|cwd|memoryUsage)/.test(api ?? "")
  ) {
    return true;
  }
  if (method !== undefined && logMethods.has(method) && /log|console|pino|winston/i.test(nameOf(receiver))) {
    return true;
  }
  return calledFunction(analysis, node) !== undefined;
}

function nameOf(node: Node | undefined): string {
  switch (node?.type) {
    case "Identifier":
      return node.name;
    case "MemberExpression":
      return node.property.type === "Identifier" ? node.property.name : "";
    default:
      return "";
  }
}

/** What is set here may end a loop elsewhere, and what is thrown ends the process. */
function changesAnything({ body }: FunctionNode): boolean {
  let found = false;
  walk(body, ({ type }) => {
    found ||=
      type === "AssignmentExpression" ||
      type === "UpdateExpression" ||
      type === "ThrowStatement" ||
      type === "YieldExpression";
    return found ? "skip" : undefined;
  });
  return found;
}

function isEmpty({ body }: FunctionNode): boolean {
  return body.type === "BlockStatement" ? body.body.length === 0 : body.type !== "CallExpression";
}

/** Only where it is written in place: another may be called from elsewhere too. */
function fixesOf(analysis: Analysis, { handler, listener }: SignalHandler): Fix[] {
  const server =
    handler === listener && handler.body.type === "BlockStatement" ? closableServer(analysis, handler) : undefined;
  const end = handler?.body.end;
  if (server === undefined || end == null || handler === undefined) {
    return [];
  }
  const { text } = analysis.module;
  const last = handler.body.type === "BlockStatement" ? handler.body.body.at(-1) : undefined;
  if (last?.type === "ReturnStatement") {
    return [];
  }
  const lineOf = (offset: number) => text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  const margin = last?.start == null ? undefined : /^\s*$/.exec(lineOf(last.start))?.[0];
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const statement = `${server.closeAndThen("process.exit(0)")};`;
  const at = last?.end ?? end - 1;
  // A statement that ends without a semicolon would go on into what is added on its line.
  const separator =
    margin === undefined ? (last === undefined || text[at - 1] === ";" ? " " : "; ") : `${eol}${margin}`;
  return [
    {
      title: t("Close the server and exit"),
      edits: [{ start: at, end: at, text: `${separator}${statement}${last === undefined ? " " : ""}` }],
    },
  ];
}
