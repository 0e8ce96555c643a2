import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { rehearsalResultSchema } from "../../../shared/rehearsal/rehearsalResult.ts";
import { rehearsalWishSchema } from "./rehearsalWish.ts";

/** Of so many apps the last rehearsal is kept. */
const mostKept = 5;

const shownSchema = v.object({
  /** Key of the app. */
  app: v.string(),
  name: v.string(),
  /** Absolute paths of the folders that its code is in. */
  roots: v.array(v.string()),
  /** Absolute path of the file that it was started with. */
  entry: v.optional(v.string()),
  wish: rehearsalWishSchema,
  results: v.array(rehearsalResultSchema),
});
/** The rehearsals of one app that a panel shows. */
export type ShownRehearsal = v.InferOutput<typeof shownSchema>;

/** Keeps it for panels that come back after a reload of the window; one that can't be kept is only lost with the window. */
export async function keepRehearsal(folder: string | undefined, shown: ShownRehearsal): Promise<void> {
  if (folder === undefined) {
    return;
  }
  const others = (await keptRehearsals(folder)).filter(({ app }) => app !== shown.app);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(fileIn(folder), JSON.stringify([shown, ...others].slice(0, mostKept)), { mode: 0o600 });
  } catch {}
}

/** The newest first; none of another version of Hitless, whose form may be another. */
export async function keptRehearsals(folder: string | undefined): Promise<readonly ShownRehearsal[]> {
  try {
    const found: unknown = folder === undefined ? [] : JSON.parse(await readFile(fileIn(folder), "utf8"));
    const parsed = v.safeParse(v.array(shownSchema), found);
    return parsed.success ? parsed.output : [];
  } catch {
    return [];
  }
}

function fileIn(folder: string): string {
  return join(folder, "last-rehearsals.json");
}
