import type * as v from "valibot";

/** What a schema of settings is made of, as far as keys are concerned. */
interface SchemaParts {
  readonly type: string;
  readonly pipe?: readonly SchemaParts[];
  readonly wrapped?: SchemaParts;
  readonly entries?: Readonly<Record<string, SchemaParts>>;
  readonly options?: readonly SchemaParts[];
  readonly item?: SchemaParts;
  readonly key?: string;
  readonly literal?: unknown;
  readonly getter?: (given: unknown) => SchemaParts;
}

/**
 * The keys that an object of settings may have.
 * @param path To the object, inside what `schema` is for.
 * @param value All that is given for `schema`: of several forms, it tells which one is meant.
 */
export function knownKeys(schema: v.GenericSchema, path: readonly (string | number)[], value: unknown): string[] {
  return keysAt(schema as unknown as SchemaParts, path, value);
}

function keysAt(schema: SchemaParts, path: readonly (string | number)[], value: unknown): string[] {
  const inner = schema.pipe?.[0] ?? schema.wrapped ?? schema.getter?.(value);
  if (inner !== undefined) {
    return keysAt(inner, path, value);
  }
  const [key, ...rest] = path;
  if (schema.options !== undefined) {
    return formsOf(schema, value).flatMap((form) => keysAt(form, path, value));
  }
  if (key === undefined) {
    return Object.keys(schema.entries ?? {});
  }
  const next = typeof key === "number" ? schema.item : schema.entries?.[key];
  return next === undefined ? [] : keysAt(next, rest, memberOf(value, key));
}

/** Of several forms, the one that the value says it is; all of them where it says none. */
function formsOf({ options = [], key = "" }: SchemaParts, value: unknown): readonly SchemaParts[] {
  const meant = options.filter(({ entries }) => entries?.[key]?.literal === memberOf(value, key));
  return meant.length > 0 ? meant : options;
}

function memberOf(value: unknown, key: string | number): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string | number, unknown>)[key]
    : undefined;
}
