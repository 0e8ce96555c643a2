import { readTextFile } from "../readTextFile.ts";
import { readJsonc } from "../settings/jsonc.ts";
import type { ProjectSettings } from "../settings/projectSettings.ts";

/** Where a fleet stands in the settings. */
export interface FleetPlace {
  /** Absolute. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** The place of a fleet, or of a field of it; `undefined` if its file has changed and can't be read any more. */
export async function placeOfFleet(
  { files }: ProjectSettings,
  fleet: string,
  field?: string,
): Promise<FleetPlace | undefined> {
  for (const file of files) {
    try {
      const json = readJsonc((await readTextFile(file)) ?? "");
      const table = ["fleets", "hitless.fleets"].find((name) => isIn(json.value, [name, fleet]));
      if (table !== undefined) {
        return { file, line: json.lineOf([table, fleet, ...(field === undefined ? [] : [field])]) };
      }
    } catch {
      // What is wrong with it is told where it is read for good.
    }
  }
  return undefined;
}

function isIn(value: unknown, path: readonly string[]): boolean {
  let inner = value;
  for (const key of path) {
    if (typeof inner !== "object" || inner === null || !Object.hasOwn(inner, key)) {
      return false;
    }
    inner = (inner as Record<string, unknown>)[key];
  }
  return true;
}
