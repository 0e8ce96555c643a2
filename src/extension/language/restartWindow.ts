/** Decides, at each crash of the language server, whether it is started again. */
export interface RestartWindow {
  /** A crash happened. `true`: start it again. */
  crashed(): boolean;
  /** A person asked for it: earlier crashes do not count any more. */
  forget(): void;
}

export interface RestartWindowOptions {
  /** Restarts within the window; one crash more is too many. */
  readonly restarts: number;
  readonly windowMs: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

export function createRestartWindow({ restarts, windowMs, now }: RestartWindowOptions): RestartWindow {
  let crashes: number[] = [];
  return {
    crashed() {
      const time = now();
      crashes = [...crashes.filter((earlier) => time - earlier < windowMs), time];
      return crashes.length <= restarts;
    },
    forget() {
      crashes = [];
    },
  };
}
