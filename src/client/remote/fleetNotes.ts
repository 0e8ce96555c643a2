import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { type FleetRun, fleetRunSchema } from "../../shared/machines/fleetRun.ts";
import { writeAtomically } from "./fleetLocks.ts";
import { stateFolder } from "./stateFolder.ts";

/** How many runs of a fleet a machine remembers. */
const mostRuns = 50;

/** Writes down how far a fleet is, in place of what the same session wrote before. */
export async function writeNote(run: FleetRun): Promise<void> {
  const others = (await readNotes(run.fleet)).filter(({ session }) => session !== run.session);
  await writeAtomically(notesFile(run.fleet), JSON.stringify([run, ...others].slice(0, mostRuns)));
}

/** The runs of a fleet that this machine was part of, newest first. */
export async function readNotes(fleet: string): Promise<FleetRun[]> {
  try {
    const runs = v.parse(v.array(v.unknown()), JSON.parse(await readFile(notesFile(fleet), "utf8")));
    // One that another Hitless wrote in another way hides none of the rest.
    return runs.flatMap((run) => {
      const parsed = v.safeParse(fleetRunSchema, run);
      return parsed.success ? [parsed.output] : [];
    });
  } catch {
    return [];
  }
}

function notesFile(fleet: string): string {
  return join(stateFolder(), `fleet-${createHash("sha256").update(fleet).digest("hex").slice(0, 16)}.json`);
}
