import type { Node } from "@babel/types";
import type { FunctionNode } from "../../source/declare.ts";
import type { Analysis, Binding, Scope } from "../../source/scopes.ts";
import { setUpName } from "../bootName.ts";
import { asCall, asFunction, functionName, lastName } from "../nodes.ts";

/**
 * The variables of functions that only set something up, which requests use afterwards: `users` of
 * `module.exports = (app) => { const users = []; app.get("/users", …); }`, and `hits` of
 * `const limiter = () => { const hits = new Map(); return (req, res, next) => …; }`.
 *
 * @param inRequest The functions that run while a request is answered: what is declared in them ends with the request.
 */
export function lastingBindings(analysis: Analysis, inRequest: ReadonlySet<FunctionNode>): Binding[] {
  const known = new Map<Scope, boolean>();
  const lasts = (scope: Scope): boolean => {
    let result = known.get(scope);
    if (result === undefined) {
      const own = asFunction(scope.node);
      const isOnce = own === undefined || (!inRequest.has(own) && setsUp(analysis, own));
      result = isOnce && (scope.parent === undefined || lasts(scope.parent));
      known.set(scope, result);
    }
    return result;
  };
  const found: Binding[] = [];
  const seen = new Set<Scope>();
  for (const inner of inRequest) {
    const above = analysis.parentOf(inner);
    let scope = above === undefined ? undefined : analysis.scopeOf(above);
    for (; scope !== undefined && scope.kind !== "module" && !seen.has(scope); scope = scope.parent) {
      seen.add(scope);
      if (lasts(scope)) {
        found.push(...scope.bindings.values());
      }
    }
  }
  return found;
}

/** What calls a function that it is given once, when an app starts. */
const callingOnce =
  /^(?:register|then|finally|listen|connect|fp|fastifyPlugin|plugin|group|scope|ready|whenReady|after|open|define\w*|createPlugin)$/;
const startEvents = /^(?:open|connected|ready|listening|started|online)$/;

/** Whether a function runs when an app starts, as far as it shows, and not for each connection, message or element of a list. */
function setsUp(analysis: Analysis, own: FunctionNode): boolean {
  if (own.type === "ClassMethod" || own.type === "ClassPrivateMethod") {
    return own.kind === "method" && setUpName.test(functionName(analysis, own) ?? "");
  }
  const parent = analysis.parentOf(own);
  const name =
    "id" in own && own.id != null
      ? own.id
      : parent?.type === "VariableDeclarator" && parent.id.type === "Identifier"
        ? parent.id
        : undefined;
  const uses: readonly Node[] = name === undefined ? [own] : [own, ...(analysis.bindingOf(name)?.references ?? [])];
  return uses.every((use) => {
    const call = asCall(analysis.parentOf(use));
    return call === undefined || call.callee === use || callsOnce(call.callee, call.arguments[0]);
  });
}

function callsOnce(callee: Node, first: Node | undefined): boolean {
  const name = lastName(callee) ?? "";
  const isListener = /^(?:on|once)$/.test(name) && first?.type === "StringLiteral";
  return isListener ? startEvents.test(first.value) : callingOnce.test(name);
}
