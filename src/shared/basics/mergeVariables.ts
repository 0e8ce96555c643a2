/**
 * Puts variables of environments together; what comes later wins. On Windows `Path` and `PATH` are one variable, and of both
 * Node.js gives a process the first in the order of characters, even one that is undefined: there each keeps the name that it
 * had first, and gets the value that it has last.
 * @param platform As `process.platform`.
 */
export function mergeVariables<Value extends string | undefined>(
  platform: string,
  ...parts: readonly Readonly<Record<string, Value>>[]
): Record<string, Value> {
  const merged: Record<string, Value> = Object.assign({}, ...parts);
  if (platform !== "win32") {
    return merged;
  }
  const named = new Map<string, [name: string, value: Value]>();
  for (const part of parts) {
    for (const [name, value] of Object.entries(part)) {
      const key = name.toUpperCase();
      named.set(key, [named.get(key)?.[0] ?? name, value]);
    }
  }
  return Object.fromEntries(named.values());
}
