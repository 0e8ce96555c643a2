import type { LaunchRecipe } from "../shared/appConfig.ts";
import { HitlessError } from "../shared/errors.ts";
import { readSourceState, type SourceState } from "./sourceState.ts";

/** Generations whose recipes are kept. */
const generationsKept = 10;

interface Page {
  readonly recipe: LaunchRecipe;
  /** What the files were when the generation started; unknown until git has answered. */
  source: SourceState | undefined;
}

/** How each generation of the app is, or was, started. */
export interface RecipeBook {
  /** The recipe of the app's generation. */
  readonly current: LaunchRecipe;
  of(generation: number): LaunchRecipe;
  /** The commit checked out when a generation was started; `undefined` outside of a repository. */
  commitOf(generation: number): string | undefined;
  /** Notes how a generation is started: with a recipe of its own or with the current one. */
  open(generation: number, recipe?: LaunchRecipe): void;
  /** The generation is the app's now. */
  commit(generation: number): void;
  /**
   * The recipe before the current one, if starting it again would run the same files.
   * @throws HitlessError `invalidState`, which says why not.
   */
  previous(): Promise<LaunchRecipe>;
}

export function createRecipeBook(first: LaunchRecipe): RecipeBook {
  const pages = new Map<number, Page>();
  let generation = 0;
  let before: number | undefined;
  const pageOf = (wanted: number): Page => pages.get(wanted) ?? { recipe: first, source: undefined };
  return {
    get current() {
      return pageOf(generation).recipe;
    },
    of: (wanted) => pageOf(wanted).recipe,
    commitOf: (wanted) => pageOf(wanted).source?.commit,
    open(wanted, recipe) {
      const page: Page = { recipe: recipe ?? pageOf(generation).recipe, source: undefined };
      pages.set(wanted, page);
      void readSourceState(page.recipe.cwd).then((source) => {
        page.source = source;
      });
      for (const old of pages.keys()) {
        if (old < wanted - generationsKept) {
          pages.delete(old);
        }
      }
    },
    commit(wanted) {
      if (wanted !== generation) {
        before = generation === 0 ? undefined : generation;
        generation = wanted;
      }
    },
    async previous() {
      const page = before === undefined ? undefined : pages.get(before);
      if (before === undefined || page === undefined) {
        throw new HitlessError("invalidState", "There is no previous generation to go back to.");
      }
      const now = await readSourceState(page.recipe.cwd);
      const difference = explainDifference(page.source, now);
      if (difference !== undefined) {
        throw new HitlessError("invalidState", `Generation ${before} can't be started again: ${difference}`);
      }
      return page.recipe;
    },
  };
}

function explainDifference(then: SourceState | undefined, now: SourceState | undefined): string | undefined {
  if (then === undefined || now === undefined) {
    return "the app is not in a git repository, so nobody can tell whether its files are the same.";
  }
  if (!then.clean) {
    return `it ran files that were not committed (on top of ${then.commit.slice(0, 10)}).`;
  }
  if (then.commit !== now.commit) {
    return `its files have changed: it ran commit ${then.commit.slice(0, 10)}, now there is ${now.commit.slice(0, 10)}. Check that commit out first.`;
  }
  return now.clean ? undefined : "its files have changed since: the working tree has changes that are not committed.";
}
