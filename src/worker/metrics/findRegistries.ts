import { types } from "node:util";

/** What is used of a registry of prom-client. */
export interface Registry {
  getMetricsAsJSON(): unknown;
}

/** By this symbol of `globalThis` an app names registries that can't be found: one, or an array of them. */
const namedBy = Symbol.for("hitless.metrics");

/** Modules as Node.js keeps them (`require.cache`). */
export type ModuleCache = Readonly<Record<string, { readonly exports?: unknown } | undefined>>;

/**
 * The app's registries of prom-client, each once: those that it names, the default one of each copy of prom-client that it has
 * loaded, and others that a module of its own exports, or to which a metric belongs that it exports. Nothing is loaded, and
 * nothing of the app is run: of exports only what is there as plain data is looked at.
 */
export function findRegistries(cache: ModuleCache): Registry[] {
  const found = new Set<Registry>();
  const add = (candidate: unknown): void => {
    if (isRegistry(candidate)) {
      found.add(candidate);
    }
  };
  for (const named of listOf(Reflect.get(globalThis, namedBy))) {
    add(named);
  }
  const files = Object.keys(cache);
  if (!files.some(isPromClient)) {
    return [...found];
  }
  for (const file of files) {
    const exported = cache[file]?.exports;
    if (isPromClient(file)) {
      add(plainValue(exported, "register"));
    } else if (!/[\\/]node_modules[\\/]/.test(file)) {
      for (const value of [exported, ...plainValues(exported)]) {
        add(value);
        listOf(plainValue(value, "registers")).forEach(add);
      }
    }
  }
  return [...found];
}

function isPromClient(file: string): boolean {
  return /[\\/]prom-client[\\/]index\.js$/.test(file);
}

/** The methods of a registry are on the prototype of its class, or of the one that this extends. */
function isRegistry(value: unknown): value is Registry {
  const methods = ["getMetricsAsJSON", "registerMetric", "getSingleMetric"];
  for (let holder = value; isHolder(holder); holder = Object.getPrototypeOf(holder)) {
    const place = holder;
    if (methods.every((method) => typeof plainValue(place, method) === "function")) {
      return true;
    }
  }
  return false;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** A property that is neither computed nor inherited. */
function plainValue(holder: unknown, name: string): unknown {
  return isHolder(holder) ? Object.getOwnPropertyDescriptor(holder, name)?.value : undefined;
}

function plainValues(holder: unknown): unknown[] {
  return isHolder(holder) ? Object.values(Object.getOwnPropertyDescriptors(holder)).map(({ value }) => value) : [];
}

/** A proxy may run the app's code when it is looked at. */
function isHolder(value: unknown): value is object {
  return value !== null && (typeof value === "object" || typeof value === "function") && !types.isProxy(value);
}
