import { builtinModules } from "node:module";

/** Native parts of Node.js that the app has loaded. */
export interface NativeList {
  /** Public built-in modules, sorted. */
  builtins(): readonly string[];
  /** Internal bindings, sorted. */
  bindings(): readonly string[];
}

/**
 * From `process.moduleLoadList`, which is undocumented but exists in all versions; without it the lists are empty. What
 * only the collector has loaded is left out.
 */
export function createNativeList(loadedBefore: readonly string[]): NativeList {
  const publicNames = new Set(builtinModules.filter((name) => !name.startsWith("_")));
  const before = new Set(loadedBefore);
  // Loaded by now and not before: ours. Later ones count as the app's.
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
