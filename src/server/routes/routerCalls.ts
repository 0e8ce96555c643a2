import type { Node } from "@babel/types";
import { type CallSite, factsOf } from "../analysis/moduleFacts.ts";
import { asCall, asMember, type Call, propertyOf, settledValue } from "../analysis/nodes.ts";
import { isRouter, routeFunctions } from "../analysis/requests/frameworks.ts";
import { propertyName } from "../source/resolveApi.ts";
import type { Analysis } from "../source/scopes.ts";
import { type OwnRoutes, routerVerbs } from "./ownRoutes.ts";
import { pathText, pathTexts } from "./pathText.ts";
import { functionAt, prefixIn, type RouterRef, routerOf } from "./routers.ts";

/** Adds the routes that a file gives to apps and routers, and what it mounts where. */
export function addRouterCalls(analysis: Analysis, found: OwnRoutes): void {
  for (const site of factsOf(analysis).calls) {
    const { node, method, receiver } = site;
    const [first] = node.arguments;
    if (method === "setGlobalPrefix" && first !== undefined) {
      found.globalPrefixes.push(pathText(analysis, first) ?? "*");
    }
    const router = method === undefined || receiver === undefined ? undefined : routerAt(analysis, receiver);
    if (method === undefined || router === undefined || !addOfRouter(analysis, { ...site, method, router }, found)) {
      addGiven(analysis, node, found);
    }
  }
}

/** A name alone makes no router: `map.get("/")` is none. */
function routerAt(analysis: Analysis, receiver: Node): RouterRef | undefined {
  return isRouter(analysis, receiver) === "no" && asCall(settledValue(analysis, receiver)) === undefined
    ? undefined
    : routerOf(analysis, receiver);
}

interface RouterCall extends CallSite {
  readonly method: string;
  readonly router: RouterRef;
}

/** Returns whether it is a call that routers have. */
function addOfRouter(analysis: Analysis, call: RouterCall, found: OwnRoutes): boolean {
  const { node, method, router } = call;
  const [first, second] = node.arguments;
  if (routerVerbs.has(method)) {
    addVerb(analysis, call, found);
  } else if (method === "use") {
    addUse(analysis, call, found);
  } else if (method === "register" && first !== undefined) {
    addBelow(analysis, first, { router, path: prefixIn(analysis, second) }, found);
  } else if (method === "route" && first !== undefined && second !== undefined) {
    // Hono: `app.route("/users", users)`.
    addBelow(analysis, second, { router, path: pathText(analysis, first) ?? "*" }, found);
  } else if (method === "route" && first !== undefined) {
    addDescribed(analysis, call, first, found);
  } else if (method === "on" && first !== undefined && second !== undefined) {
    addOn(analysis, call, { first, second }, found);
  } else if (method === "prefix" && first !== undefined) {
    found.prefixes.push({ router: router.key, path: pathText(analysis, first) ?? "*" });
  } else {
    return false;
  }
  return true;
}

/** `app.get("/users/:id", …, handler)`, koa-router's `get("name", "/users", …)`, Express's `route("/users").get(…)`. */
function addVerb(analysis: Analysis, { node, method, router, receiver }: RouterCall, found: OwnRoutes): void {
  const verb = routerVerbs.get(method);
  const methods = verb === undefined ? {} : { methods: [verb] };
  const add = (place: Node, paths: readonly string[]): void => {
    found.routes.push(...paths.map((path) => ({ ...methods, path, isPrefix: false, router, place })));
  };
  const [first, second, ...more] = node.arguments;
  const paths = first === undefined ? [] : pathTexts(analysis, first).filter(isPath);
  if (first !== undefined && paths.length > 0 && takesHandler(analysis, [second, ...more])) {
    add(first, paths);
    return;
  }
  const named = first !== undefined && second !== undefined ? pathTexts(analysis, second).filter(isPath) : [];
  if (second !== undefined && named.length > 0 && takesHandler(analysis, more)) {
    add(second, named);
    return;
  }
  const described = receiver === undefined ? undefined : describedPath(analysis, receiver);
  if (described !== undefined) {
    add(asMember(node.callee)?.property ?? node, described);
  }
}

/** An empty path is that of the router itself. */
function isPath(text: string): boolean {
  return text === "" || /^[/*]/.test(text);
}

/** A client's `api.get("/users", { params })` has none. */
function takesHandler(analysis: Analysis, nodes: readonly (Node | undefined)[]): boolean {
  const last = nodes.findLast((node) => node !== undefined);
  const value = last && settledValue(analysis, last);
  return value?.type === "ObjectExpression"
    ? [...routeFunctions].some((name) => propertyOf(value, name) !== undefined)
    : value !== undefined && !/^(?:String|Numeric|Boolean|Null)Literal$/.test(value.type);
}

/** The path of `router.route("/users").all(…)`. */
function describedPath(analysis: Analysis, receiver: Node, depth = 0): readonly string[] | undefined {
  const call = asCall(settledValue(analysis, receiver));
  const member = call && asMember(call.callee);
  if (call === undefined || member === undefined || depth > mostChained) {
    return undefined;
  }
  const [first, second] = call.arguments;
  return propertyName(member) === "route" && first !== undefined && second === undefined
    ? pathTexts(analysis, first)
    : describedPath(analysis, member.object, depth + 1);
}

const mostChained = 12;

/** Fastify: `app.route({ method: ["GET"], url: "/users", handler })`. */
function addDescribed(analysis: Analysis, { router }: RouterCall, options: Node, found: OwnRoutes): void {
  const object = settledValue(analysis, options);
  if (object.type !== "ObjectExpression") {
    return;
  }
  const url = propertyOf(object, "url") ?? propertyOf(object, "path");
  const method = propertyOf(object, "method");
  if (url === undefined || url === "unknown") {
    return;
  }
  const methods = method === undefined || method === "unknown" ? [] : pathTexts(analysis, method).map(upper);
  found.routes.push(
    ...pathTexts(analysis, url).map((path) => ({
      ...(methods.length > 0 && { methods }),
      path,
      isPrefix: false,
      router,
      place: url,
    })),
  );
}

/** Hono, find-my-way: `app.on(["GET", "POST"], "/users", handler)`. */
function addOn(
  analysis: Analysis,
  { router }: RouterCall,
  { first, second }: { readonly first: Node; readonly second: Node },
  found: OwnRoutes,
): void {
  const methods = pathTexts(analysis, first).map(upper);
  const paths = pathTexts(analysis, second).filter(isPath);
  if (methods.length > 0 && methods.every((name) => /^[A-Z]+$/.test(name))) {
    found.routes.push(...paths.map((path) => ({ methods, path, isPrefix: false, router, place: second })));
  }
}

/** `app.use("/api", check, users)`: routers are mounted, and functions answer or look on. */
function addUse(analysis: Analysis, { node, router }: RouterCall, found: OwnRoutes): void {
  const [first, ...more] = node.arguments;
  const paths = first === undefined ? [] : pathTexts(analysis, first).filter(isPath);
  const given = paths.length > 0 ? more : node.arguments;
  for (const path of paths.length > 0 ? paths : [""]) {
    for (const one of given) {
      if (!addBelow(analysis, one, { router, path }, found) && first !== undefined && /[^/*]/.test(path)) {
        found.routes.push({ path, isPrefix: true, router, place: first });
      }
    }
  }
}

/** Returns whether it is a router, or a function that is given one. */
function addBelow(
  analysis: Analysis,
  node: Node,
  mount: { readonly router: RouterRef; readonly path: string },
  found: OwnRoutes,
): boolean {
  const below = routerOf(analysis, node);
  if (below !== undefined) {
    found.mounts.push({ ...mount, below: below.key });
    return true;
  }
  const plugin = functionAt(analysis, node);
  if (plugin === undefined) {
    return false;
  }
  found.mounts.push({ ...mount, below: plugin.node });
  return false;
}

/** `registerUsers(app)`, `require("./routes")(app)`: what the function does with it, it does with that app. */
function addGiven(analysis: Analysis, node: Call, found: OwnRoutes): void {
  const [router] = node.arguments.flatMap((argument) => {
    const value = settledValue(analysis, argument);
    return isRouter(analysis, value) === "no" ? [] : (routerOf(analysis, value) ?? []);
  });
  const called = router && functionAt(analysis, node.callee);
  if (router !== undefined && called !== undefined) {
    found.mounts.push({ router, path: "", below: called.node });
  }
}

/** Two paths, one behind the other. */
export function joined(first: string, second: string): string {
  return second === "" ? first : `${first.replace(/\/$/, "")}${second.startsWith("/") ? "" : "/"}${second}`;
}

function upper(text: string): string {
  return text.toUpperCase();
}
