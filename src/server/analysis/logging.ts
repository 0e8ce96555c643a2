import type { Node } from "@babel/types";
import type { CallSite } from "./moduleFacts.ts";
import { lastName } from "./nodes.ts";

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

/** Whether a call only logs or prints. */
export function isLogCall({ node, api, method, receiver }: CallSite): boolean {
  const { callee } = node;
  if (callee.type === "Identifier" && /^(?:debug|log)$/.test(callee.name) && node.type === "CallExpression") {
    return true;
  }
  if (api?.startsWith("console#") || api === "process#stdout.write" || api === "process#stderr.write") {
    return true;
  }
  return method !== undefined && logMethods.has(method) && /log|console|pino|winston/i.test(nameOf(receiver));
}

function nameOf(node: Node | undefined): string {
  return (node && lastName(node)) ?? "";
}
