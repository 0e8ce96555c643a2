import type { Class, Decorator, Node } from "@babel/types";
import { asCall, propertyOf, settledValue } from "../analysis/nodes.ts";
import { resolveApi } from "../source/resolveApi.ts";
import type { Analysis } from "../source/scopes.ts";
import { unwrapped } from "../source/values.ts";
import type { OwnRoute } from "./ownRoutes.ts";
import { pathTexts } from "./pathText.ts";
import { joined } from "./routerCalls.ts";

/** What decorators of Nest's methods answer; absent: any method. */
const decorators: ReadonlyMap<string, string | undefined> = new Map([
  ["All", undefined],
  ["Sse", "GET"],
  ...["Delete", "Get", "Head", "Options", "Patch", "Post", "Put", "Search"].map(
    (name) => [name, name.toUpperCase()] as const,
  ),
]);

/** The routes of Nest's controllers: `@Controller("cats")` with `@Get(":id")`. */
export function nestPaths(analysis: Analysis, classes: readonly Class[]): OwnRoute[] {
  return classes.flatMap((owner) => {
    const controller = owner.decorators?.find((decorator) => nameOf(analysis, decorator) === "Controller");
    return controller === undefined ? [] : routesOf(analysis, owner, pathsOf(analysis, controller));
  });
}

function routesOf(analysis: Analysis, owner: Class, prefixes: readonly string[]): OwnRoute[] {
  return owner.body.body.flatMap((member) => {
    const methods = member.type === "ClassMethod" ? (member.decorators ?? []) : [];
    return methods.flatMap((decorator) => {
      const name = nameOf(analysis, decorator);
      if (name === undefined || !decorators.has(name) || member.type !== "ClassMethod") {
        return [];
      }
      const method = decorators.get(name);
      return prefixes.flatMap((prefix) =>
        pathsOf(analysis, decorator).map(
          (path): OwnRoute => ({
            ...(method !== undefined && { methods: [method] }),
            path: joined(prefix, path),
            isPrefix: false,
            router: "nest",
            place: member.key,
          }),
        ),
      );
    });
  });
}

/** The paths of a decorator: none, one, several, or in its options. */
function pathsOf(analysis: Analysis, { expression }: Decorator): string[] {
  const [first] = asCall(unwrapped(expression))?.arguments ?? [];
  const value: Node | undefined = first && settledValue(analysis, first);
  const path = value?.type === "ObjectExpression" ? propertyOf(value, "path") : value;
  return path === undefined || path === "unknown" ? [""] : pathTexts(analysis, path);
}

/** `Get` of a decorator of Nest. */
function nameOf(analysis: Analysis, { expression }: Decorator): string | undefined {
  const api = resolveApi(analysis, unwrapped(expression));
  return api?.module === "@nestjs/common" ? api.name : undefined;
}
