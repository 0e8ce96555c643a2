import { basename, join } from "node:path";
import * as v from "valibot";
import { HitlessError } from "../../shared/errors.ts";
import { nearest } from "../../shared/text/suggestion.ts";
import { foldersAbove } from "../project/foldersAbove.ts";
import { readTextFile } from "../readTextFile.ts";
import { type Jsonc, type RepeatedKey, readJsonc } from "./jsonc.ts";
import { knownKeys } from "./knownKeys.ts";

/** The file of a project, beside its package.json. */
export const projectFile = "hitless.json";

type Path = readonly (string | number)[];

/** A table of things by their names, where it stands in a file. */
export interface TableSource {
  /** Absolute. */
  readonly file: string;
  readonly json: Jsonc;
  readonly path: Path;
}

/** One thing of a table: what is said of it, or what is wrong with it, a line for each. */
export type TableEntry<Value> =
  | (EntryPlace & { readonly value: Value })
  | (EntryPlace & { readonly problems: readonly string[] });

interface EntryPlace {
  readonly name: string;
  /** File and line. */
  readonly place: string;
  /** As it is called in the file: `machines.web1`. */
  readonly field: string;
}

/** What the entries of a table have to be. */
export interface TableKind<Schema extends v.GenericSchema> {
  readonly name: v.GenericSchema<string>;
  readonly entry: Schema;
  /** What is said of fields that belong elsewhere, by their names. */
  readonly misplaced?: Readonly<Record<string, string>>;
}

/** Reads each file once, however many tables are looked for in it. */
export type ReadJsonFile = (file: string) => Promise<Jsonc | undefined>;

/** @throws HitlessError `badConfig` of its calls: the file is there and can't be read. */
export function createJsonReader(): ReadJsonFile {
  const read = new Map<string, Promise<Jsonc | undefined>>();
  return (file) => {
    const reading = read.get(file) ?? readJsonFile(file);
    read.set(file, reading);
    return reading;
  };
}

/**
 * The table in the nearest file of a project that has one, in a folder or above it.
 * @throws HitlessError `badConfig` when a file on the way can't be read.
 */
export async function nearestTable(
  folder: string,
  table: string,
  read = createJsonReader(),
): Promise<TableSource | undefined> {
  return firstWith(
    foldersAbove(folder).map((place) => join(place, projectFile)),
    [table],
    read,
  );
}

/** The table in the settings of the nearest folder that has some, as VS Code has them. */
export async function workspaceTable(
  folder: string,
  table: string,
  read = createJsonReader(),
): Promise<TableSource | undefined> {
  const path = [`hitless.${table}`];
  for (const place of foldersAbove(folder)) {
    const file = workspaceFile(place);
    const json = await read(file);
    if (json !== undefined) {
      return valueAt(json.value, path) === undefined ? undefined : { file, json, path };
    }
  }
  return undefined;
}

/** The settings of a folder, as VS Code has them. */
export function workspaceFile(folder: string): string {
  return join(folder, ".vscode", "settings.json");
}

async function firstWith(files: readonly string[], path: Path, read: ReadJsonFile): Promise<TableSource | undefined> {
  for (const file of files) {
    const json = await read(file);
    if (json !== undefined && valueAt(json.value, path) !== undefined) {
      return { file, json, path };
    }
  }
  return undefined;
}

async function readJsonFile(file: string): Promise<Jsonc | undefined> {
  const text = await readTextFile(file).catch((error: unknown) => {
    throw new HitlessError("badConfig", `${file} ${error instanceof Error ? error.message : error}.`);
  });
  if (text === undefined) {
    return undefined;
  }
  const json = parsed(file, text);
  if (basename(file) === projectFile && json.value !== undefined && !isTable(json.value)) {
    throw new HitlessError(
      "badConfig",
      `${file}:1: must be an object, such as { "machines": { "web1": "deploy@web1" } }.`,
    );
  }
  return json;
}

function parsed(file: string, text: string): Jsonc {
  try {
    return readJsonc(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HitlessError("badConfig", `${file} can't be read as JSON: ${reason}`);
  }
}

/** What is said of names that stand twice in a table, or in what is in it: only the last would count. */
export function repeatedNames(source: TableSource): string[] {
  return repeatedIn(source, ({ path: [table] }) => table === source.path[0]);
}

/** The same, of one thing in the table, or of the table itself. */
export function repeatedNamesOf(source: TableSource, name: string): string[] {
  return repeatedIn(source, ({ path: [table, key] }) => table === source.path[0] && (key ?? name) === name);
}

function repeatedIn({ file, json }: TableSource, isMeant: (one: RepeatedKey) => boolean): string[] {
  return json
    .repeatedKeys()
    .filter(isMeant)
    .map(({ path, line }) => `${file}:${line}: ${fieldOf(path)} is named twice; remove one of them.`);
}

/** Everything in a table, in its order. A table that is none gives one entry without a name, which says so. */
export function entriesOf<Schema extends v.GenericSchema>(
  { file, json, path }: TableSource,
  { name: nameSchema, entry: entrySchema, misplaced = {} }: TableKind<Schema>,
): TableEntry<v.InferOutput<Schema>>[] {
  const placeOf = (inside: Path) => `${file}:${json.lineOf([...path, ...inside])}`;
  const problem = (inside: Path, rule: string) =>
    `${placeOf(inside)}: ${fieldOf([...path, ...inside])} ${rule}${rule.endsWith("?") ? "" : "."}`;
  const given = valueAt(json.value, path);
  if (!isTable(given)) {
    const problems = [problem([], "must be an object, with the name of each as its key")];
    return [{ name: "", place: placeOf([]), field: fieldOf(path), problems }];
  }
  return Object.entries(given).map(([name, value]) => {
    const at = { name, place: placeOf([name]), field: fieldOf([...path, name]) };
    const named = v.safeParse(nameSchema, name);
    if (!named.success) {
      return { ...at, problems: [problem([name], named.issues[0].message)] };
    }
    const result = v.safeParse(entrySchema, value);
    if (result.success) {
      return { ...at, value: result.output };
    }
    const problems = result.issues.flatMap((issue) => {
      const inside = (issue.path ?? []).map(({ key }) => key as string | number);
      return isUnknownKey(issue)
        ? unknownKeys(entrySchema, inside, value).map(({ path: at, rule }) =>
            problem([name, ...at], misplaced[String(at.at(-1))] ?? rule),
          )
        : problem([name, ...inside], explain(issue));
    });
    return { ...at, problems };
  });
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, key) => (isTable(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined),
    value,
  );
}

/** `machines.web1.ssh`, `fleets.shop.deploy[0]` */
function fieldOf(path: Path): string {
  return path.map((key, index) => (typeof key === "number" ? `[${key}]` : index === 0 ? key : `.${key}`)).join("");
}

interface IssueLike {
  readonly type: string;
  readonly message: string;
  readonly expected: string | null;
  readonly path?: readonly unknown[] | undefined;
}

function isUnknownKey({ type, expected }: IssueLike): boolean {
  return type === "strict_object" && expected === "never";
}

/** All keys of an object that are not known, of which a schema names the first, with what is most likely meant. */
function unknownKeys(schema: v.GenericSchema, inside: Path, value: unknown) {
  const around = inside.slice(0, -1);
  const known = knownKeys(schema, around, value);
  const object = valueAt(value, around);
  const keys = isTable(object) ? Object.keys(object).filter((key) => !known.includes(key)) : [String(inside.at(-1))];
  return keys.map((key) => {
    const meant = nearest(key, known);
    const rule =
      meant === undefined ? "is not a known setting; remove it" : `is not a known setting; did you mean "${meant}"?`;
    return { path: [...around, key], rule };
  });
}

function explain({ type, message, expected }: IssueLike): string {
  if (type !== "strict_object") {
    return message;
  }
  return expected === "Object" ? "must be an object" : "is missing";
}
