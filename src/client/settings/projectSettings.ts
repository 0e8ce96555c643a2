import type * as v from "valibot";
import { HitlessError } from "../../shared/errors.ts";
import { type FleetConfig, fleetSchema } from "../../shared/settings/fleetSettings.ts";
import { machineSchema, placeNameSchema } from "../../shared/settings/machineSettings.ts";
import type { Machine } from "../machines/sshMachine.ts";
import {
  createJsonReader,
  entriesOf,
  nearestTable,
  repeatedNames,
  type TableSource,
  workspaceTable,
} from "./projectTables.ts";

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

/**
 * Reads the machines and fleets of a project: those of the nearest `hitless.json` that has some, in a folder or above
 * it, and those of `hitless.machines` and `hitless.fleets` in the settings of the workspace there.
 * @throws HitlessError `badConfig`, which names file, line and field of everything wrong, and the fix.
 */
export async function readProjectSettings(folder: string): Promise<ProjectSettings> {
  const read = createJsonReader();
  const sourcesOf = async (table: string): Promise<TableSource[]> =>
    (await Promise.all([nearestTable(folder, table, read), workspaceTable(folder, table, read)])).flatMap(
      (source) => source ?? [],
    );
  const [ofMachines, ofFleets] = await Promise.all([sourcesOf("machines"), sourcesOf("fleets")]);
  const problems = [...ofMachines, ...ofFleets].flatMap(repeatedNames);
  const machines = validEntries(ofMachines, machineSchema, problems).map(([name, { ssh = name, hitless }]) => ({
    name,
    ssh,
    ...(hitless !== undefined && { hitless }),
  }));
  const fleets = validEntries(ofFleets, fleetSchema, problems).map(([name, fleet]) => ({ name, ...fleet }));
  if (problems.length > 0) {
    throw new HitlessError("badConfig", problems.join("\n"), { remedy: "openSettings" });
  }
  return { machines, fleets, files: [...new Set([...ofMachines, ...ofFleets].map(({ file }) => file))] };
}

/** The valid entries of a table in all files; what is wrong is added to the problems. */
function validEntries<Schema extends v.GenericSchema>(
  sources: readonly TableSource[],
  entry: Schema,
  problems: string[],
): [string, v.InferOutput<Schema>][] {
  const placeOf = new Map<string, string>();
  return sources
    .flatMap((source) => entriesOf(source, { name: placeNameSchema, entry }))
    .flatMap((each) => {
      const other = placeOf.get(each.name);
      if ("problems" in each) {
        problems.push(...each.problems);
        return [];
      }
      if (other !== undefined) {
        const rule = `is also in ${other}; remove one of them`;
        problems.push(`${each.place}: ${each.field} ${rule}.`);
        return [];
      }
      placeOf.set(each.name, each.place);
      return [[each.name, each.value] as [string, v.InferOutput<Schema>]];
    });
}
