import type { Node } from "@babel/types";
import { factsOf } from "../analysis/moduleFacts.ts";
import type { PackageView } from "../package/packageView.ts";
import type { Analysis } from "../source/scopes.ts";
import type { SourceModule } from "../source/sourceModule.ts";
import { comparedPaths } from "./comparedPaths.ts";
import { nestPaths } from "./nestPaths.ts";
import type { OwnRoute, OwnRoutes } from "./ownRoutes.ts";
import { fitOf, pathParts, pathPatterns } from "./pathPattern.ts";
import { addRouterCalls, joined } from "./routerCalls.ts";

export interface RouteQuestion {
  /** In capitals. */
  readonly method: string;
  /** As the client sent it, with or without query. */
  readonly path: string;
}

export interface FoundRoute {
  readonly module: SourceModule;
  readonly place: Node;
  /** As far as it is known: `GET /users/:id`. */
  readonly text: string;
  /** Whether it is known what stands before its path. */
  readonly isCertain: boolean;
}

export interface FoundRoutes {
  /** The best; several if nothing tells which. */
  readonly routes: readonly FoundRoute[];
  /** How many files were looked at. */
  readonly files: number;
}

/** Files of which routes may be: those with a path, or with what mounts routers and plugins. */
const mayHoldRoutes =
  /["'`](?:[A-Z]{3,7} )?\/|\.(?:use|register|route|prefix|setGlobalPrefix)\(|@(?:All|Controller|Delete|Get|Head|Options|Patch|Post|Put|Search|Sse)\(/;

/** Routes that are told at most. */
const mostTold = 9;

/**
 * The routes of a package that answer a request. The event loop is free between two files.
 *
 * @returns `undefined` if it was cancelled.
 */
export async function findRoutes(
  view: PackageView,
  question: RouteQuestion,
  cancelled: () => boolean,
): Promise<FoundRoutes | undefined> {
  const all = await allRoutes(view, cancelled);
  if (all === undefined) {
    return undefined;
  }
  const house = createHouse(all.map(({ own }) => own));
  const fits = all.flatMap(({ module, own }) =>
    own.routes.flatMap((route) => {
      const fit = bestFit(route, question, house);
      return fit === undefined ? [] : [{ module, route, fit }];
    }),
  );
  fits.sort((one, other) => compare(one.fit.rank, other.fit.rank));
  const [best] = fits;
  const equal = fits.filter(({ fit }) => best !== undefined && compare(fit.rank, best.fit.rank) === 0);
  const routes = equal.slice(0, mostTold).map(
    ({ module, route, fit }): FoundRoute => ({
      module,
      place: route.place,
      text: `${(route.methods ?? ["*"]).join("|")} ${fit.path}`,
      isCertain: fit.isCertain,
    }),
  );
  return { routes: withoutTwins(routes), files: all.length };
}

/** Paths that are told at most. */
const mostPaths = 30;

/**
 * The paths of a package that a GET request can have as they are written: without parameters, and where it is known what
 * stands before them; the shortest first.
 *
 * @returns `undefined` if it was cancelled.
 */
export async function writtenPaths(view: PackageView, cancelled: () => boolean): Promise<string[] | undefined> {
  const all = await allRoutes(view, cancelled);
  if (all === undefined) {
    return undefined;
  }
  const house = createHouse(all.map(({ own }) => own));
  const paths = all.flatMap(({ own }) =>
    own.routes.flatMap((route) => {
      const isAsked = !route.isPrefix && (route.methods?.includes("GET") ?? true);
      const places = isAsked ? placesOf(route, house).filter(({ isCertain }) => isCertain) : [];
      return places.map(({ path }) => joined(path, route.path) || "/");
    }),
  );
  const written = paths.filter((path) => /^\/[\w./~-]*$/.test(path));
  return [...new Set(written)].sort((a, b) => a.length - b.length || (a < b ? -1 : 1)).slice(0, mostPaths);
}

interface ModuleRoutes {
  readonly module: SourceModule;
  readonly own: OwnRoutes;
}

async function allRoutes(view: PackageView, cancelled: () => boolean): Promise<ModuleRoutes[] | undefined> {
  const all: ModuleRoutes[] = [];
  for (const path of view.paths(mayHoldRoutes)) {
    await new Promise(setImmediate);
    if (cancelled()) {
      return undefined;
    }
    const analysis = view.file(path);
    if (analysis !== undefined) {
      all.push({ module: analysis.module, own: ownRoutes(analysis) });
    }
  }
  return all;
}

function ownRoutes(analysis: Analysis): OwnRoutes {
  const own: OwnRoutes = { routes: [], mounts: [], prefixes: [], globalPrefixes: [] };
  const facts = factsOf(analysis);
  if (!facts.isTest) {
    addRouterCalls(analysis, own);
    own.routes.push(...nestPaths(analysis, facts.classes), ...comparedPaths(analysis));
  }
  return own;
}

/** Where routers are mounted, in all files. */
interface House {
  /** What the paths of a router may begin with; not certain if it is not known where that is mounted. */
  prefixesOf(router: Node | string): readonly Prefix[];
  readonly globalPrefixes: readonly string[];
}

interface Prefix {
  readonly path: string;
  readonly isCertain: boolean;
}

/** Places of one router that are looked at. */
const mostPlaces = 12;
const deepest = 8;

function createHouse(all: readonly OwnRoutes[]): House {
  const roots = new Set(all.flatMap((own) => refs(own).flatMap(({ key, isRoot }) => (isRoot ? [key] : []))));
  const mounts = all.flatMap((own) => own.mounts);
  const prefixes = all.flatMap((own) => own.prefixes);
  const places = new Map<Node | string, readonly Prefix[]>();
  const prefixesOf = (router: Node | string, depth = 0): readonly Prefix[] => {
    const before = places.get(router);
    if (before !== undefined || depth > deepest) {
      return before ?? [];
    }
    // One that is mounted in itself, by whatever way, comes to an end here.
    places.set(router, []);
    const own = prefixes.find((prefix) => prefix.router === router)?.path ?? "";
    const above = mounts.filter(({ below }) => below === router);
    const behind = above.flatMap(({ router: parent, path }) =>
      prefixesOf(parent.key, depth + 1).map((prefix) => ({
        path: joined(joined(joined(prefix.path, parent.prefix), path), own),
        isCertain: prefix.isCertain,
      })),
    );
    const found = roots.has(router)
      ? [{ path: own, isCertain: true }, ...behind]
      : behind.length > 0
        ? behind
        : [{ path: own, isCertain: false }];
    places.set(router, found.slice(0, mostPlaces));
    return found.slice(0, mostPlaces);
  };
  return { prefixesOf, globalPrefixes: all.flatMap((own) => own.globalPrefixes) };
}

function refs({ routes, mounts }: OwnRoutes) {
  const own = routes.flatMap(({ router }) => (router === undefined || router === "nest" ? [] : [router]));
  return [...own, ...mounts.map(({ router }) => router)];
}

interface Fit {
  /** The less the better, the first that differ decide. */
  readonly rank: readonly number[];
  readonly path: string;
  readonly isCertain: boolean;
}

function bestFit(route: OwnRoute, { method, path }: RouteQuestion, house: House): Fit | undefined {
  const methodRank = rankOfMethod(route, method);
  if (methodRank === undefined) {
    return undefined;
  }
  const parts = pathParts(path);
  const fits = placesOf(route, house).flatMap((prefix) => {
    const full = joined(prefix.path, route.path);
    return pathPatterns(full, route.isPrefix).flatMap((pattern) => {
      const whole = fitOf(pattern, parts);
      const isNamed = pattern.segments.some(({ kind }) => kind === "fixed");
      // Where it is mounted is not known: it may be behind some parts, if anything of it is written out.
      const skips = whole !== undefined || prefix.isCertain || !isNamed ? [0] : parts.map((_, index) => index + 1);
      return skips.flatMap((skipped): Fit[] => {
        const fit = skipped === 0 ? whole : fitOf(pattern, parts.slice(skipped));
        if (fit === undefined) {
          return [];
        }
        const { rests, open, beyond } = fit;
        const certain = prefix.isCertain ? 0 : 1;
        const rank = [route.isPrefix ? 1 : 0, skipped, certain, methodRank, rests, beyond, open];
        return [{ rank, path: full === "" ? "/" : full, isCertain: skipped === 0 }];
      });
    });
  });
  return fits.sort((one, other) => compare(one.rank, other.rank))[0];
}

function placesOf({ router }: OwnRoute, house: House): readonly Prefix[] {
  if (router === undefined) {
    return [{ path: "", isCertain: true }];
  }
  if (router === "nest") {
    const global = house.globalPrefixes.map((path) => ({ path: joined("", path), isCertain: false }));
    return [...global, { path: "", isCertain: false }];
  }
  return house.prefixesOf(router.key).map(({ path, isCertain }) => ({ path: joined(path, router.prefix), isCertain }));
}

/** Exactly this method, any, or one that answers it too; `undefined`: another. */
function rankOfMethod({ methods }: OwnRoute, method: string): number | undefined {
  if (methods === undefined) {
    return 1;
  }
  if (methods.includes(method)) {
    return 0;
  }
  return method === "HEAD" && methods.includes("GET") ? 1 : undefined;
}

function compare(one: readonly number[], other: readonly number[]): number {
  for (const [index, value] of one.entries()) {
    const difference = value - (other[index] ?? 0);
    if (difference !== 0) {
      return difference;
    }
  }
  return 0;
}

/** Of one place only one; in one file the first of routes alike, since that one answers. */
function withoutTwins(routes: readonly FoundRoute[]): FoundRoute[] {
  return routes.filter(
    (route, index) =>
      routes.findIndex(
        (other) => other.module === route.module && (other.place === route.place || other.text === route.text),
      ) === index,
  );
}
