import { join } from "node:path";
import * as v from "valibot";
import { HitlessError } from "../../shared/errors.ts";
import { type FleetConfig, fleetSchema } from "../../shared/settings/fleetSettings.ts";
import { machineSchema, placeNameSchema } from "../../shared/settings/machineSettings.ts";
import type { Machine } from "../machines/sshMachine.ts";
import { foldersAbove } from "../project/foldersAbove.ts";
import { readTextFile } from "../readTextFile.ts";
import { type Jsonc, readJsonc } from "./jsonc.ts";

/** A fleet by its name. */
export interface Fleet extends FleetConfig {
  readonly name: string;
}

/** What a project says about where it runs. */
export interface ProjectSettings {
  readonly machines: readonly Machine[];
  readonly fleets: readonly Fleet[];
  /** The files that say so; empty if there is none. */
  readonly files: readonly string[];
}

/** The file of a project, beside its package.json. */
export const projectFile = "hitless.json";

type Path = readonly (string | number)[];

/** One file's tables, each by the path at which it stands there. */
interface SettingsFile {
  readonly file: string;
  readonly json: Jsonc;
  readonly pathOf: (table: TableName) => Path;
}

const tables = { machines: machineSchema, fleets: fleetSchema } as const;
type TableName = keyof typeof tables;

/**
 * Reads the machines and fleets of a project: those of the nearest `hitless.json` in a folder or above it, and those of
 * `hitless.machines` and `hitless.fleets` in the settings of the workspace there.
 * @throws HitlessError `badConfig`, which names file, line and field of everything wrong, and the fix.
 */
export async function readProjectSettings(folder: string): Promise<ProjectSettings> {
  const found = await findFiles(folder);
  const problems: string[] = [];
  const machines = entriesOf(found, "machines", problems).map(([name, { ssh = name, hitless }]) => ({
    name,
    ssh,
    ...(hitless !== undefined && { hitless }),
  }));
  const fleets = entriesOf(found, "fleets", problems).map(([name, fleet]) => ({ name, ...fleet }));
  if (problems.length > 0) {
    throw new HitlessError("badConfig", problems.join("\n"), { remedy: "openSettings" });
  }
  return { machines, fleets, files: found.map(({ file }) => file) };
}

async function findFiles(folder: string): Promise<SettingsFile[]> {
  const folders = foldersAbove(folder);
  const [own, workspace] = await Promise.all([
    firstOf(folders.map((place) => join(place, projectFile))),
    firstOf(folders.map((place) => join(place, ".vscode", "settings.json"))),
  ]);
  return [
    ...(own === undefined ? [] : [{ ...own, pathOf: (table: TableName): Path => [table] }]),
    ...(workspace === undefined ? [] : [{ ...workspace, pathOf: (table: TableName): Path => [`hitless.${table}`] }]),
  ];
}

async function firstOf(files: readonly string[]): Promise<{ readonly file: string; readonly json: Jsonc } | undefined> {
  for (const file of files) {
    const text = await readTextFile(file).catch((error: unknown) => {
      throw new HitlessError("badConfig", `${file} ${error instanceof Error ? error.message : error}.`);
    });
    if (text !== undefined) {
      return { file, json: parsed(file, text) };
    }
  }
  return undefined;
}

function parsed(file: string, text: string): Jsonc {
  try {
    return readJsonc(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HitlessError("badConfig", `${file} can't be read as JSON: ${reason}`);
  }
}

/** The valid entries of a table in all files; what is wrong is added to the problems. */
function entriesOf<Name extends TableName>(
  files: readonly SettingsFile[],
  table: Name,
  problems: string[],
): [string, v.InferOutput<(typeof tables)[Name]>][] {
  const entries = new Map<string, v.InferOutput<(typeof tables)[Name]>>();
  const placeOf = new Map<string, string>();
  for (const { file, json, pathOf } of files) {
    const path = pathOf(table);
    const place = (inside: Path) => `${file}:${json.lineOf([...path, ...inside])}`;
    const told = (inside: Path, rule: string) =>
      problems.push(`${place(inside)}: ${fieldOf([...path, ...inside])} ${rule}.`);
    const given = valueAt(json.value, path);
    if (given === undefined) {
      continue;
    }
    if (!isTable(given)) {
      told([], `must be an object, with the name of each as its key`);
      continue;
    }
    for (const [name, value] of Object.entries(given)) {
      const named = v.safeParse(placeNameSchema, name);
      const result = v.safeParse(tables[table] as v.GenericSchema, value);
      const other = placeOf.get(name);
      if (!named.success) {
        told([name], named.issues[0].message);
      } else if (!result.success) {
        for (const issue of result.issues) {
          told([name, ...(issue.path ?? []).map(({ key }) => key as string | number)], explain(issue));
        }
      } else if (other !== undefined) {
        told([name], `is also in ${other}; remove one of them`);
      } else {
        placeOf.set(name, place([name]));
        entries.set(name, result.output as v.InferOutput<(typeof tables)[Name]>);
      }
    }
  }
  return [...entries];
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

function explain({ type, message, expected }: IssueLike): string {
  if (type !== "strict_object") {
    return message;
  }
  if (expected === "never") {
    return "is not a known setting; remove it";
  }
  return expected === "Object" ? "must be an object" : "is missing";
}
