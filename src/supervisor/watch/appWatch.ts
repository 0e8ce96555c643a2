import { realpathSync } from "node:fs";
import { access, lstat, stat } from "node:fs/promises";
import { basename, dirname, join, relative, sep } from "node:path";
import type { LaunchRecipe } from "../../shared/appConfig.ts";
import type { StaleFile, WatchView } from "../../shared/snapshot.ts";
import { count } from "../../shared/text/count.ts";
import type { EventLog } from "../logs/eventLog.ts";
import { hasPreReload } from "../renewal/preReload.ts";
import type { BuiltSources } from "./builtSources.ts";
import { ChangeBurst, type NotedChange } from "./changeBurst.ts";
import type { FileWatch } from "./fileWatch.ts";
import { LastActed, lookAgainMs } from "./lastActed.ts";
import { describeOwnWrites, OwnWrites, ownWritesApartMs } from "./ownWrites.ts";
import type { StaleFiles } from "./staleFiles.ts";
import { describeUnbuilt, loadsTypeScript, UnbuiltSources } from "./unbuiltSources.ts";
import type { createWatchRules, WatchRules } from "./watchRules.ts";
import { WrittenContents } from "./writtenContents.ts";

/** Milliseconds without a change after which a burst is over, unless `debounce` says otherwise. */
const usualQuietMs = 150;

/**
 * Milliseconds without a change before the changes are acted on, the first time in a burst, the second and so on. What they start
 * meets no client before the next change would begin it anew, so it need not wait until the burst is over.
 */
const quietSteps: readonly number[] = [12, 50, usualQuietMs, 300];

/** The system tells of a write this many milliseconds late at most, also on a machine that has much to do. */
const lateEventMs = 1_000;

/** What comes so many milliseconds after `preReload` may be of its making. */
const builtLateMs = 300;

/** Files that a report names. */
const filesNamed = 20;

/** What watching needs from the app. */
export interface AppWatchHost {
  /** How the app is started now; its folder and its file as they are named. */
  recipe(): LaunchRecipe;
  /** Where the names of the recipe lead now. */
  place(): { readonly cwd: string; readonly entry: string };
  /** Files that count beside those of the folder, absolute. */
  files(): readonly string[];
  /** Epoch milliseconds at which the newest generation was started, or is tried. */
  startedAt(): number;
  /** When `preReload` ran last, in epoch milliseconds; `until` is absent while it runs. */
  prepared(): { readonly from: number; readonly until?: number } | undefined;
  /** The app's files have changed: it is to run what they are now. */
  renew(files: readonly string[]): void;
  /** Nothing is pending any more. */
  settled(): void;
  /** The view has changed. */
  changed(): void;
}

/**
 * Watches the files of an app while that is switched on, and asks for one renewal when a burst of changes is over. It
 * costs nothing while it is off.
 */
export class AppWatch {
  readonly #host: AppWatchHost;
  readonly #events: EventLog;
  #wanted = false;
  #watch: FileWatch | undefined;
  #rules: WatchRules | undefined;
  #state: WatchView["state"] = "off";
  #problem: string | undefined;
  /** What the watch was opened with: another recipe may want another one. */
  #openedFor = "";
  readonly #burst: ChangeBurst;
  /** Until what was left out, since the app seems to write it itself, is reloaded after all. */
  #leftOut: NodeJS.Timeout | undefined;
  /** Whether that was done, and nothing else has been reloaded since. */
  #madeUpFor = false;
  readonly #ownWrites = new OwnWrites();
  readonly #unbuilt = new UnbuiltSources({
    changed: () => {
      const { problem } = this.#unbuilt;
      if (problem !== undefined) {
        this.#events.log("warning", "notBuilt", problem);
      }
      this.#tellProblem();
    },
  });
  readonly #last: LastActed;
  /** Of files that were written while `preReload` ran. */
  readonly #written = new WrittenContents();
  #staleFiles: StaleFiles | undefined;
  #builtSources: BuiltSources | undefined;

  constructor(host: AppWatchHost, events: EventLog) {
    this.#host = host;
    this.#events = events;
    this.#last = new LastActed(
      (file) => this.#burst.note(file),
      () => host.settled(),
    );
    this.#burst = new ChangeBurst({
      quiet: () => this.#quiet(),
      held: async () => (await this.#gitIsBusy()) || !(await exists(host.place().entry)),
      act: (noted) => this.#act(noted),
    });
  }

  /** Whether files have changed, or may have, of which `renew` has not been told yet. */
  get pending(): boolean {
    return this.#burst.pending || this.#last.isUnsure;
  }

  /** Milliseconds until the burst of changes is over in which the last one came, if no further one comes; 0 if it is. */
  get settlesIn(): number {
    const { debounce = usualQuietMs } = this.#settings();
    return Math.max(this.pending ? lookAgainMs : 0, debounce - this.#burst.quietFor);
  }

  get view(): WatchView {
    return { state: this.#state, ...(this.#problem !== undefined && { problem: this.#problem }) };
  }

  /** Whether a change of a file would be noticed. */
  get active(): boolean {
    return this.#state === "on" || this.#state === "starting";
  }

  /** Switches watching on or off. Resolves when every change from then on is noticed, or it can't be. */
  async set(on: boolean): Promise<void> {
    this.#wanted = on;
    if (!on) {
      this.#close();
      this.#forget();
      this.#become("off");
      return;
    }
    await this.#open();
  }

  /** The app is started in another way, or its names lead elsewhere: what is watched follows. */
  follow(): void {
    if (this.#wanted && this.#purpose() !== this.#openedFor) {
      void this.#open();
    }
  }

  /**
   * The files that differ from what a generation was started with; whether or not they are watched.
   * @param commit What they were then, if nothing differed from it.
   */
  async stale(generation: number, startedAt: number, commit: string | undefined): Promise<StaleFile[]> {
    const [{ createWatchRules }, { StaleFiles }] = await Promise.all([
      import("./watchRules.ts"),
      import("./staleFiles.ts"),
    ]);
    this.#staleFiles ??= new StaleFiles();
    const { root, rules } = this.#look(createWatchRules);
    return this.#staleFiles.look({ rules, root, generation, startedAt, commit });
  }

  /**
   * That a source was changed and what runs was not built since, in a sentence for the user; whether or not files are watched.
   * @param startedAt Epoch milliseconds at which what runs was started.
   */
  async lookForUnbuilt(startedAt: number): Promise<string | undefined> {
    const { cwd, entry } = this.#host.place();
    if (this.#isBuiltHere() || dirname(entry) === cwd) {
      return undefined;
    }
    const [{ createWatchRules }, { BuiltSources }] = await Promise.all([
      import("./watchRules.ts"),
      import("./builtSources.ts"),
    ]);
    this.#builtSources ??= new BuiltSources();
    const source = await this.#builtSources.changed({ ...this.#look(createWatchRules), startedAt });
    return source && describeUnbuilt(source, this.#nameOf(entry));
  }

  #look(create: typeof createWatchRules): {
    readonly root: string;
    readonly entry: string;
    readonly rules: WatchRules;
  } {
    const { cwd: root, entry } = this.#host.place();
    const { include, exclude } = this.#settings();
    const rules = create({ root, entry, include, exclude, files: this.#host.files(), logs: this.#logs() });
    return { root, entry, rules };
  }

  #nameOf(file: string): string {
    const { cwd } = this.#host.place();
    return relative(cwd, file).split(sep).join("/") || file;
  }

  /** Whether the workers, or what runs before a reload, read the sources themselves. */
  #isBuiltHere(): boolean {
    const recipe = this.#host.recipe();
    return hasPreReload(recipe) || loadsTypeScript(recipe);
  }

  async #gitIsBusy(): Promise<boolean> {
    const lock = this.#rules?.gitLock;
    return lock !== undefined && (await exists(lock));
  }

  #logs(): string[] {
    const { file, errorFile } = this.#host.recipe().logs ?? {};
    // The app's folder is watched where it really is.
    return [file, errorFile].filter((path) => path !== undefined).map((path) => realOf(path));
  }

  async #open(): Promise<void> {
    try {
      await this.#openAnew();
    } catch (error) {
      const { explainWatchError } = await import("./watchError.ts");
      this.#fail(explainWatchError(error));
    }
  }

  #fail(reason: string): void {
    this.#close();
    this.#forget();
    this.#become("failed", reason);
    this.#events.log("error", "watchFailed", `the files are not watched: ${reason}`);
  }

  async #openAnew(): Promise<void> {
    this.#close();
    const purpose = this.#purpose();
    this.#openedFor = purpose;
    this.#become("starting");
    // Loaded with the first use: an app that is not watched pays nothing for it.
    const [{ createWatchRules }, { openFileWatch }] = await Promise.all([
      import("./watchRules.ts"),
      import("./fileWatch.ts"),
    ]);
    if (!this.#wanted || this.#openedFor !== purpose || this.#watch !== undefined) {
      return;
    }
    const { root, rules } = this.#look(createWatchRules);
    const recipe = this.#host.recipe();
    this.#rules = rules;
    this.#watch = openFileWatch({
      rules,
      names: [recipe.cwd, recipe.entry],
      onChange: (file) => this.#burst.note(file),
      onMove: (name) => {
        void this.#open();
        this.#burst.note(name);
      },
      onTrouble: (reason) => this.#fail(reason),
    });
    const watch = this.#watch;
    await watch.ready;
    if (this.#watch === watch && this.#state === "starting") {
      this.#become("on");
      this.#events.log("info", "watching", `watching ${root}; what is saved there is reloaded`);
    }
  }

  #close(): void {
    this.#watch?.close();
    this.#watch = undefined;
  }

  /** What has been noted so far is not to be acted on. */
  #forget(): void {
    this.#burst.forget();
    this.#last.forget();
    clearTimeout(this.#leftOut);
    this.#madeUpFor = false;
    this.#ownWrites.forget();
    this.#unbuilt.forget();
    this.#host.settled();
  }

  #become(state: WatchView["state"], problem?: string): void {
    this.#state = state;
    this.#problem = problem;
    this.#host.changed();
  }

  /** Resolves with whether the app was told to run what has changed. */
  async #act(noted: readonly NotedChange[]): Promise<boolean> {
    const news = await Promise.all(noted.map(([file, at]) => this.#isNews(file, at)));
    const changed = noted.map(([file]) => file).filter((file, index) => news[index] && !this.#last.holdsTheSame(file));
    if (noted.some(([file]) => this.#rules?.isOutput(file) === true)) {
      this.#unbuilt.built();
    }
    const files = changed.filter((file) => !this.#isUnbuilt(file));
    const [source] = changed.filter((file) => !files.includes(file));
    if (source !== undefined && files.length === 0) {
      this.#unbuilt.saved(this.#nameOf(source), this.#nameOf(this.#host.place().entry));
    }
    const named = files.map((file) => this.#nameOf(file)).sort();
    if (files.length === 0 || !this.#wanted || !this.#isMeant(named)) {
      if (files.length > 0 && this.#wanted) {
        this.#makeUpFor(files, named);
      }
      setImmediate(() => this.#host.settled());
      return false;
    }
    clearTimeout(this.#leftOut);
    this.#madeUpFor = false;
    const what = named.length === 1 ? named[0] : count(named.length, "file");
    this.#events.log("info", "filesChanged", `${what} changed`);
    this.#last.remember(files, this.#quiet() === quietSteps);
    this.#host.renew(named.slice(0, filesNamed));
    return true;
  }

  /** Reloads what is left out once it has not changed for a while, so that nobody's last save is lost; not what that reload has written. */
  #makeUpFor(files: readonly string[], named: readonly string[]): void {
    clearTimeout(this.#leftOut);
    if (this.#madeUpFor && this.#last.isRecent) {
      return;
    }
    this.#leftOut = setTimeout(() => {
      this.#madeUpFor = true;
      this.#ownWrites.reloaded(named, performance.now());
      this.#last.remember(files, this.#quiet() === quietSteps);
      this.#host.renew(named.slice(0, filesNamed));
    }, ownWritesApartMs);
  }

  /** Whether the app does not seem to have written them itself. */
  #isMeant(files: readonly string[]): boolean {
    const { reload, found } = this.#ownWrites.judge(files, performance.now());
    if (found.length > 0) {
      this.#events.log("warning", "ownWrites", describeOwnWrites(found));
    }
    this.#tellProblem();
    return reload;
  }

  #tellProblem(): void {
    const { found } = this.#ownWrites;
    const problem = found.length > 0 ? describeOwnWrites(found) : this.#unbuilt.problem;
    if (this.#state === "on" && problem !== this.#problem) {
      this.#become("on", problem);
    }
  }

  /** Whether it is a source that the workers do not read: what is built from it will be reloaded. */
  #isUnbuilt(file: string): boolean {
    return this.#rules?.isSource(file) === true && !this.#isBuiltHere();
  }

  /** Whether the newest generation can't have read it: it is told of what was written before with a delay. */
  async #isNews(file: string, at: number): Promise<boolean> {
    const { from, until = at } = this.#host.prepared() ?? { from: Number.POSITIVE_INFINITY };
    if (at >= from && at <= until + builtLateMs) {
      return this.#differs(file);
    }
    const startedAt = this.#host.startedAt();
    if (at > startedAt + lateEventMs) {
      return true;
    }
    // Of a link that leads elsewhere now, such as to another release, only the link itself is new.
    const states = await Promise.all([stat, lstat].map((look) => look(file).catch(() => undefined)));
    const times = states.flatMap((state) => (state === undefined ? [] : [state.ctimeMs, state.mtimeMs]));
    return times.length === 0 ? at > startedAt : Math.max(...times) > startedAt;
  }

  /**
   * Whether a file that was written while `preReload` ran holds something else than it did when that last happened. What a build
   * makes is no news; what a person saved meanwhile is.
   */
  async #differs(file: string): Promise<boolean> {
    return this.#rules?.isBuilt(file) !== true && this.#written.differs(file);
  }

  #settings(): Exclude<LaunchRecipe["watch"], boolean> {
    const { watch } = this.#host.recipe();
    return typeof watch === "object" ? watch : {};
  }

  #quiet(): readonly number[] {
    const { debounce } = this.#settings();
    // A build is not begun for each file of a burst.
    const waits = hasPreReload(this.#host.recipe()) ? [usualQuietMs] : quietSteps;
    return debounce === undefined ? waits : [debounce];
  }

  #purpose(): string {
    const { watch, cwd, entry, logs } = this.#host.recipe();
    const patterns = typeof watch === "object" && watch;
    return JSON.stringify([this.#host.place(), cwd, entry, this.#host.files(), patterns, logs]);
  }
}

function realOf(path: string): string {
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch {
    return path;
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
