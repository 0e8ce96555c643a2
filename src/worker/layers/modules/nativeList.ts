import { builtinModules } from "node:module";

/** What Node.js itself has loaded for the app. */
export interface NativeList {
  /** Public built-in modules, sorted. */
  builtins(): readonly string[];
  /** Internal bindings, sorted. */
  bindings(): readonly string[];
}

/**
 * By `process.moduleLoadList`, which is not documented but there in all versions; where it is missing the lists are empty.
 * What only the collector has loaded is left out.
 */
export function createNativeList(loadedBefore: readonly string[]): NativeList {
  const publicNames = new Set(builtinModules.filter((name) => !name.startsWith("_")));
  const before = new Set(loadedBefore);
  // Loaded by now and not before: ours. What comes later is the app's, as far as anybody can tell.
  const ours = new Set(moduleLoadList().filter((entry) => !before.has(entry)));
  let known = { length: -1, builtins: [] as string[], bindings: [] as string[] };
  const look = (): typeof known => {
    const list = moduleLoadList();
    if (list.length !== known.length) {
      const entries = list.filter((entry) => !ours.has(entry));
      known = {
        length: list.length,
        builtins: namesAfter(entries, /^NativeModule (.+)$/).filter((name) => publicNames.has(name)),
        bindings: namesAfter(entries, /^(?:Internal )?Binding (.+)$/),
      };
    }
    return known;
  };
  return { builtins: () => look().builtins, bindings: () => look().bindings };
}

function namesAfter(entries: readonly string[], pattern: RegExp): string[] {
  return [...new Set(entries.flatMap((entry) => pattern.exec(entry)?.[1] ?? []))].sort();
}

function moduleLoadList(): readonly string[] {
  const list: unknown = Reflect.get(process, "moduleLoadList");
  return Array.isArray(list) ? list : [];
}
