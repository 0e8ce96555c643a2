import type { BinaryExpression, Node } from "@babel/types";
import { factsOf } from "../analysis/moduleFacts.ts";
import { around, asFunction, keyOf, lastName, settledValue } from "../analysis/nodes.ts";
import type { Analysis } from "../source/scopes.ts";
import { nodesOf } from "../source/walk.ts";
import type { OwnRoute } from "./ownRoutes.ts";
import { pathText } from "./pathText.ts";

/** Names of what holds the path of a request. */
const pathName = /^(?:url|path|pathname|originalUrl|route|endpoint)$/i;

/** `GET /users`, `/users`. */
const route = /^(?:([A-Z]{3,7}) )?(\/.*)$/;

const methodNames: ReadonlySet<string> = new Set(
  "GET HEAD POST PUT PATCH DELETE OPTIONS TRACE CONNECT SEARCH QUERY".split(" "),
);

/** The paths with which the path of a request is compared, as servers without a framework do, and tables of handlers by path. */
export function comparedPaths(analysis: Analysis): OwnRoute[] {
  const { program } = analysis.module.ast;
  const compared = nodesOf(program, "BinaryExpression").flatMap((node) => comparison(analysis, node));
  const cases = nodesOf(program, "SwitchStatement").flatMap(({ discriminant, cases: all }) =>
    holdsPath(analysis, discriminant)
      ? all.flatMap(({ test }) => (test == null ? [] : asRoute(analysis, test, test)))
      : [],
  );
  const begins = factsOf(analysis).calls.flatMap(({ node, method, receiver }) => {
    const [first] = node.arguments;
    return method === "startsWith" && receiver !== undefined && first !== undefined && holdsPath(analysis, receiver)
      ? asRoute(analysis, first, node).map((one) => ({ ...one, isPrefix: true }))
      : [];
  });
  return [...compared, ...cases, ...begins, ...tables(analysis)];
}

/** `request.url === "/users"`. */
function comparison(analysis: Analysis, node: BinaryExpression): OwnRoute[] {
  const { left, right, operator } = node;
  if (operator !== "===" && operator !== "==") {
    return [];
  }
  const [path, text] = holdsPath(analysis, left) ? [left, right] : [right, left];
  return holdsPath(analysis, path) ? asRoute(analysis, text, node) : [];
}

function asRoute(analysis: Analysis, text: Node, place: Node): OwnRoute[] {
  const [, method, path] = route.exec(pathText(analysis, text) ?? "") ?? [];
  const methods = method === undefined ? methodsBeside(analysis, place) : [method];
  return path === undefined ? [] : [{ ...(methods.length > 0 && { methods }), path, isPrefix: false, place }];
}

/** Whether an expression is the path of a request, as its name says: `req.url`, `url.pathname`, `` `${method} ${path}` ``. */
function holdsPath(analysis: Analysis, node: Node): boolean {
  if (node.type === "TemplateLiteral") {
    const last = node.expressions.at(-1);
    return last !== undefined && holdsPath(analysis, last);
  }
  if (node.type === "BinaryExpression") {
    return node.operator === "+" && holdsPath(analysis, node.right);
  }
  return pathName.test(lastName(node) ?? "") || isMade(analysis, node);
}

/** `const route = req.method + " " + req.url`, whatever its name. */
function isMade(analysis: Analysis, node: Node): boolean {
  const value = node.type === "Identifier" ? settledValue(analysis, node) : node;
  return (
    value !== node &&
    (value.type === "TemplateLiteral" || value.type === "BinaryExpression") &&
    holdsPath(analysis, value)
  );
}

/** The methods that the same condition, or one around it, asks for: `request.method === "POST" && …`. */
function methodsBeside(analysis: Analysis, place: Node): string[] {
  let tested: Node = place;
  for (const parent of around(analysis, place)) {
    if (asFunction(parent) !== undefined) {
      return [];
    }
    const test =
      parent.type === "LogicalExpression" && parent.operator === "&&"
        ? parent
        : parent.type === "IfStatement" && parent.test !== tested
          ? parent.test
          : undefined;
    const methods = test === undefined ? [] : methodsIn(test);
    if (methods.length > 0) {
      return methods;
    }
    tested = parent;
  }
  return [];
}

function methodsIn(test: Node): string[] {
  if (test.type === "LogicalExpression" && test.operator !== "??") {
    return [...methodsIn(test.left), ...methodsIn(test.right)];
  }
  const sides = test.type === "BinaryExpression" && /^===?$/.test(test.operator) ? [test.left, test.right] : [];
  return sides.flatMap((side) => (side.type === "StringLiteral" && methodNames.has(side.value) ? [side.value] : []));
}

/** `{ "GET /users": list }` and `[["/users", list]]`: handlers by what they answer. */
function tables(analysis: Analysis): OwnRoute[] {
  const { program } = analysis.module.ast;
  const properties = nodesOf(program, "ObjectProperty", "ObjectMethod").flatMap((property) => {
    const key = keyOf(property) ?? "";
    const isHandler = property.type === "ObjectMethod" || mayBeHandler(property.value);
    return route.test(key) && isHandler && !property.computed ? keyed(key, property.key) : [];
  });
  const pairs = nodesOf(program, "ArrayExpression").flatMap(({ elements: [key, value, ...more] }) =>
    key?.type === "StringLiteral" && value != null && more.length === 0 && route.test(key.value) && mayBeHandler(value)
      ? keyed(key.value, key)
      : [],
  );
  return [...properties, ...pairs];
}

function keyed(text: string, place: Node): OwnRoute[] {
  const [, method, path = ""] = route.exec(text) ?? [];
  return [{ ...(method !== undefined && { methods: [method] }), path, isPrefix: false, place }];
}

function mayBeHandler(node: Node): boolean {
  return asFunction(node) !== undefined || node.type === "Identifier" || node.type === "MemberExpression";
}
