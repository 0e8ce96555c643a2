import { type ProjectSettings, readProjectSettings } from "../../../client/settings/projectSettings.ts";
import { toHitlessError } from "../../../shared/errors.ts";

/** What the folders of a workspace say about other machines. */
export interface ProjectReading {
  readonly projects: readonly ProjectSettings[];
  /** What is wrong in their files: a line for each fault. */
  readonly problems: readonly string[];
}

/** Reads the settings of each folder; one that is wrong hides none of the others. */
export async function readProjects(folders: readonly string[]): Promise<ProjectReading> {
  const problems = new Set<string>();
  const projects = await Promise.all(
    folders.map((folder) =>
      readProjectSettings(folder).catch((error: unknown) => {
        // Two folders may have the same file above them.
        for (const line of toHitlessError(error).message.split("\n")) {
          problems.add(line);
        }
        return undefined;
      }),
    ),
  );
  return { projects: projects.filter((project) => project !== undefined), problems: [...problems] };
}
