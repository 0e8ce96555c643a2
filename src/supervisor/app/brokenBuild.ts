import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LaunchRecipe } from "../../shared/appConfig.ts";
import { HitlessError } from "../../shared/errors.ts";

const brokenCode = 'throw new Error("This build is broken on purpose, for a rehearsal");\n';

/** A recipe whose workers can't start, for as long as it is used. */
export interface BrokenBuild {
  readonly recipe: LaunchRecipe;
  dispose(): Promise<void>;
}

/**
 * Makes a build that can't start of how the app is started: its entry is a file of ours that throws. Nothing of the
 * app's own is read, written or run.
 * @throws HitlessError `invalidState` when trying it would stop the app.
 */
export async function createBrokenBuild(recipe: LaunchRecipe): Promise<BrokenBuild> {
  if (recipe.renewal === "stopFirst") {
    throw new HitlessError(
      "invalidState",
      `${recipe.name} is stopped before its new code starts (renewal: "stopFirst"): a build that can't start would take it down.`,
    );
  }
  const folder = await mkdtemp(join(tmpdir(), "hitless-rehearsal-"));
  const entry = join(folder, "broken.cjs");
  await writeFile(entry, brokenCode);
  const { preReload: _preReload, ...rest } = recipe;
  return {
    recipe: { ...rest, entry },
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}
