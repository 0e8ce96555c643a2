/** Nested deeper, a value is no list of apps. */
const deepest = 12;

/** How what can't be written as JSON stands in a value: a function by its kind, a pattern by its source. */
export const foreignKey = "$foreign";

/**
 * A value as JSON can hold it: cycles and what is too deep end, functions, patterns and the like become an object with one
 * key, by which they are told from what is data.
 */
export function plainValue(value: unknown): unknown {
  return plain(value, []);
}

function plain(value: unknown, above: readonly unknown[]): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean") {
    return value;
  }
  if (typeof value === "number") {
    return Number.isFinite(value) ? value : { [foreignKey]: String(value) };
  }
  if (typeof value !== "object") {
    return value === undefined ? undefined : { [foreignKey]: typeof value };
  }
  if (value instanceof RegExp || value instanceof Date) {
    return { [foreignKey]: String(value) };
  }
  if (above.includes(value) || above.length >= deepest) {
    return { [foreignKey]: "cycle" };
  }
  const inside = [...above, value];
  if (Array.isArray(value)) {
    return value.map((entry) => plain(entry, inside) ?? null);
  }
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plain(entry, inside)]));
}

/** Whether a value was none that JSON can hold, and what it was. */
export function foreignOf(value: unknown): string | undefined {
  const kind = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[foreignKey] : undefined;
  return typeof kind === "string" ? kind : undefined;
}
