/** Milliseconds that a compiler has to write something after a source was saved, before somebody is told that nothing has. */
const patienceMs = 10_000;

export interface UnbuiltSourcesOptions {
  /** `problem` has changed. */
  readonly changed: () => void;
  readonly patienceMs?: number;
}

/** Finds out that sources are saved of which nothing makes what the app runs. */
export class UnbuiltSources {
  readonly #options: UnbuiltSourcesOptions;
  #timer: NodeJS.Timeout | undefined;
  #problem: string | undefined;

  constructor(options: UnbuiltSourcesOptions) {
    this.#options = options;
  }

  /** In a sentence for the user; absent while all is well. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /**
   * @param source The file that was saved, as a person reads it.
   * @param entry What the workers run, likewise.
   */
  saved(source: string, entry: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => this.#become(describeUnbuilt(source, entry)),
      this.#options.patienceMs ?? patienceMs,
    );
  }

  /** Something was written where what the app runs is made. */
  built(): void {
    clearTimeout(this.#timer);
    this.#become(undefined);
  }

  forget(): void {
    clearTimeout(this.#timer);
    this.#problem = undefined;
  }

  #become(problem: string | undefined): void {
    if (problem !== undefined || this.#problem !== undefined) {
      this.#problem = problem;
      this.#options.changed();
    }
  }
}

/** Both as a person reads them. */
export function describeUnbuilt(source: string, entry: string): string {
  return `${source} was saved, but the app runs ${entry}, and nothing has built that since. Build it, let its compiler watch, or set preReload to what builds it, such as ["npm", "run", "build"].`;
}

/** Whether what the workers are started with lets them load TypeScript though their entry is JavaScript. */
export function loadsTypeScript({
  nodeArgs,
  env,
}: {
  nodeArgs: readonly string[];
  env: Readonly<Record<string, string>>;
}): boolean {
  return [...nodeArgs, env.NODE_OPTIONS ?? ""].some((text) => /tsx|ts-node|swc|esbuild|jiti|babel|sucrase/.test(text));
}
