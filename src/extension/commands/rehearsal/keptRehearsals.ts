import * as v from "valibot";
import { rehearsalResultSchema } from "../../../shared/rehearsal/rehearsalResult.ts";
import { keepText, readKept } from "../../platform/storage/keptFile.ts";
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

const fileName = "last-rehearsals.json";

/** One after the other: each writes the others again. */
let keeping: Promise<void> = Promise.resolve();

/** Keeps it for panels that come back after a reload of the window. */
export function keepRehearsal(folder: string | undefined, shown: ShownRehearsal): Promise<void> {
  keeping = keeping.then(async () => {
    if (folder !== undefined) {
      const others = (await keptRehearsals(folder)).filter(({ app }) => app !== shown.app);
      await keepText(folder, fileName, JSON.stringify([shown, ...others].slice(0, mostKept)));
    }
  });
  return keeping;
}

/** The newest first; none of another version of Hitless, whose form may be another. */
export async function keptRehearsals(folder: string | undefined): Promise<readonly ShownRehearsal[]> {
  const parsed = v.safeParse(v.array(shownSchema), folder && (await readKept(folder, fileName)));
  return parsed.success ? parsed.output : [];
}
