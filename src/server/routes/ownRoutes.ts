import type { Node } from "@babel/types";
import type { RouterRef } from "./routers.ts";

/** A path that some code answers, and where that is said. */
export interface OwnRoute {
  /** In capitals; absent: any. */
  readonly methods?: readonly string[];
  readonly path: string;
  /** Whether it stands for what is below it as well. */
  readonly isPrefix: boolean;
  /** The router that it belongs to; `nest`: behind the global prefix of Nest; absent: compared with the path as it came. */
  readonly router?: RouterRef | "nest";
  readonly place: Node;
}

/** That what is `below` gets the requests of a router for a path, without that. */
export interface Mount {
  readonly router: RouterRef;
  readonly path: string;
  readonly below: Node | string;
}

/** What a file tells of the paths that are answered. */
export interface OwnRoutes {
  readonly routes: OwnRoute[];
  readonly mounts: Mount[];
  /** What the paths of a router begin with, wherever it is mounted: `router.prefix("/users")`. */
  readonly prefixes: { readonly router: Node | string; readonly path: string }[];
  /** What all routes of Nest begin with: `setGlobalPrefix("api")`. */
  readonly globalPrefixes: string[];
}

/** In capitals, by the methods of routers; `undefined`: any. */
export const routerVerbs: ReadonlyMap<string, string | undefined> = new Map([
  ["all", undefined],
  ["any", undefined],
  ["del", "DELETE"],
  ["opts", "OPTIONS"],
  ...["delete", "get", "head", "options", "patch", "post", "put", "search"].map(
    (name) => [name, name.toUpperCase()] as const,
  ),
]);
