import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { type Endpoint, endpointSchema } from "../../shared/launch.ts";

/**
 * The endpoints of this user's other supervisors.
 * @param folder Where supervisors write their endpoint files.
 */
export function otherEndpoints(folder: string): Endpoint[] {
  try {
    const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
    return files.flatMap((name) => readOne(join(folder, name))).filter(({ pid }) => pid !== process.pid);
  } catch {
    return [];
  }
}

function readOne(file: string): Endpoint[] {
  try {
    const result = v.safeParse(endpointSchema, JSON.parse(readFileSync(file, "utf8")));
    return result.success ? [result.output] : [];
  } catch {
    // It has ended, or is being written.
    return [];
  }
}
