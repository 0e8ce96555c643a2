import { stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { HitlessError } from "../../shared/errors.ts";
import type { RecipeOrigin, RecipeReading, RereadRecipe } from "../../shared/launch.ts";

/**
 * The files that say how an app is started: they are read anew when one of them has changed. What reads them is a separate
 * bundle, loaded with the first change.
 */
export class RecipeSource {
  #origin: RecipeOrigin | undefined;
  #seen: Promise<string> | undefined;

  constructor(origin: RecipeOrigin | undefined) {
    this.replace(origin);
  }

  get origin(): RecipeOrigin | undefined {
    return this.#origin;
  }

  /** Absolute. */
  get files(): readonly string[] {
    return this.#origin?.files ?? [];
  }

  /** A client has started the app in another way. */
  replace(origin: RecipeOrigin | undefined): void {
    this.#origin = origin;
    this.#seen = origin && fingerprint(origin.files);
  }

  /**
   * How the app is to be started by what the files say now; `undefined` if they are as they were.
   * @throws HitlessError which says what is wrong with them.
   */
  async readChanged(): Promise<Omit<RecipeReading, "files"> | undefined> {
    const origin = this.#origin;
    if (origin === undefined) {
      return undefined;
    }
    const now = await fingerprint(origin.files);
    if (now === (await this.#seen)) {
      return undefined;
    }
    const { recipe, config, notes, files } = await reread(origin);
    if (this.#origin === origin) {
      // Taken before they were read: what is written meanwhile is read the next time.
      this.#origin = { ...origin, files: [...files] };
      this.#seen = Promise.resolve(now);
    }
    return { recipe, config, notes };
  }

  /** The app runs by what was read: a file that does not name it any more leaves it as it is. */
  keep(config: RecipeOrigin["config"]): void {
    this.#origin = this.#origin && { ...this.#origin, config };
  }

  /**
   * The same for another supervisor, on its Node.js, which some of a recipe depends on, whether or not the files have changed: what
   * a reload could not take over of them is due now. Here nothing counts as read, since that supervisor may fail.
   * @param wanted What the app is made of from then on; absent: as before.
   * @throws HitlessError which says what is wrong with the files.
   */
  async readFor(
    node: RecipeOrigin["node"],
    wanted?: RecipeOrigin,
  ): Promise<(Omit<RecipeReading, "files"> & { readonly origin: RecipeOrigin }) | undefined> {
    const from = wanted ?? this.#origin;
    if (from === undefined) {
      return undefined;
    }
    // Which Node.js it is has been decided.
    const { recipe, config, notes, files } = await reread({ ...from, node, choosesNode: false });
    return { recipe, config, notes, origin: { ...from, config, node, files: [...files] } };
  }
}

async function reread(origin: RecipeOrigin): Promise<RecipeReading> {
  const { rereadRecipe } = createRequire(__filename)("./recipe.cjs") as { rereadRecipe: RereadRecipe };
  return rereadRecipe(origin).catch((thrown: unknown) => {
    throw ownError(thrown);
  });
}

/** The class of an error is another one in each bundle. */
function ownError(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || thrown.name !== "HitlessError") {
    return thrown;
  }
  const { code, remedy, detail } = thrown as HitlessError;
  return new HitlessError(code, thrown.message, { remedy, detail, cause: thrown });
}

/** Changes with each write of one of the files. */
async function fingerprint(files: readonly string[]): Promise<string> {
  const states = await Promise.all(
    files.map(async (file) => {
      const { mtimeMs, ctimeMs, size, ino } = await stat(file).catch(() => ({
        mtimeMs: 0,
        ctimeMs: 0,
        size: -1,
        ino: 0,
      }));
      return [file, mtimeMs, ctimeMs, size, ino];
    }),
  );
  return JSON.stringify(states);
}
