import { existsSync } from "node:fs";
import type { LaunchRecipe } from "../../shared/appConfig.ts";
import { HitlessError } from "../../shared/errors.ts";
import { count } from "../../shared/text/count.ts";
import { changedFiles, type FolderState } from "./folderState.ts";
import { moved, type ReleasePlace, resolvePlace } from "./releasePlace.ts";
import { type BuiltState, readSourceState, type SourceState } from "./sourceState.ts";

/** Generations whose recipes are kept. */
const generationsKept = 10;

interface Page {
  readonly recipe: LaunchRecipe;
  readonly place: ReleasePlace;
  /** Epoch milliseconds at which it was opened: what was written before, its workers read. */
  readonly openedAt: number;
  /** What the files were when the generation started. */
  readonly source: Promise<SourceState>;
  /** Unknown until git has answered. */
  commit: string | undefined;
  isClean: boolean;
}

/** How each generation of the app is or was started. */
export interface Generations {
  /** The app's current generation; 0 before its first start. */
  readonly number: number;
  /** The recipe of the current generation. */
  readonly current: LaunchRecipe;
  of(generation: number): LaunchRecipe;
  /** The same with the folder and the file where they really are, which a generation keeps to. */
  placed(generation: number): LaunchRecipe;
  /** A recipe of the same app from a client that may have come to its folder another way, named as the first one was. */
  named(recipe: LaunchRecipe): LaunchRecipe;
  /** The folders of two generations, or else their files, if these are not the same. */
  moved(from: number, to: number): { readonly from: string; readonly to: string } | undefined;
  /** Epoch milliseconds at which the newest generation was opened, whether or not it became the current one; 0 before the first. */
  readonly openedAt: number;
  /** Epoch milliseconds at which this one was opened. */
  openedAtOf(generation: number): number;
  /** The commit checked out when a generation was started; `undefined` outside of a repository. */
  commitOf(generation: number): string | undefined;
  /** The same, if nothing in the app's folder differed from it then. */
  cleanCommitOf(generation: number): string | undefined;
  /** Records how a generation is started: with a new recipe or with the current one. */
  open(generation: number, recipe?: LaunchRecipe): void;
  /** Makes the generation the current one. */
  commit(generation: number): void;
  /** The app was at this generation when this supervisor took it over. */
  continueAfter(generation: number): void;
  /**
   * The recipe before the current one, if starting it again would run the same files.
   * @throws HitlessError `invalidState`, which says why not.
   */
  previous(): Promise<LaunchRecipe>;
}

export function createGenerations(first: LaunchRecipe): Generations {
  const pages = new Map<number, Page>();
  /** Of recipes that are to be started where they once were, and not where links lead now. */
  const kept = new WeakMap<LaunchRecipe, ReleasePlace>();
  let generation = 0;
  let before: number | undefined;
  const recipeOf = (wanted: number): LaunchRecipe => pages.get(wanted)?.recipe ?? first;
  return {
    get number() {
      return generation;
    },
    get current() {
      return recipeOf(generation);
    },
    of: recipeOf,
    placed: (wanted) => ({ ...recipeOf(wanted), ...(pages.get(wanted)?.place ?? resolvePlace(recipeOf(wanted))) }),
    named(recipe) {
      if (recipe.cwd === first.cwd) {
        return recipe;
      }
      return { ...recipe, cwd: first.cwd, entry: moved(recipe.entry, recipe.cwd, first.cwd) };
    },
    moved(from, to) {
      const [before, after] = [pages.get(from)?.place, pages.get(to)?.place];
      if (before === undefined || after === undefined || (before.cwd === after.cwd && before.entry === after.entry)) {
        return undefined;
      }
      // Another file of the same name, or a file that the settings name anew: the recipe tells which.
      const isNamedAnew = before.cwd === after.cwd && recipeOf(from).entry !== recipeOf(to).entry;
      const what = before.cwd === after.cwd ? "entry" : "cwd";
      return isNamedAnew ? undefined : { from: before[what], to: after[what] };
    },
    get openedAt() {
      return Math.max(0, ...[...pages.values()].map((page) => page.openedAt));
    },
    openedAtOf: (wanted) => pages.get(wanted)?.openedAt ?? 0,
    commitOf: (wanted) => pages.get(wanted)?.commit,
    cleanCommitOf: (wanted) => (pages.get(wanted)?.isClean === true ? pages.get(wanted)?.commit : undefined),
    open(wanted, recipe) {
      const chosen = recipe ?? recipeOf(generation);
      const place = kept.get(chosen) ?? resolvePlace(chosen);
      // The workers are forked first: git is another process, and nobody waits for it.
      const source = new Promise((resolve) => setImmediate(resolve)).then(() =>
        readSourceState(place.cwd, place.entry),
      );
      const page: Page = { recipe: chosen, place, openedAt: Date.now(), source, commit: undefined, isClean: false };
      pages.set(wanted, page);
      void source.then((state) => {
        page.commit = state.kind === "git" ? state.commit : undefined;
        page.isClean = state.kind === "git" && state.clean;
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
    continueAfter(last) {
      generation = last;
    },
    async previous() {
      const page = before === undefined ? undefined : pages.get(before);
      if (before === undefined || page === undefined) {
        throw new HitlessError("invalidState", "There is no previous generation to go back to.");
      }
      if (!existsSync(page.place.cwd)) {
        const gone = `its folder ${page.place.cwd} does not exist any more.`;
        throw new HitlessError("invalidState", `Generation ${before} can't be started again: ${gone}`);
      }
      const now = await readSourceState(page.place.cwd, page.place.entry);
      const difference = explainDifference(await page.source, now);
      if (difference !== undefined) {
        throw new HitlessError("invalidState", `Generation ${before} can't be started again: ${difference}`);
      }
      const recipe = { ...page.recipe };
      kept.set(recipe, page.place);
      return recipe;
    },
  };
}

function explainDifference(then: SourceState, now: SourceState): string | undefined {
  if (then.kind === "folder" && now.kind === "folder") {
    return explainFiles(then.files, now.files);
  }
  if (then.kind === "folder" || now.kind === "folder") {
    return then.kind === "git"
      ? "its folder is in no git repository any more, so it is unknown whether its files are the same."
      : "its folder was in no git repository when it ran and is now, so it is unknown whether its files are the same.";
  }
  if (!then.clean) {
    return `it ran files that were not committed (on top of ${then.commit.slice(0, 10)}).`;
  }
  if (then.commit !== now.commit) {
    return `its files have changed: it ran commit ${then.commit.slice(0, 10)}, now there is ${now.commit.slice(0, 10)}. Check that commit out first.`;
  }
  if (!now.clean) {
    return "its files have changed since: the working tree has changes that are not committed.";
  }
  return explainBuild(then.built, now.built);
}

function explainFiles(then: FolderState | undefined, now: FolderState | undefined): string | undefined {
  if (then === undefined || now === undefined) {
    return "the app is not in a git repository and has too many files to compare them, so it is unknown whether they are the same.";
  }
  const [first, ...more] = changedFiles(then, now);
  if (first === undefined) {
    return undefined;
  }
  const which = more.length === 0 ? first : `${first} and ${count(more.length, "other")}`;
  return `its files have changed since it ran (${which}), and there is no git repository to tell what they were.`;
}

function explainBuild(then: BuiltState | undefined, now: BuiltState | undefined): string | undefined {
  if (then?.folder === now?.folder && then?.digest === now?.digest) {
    const unknown = then !== undefined && then.digest === undefined;
    return unknown ? `git ignores what was built in ${then.folder}, and that is too much to compare.` : undefined;
  }
  const folder = then?.folder ?? now?.folder ?? "";
  return `what was built in ${folder} has changed since, and git ignores it. Build it again as it was, from that commit.`;
}
