/** Decides, at each crash of the language server, whether it is started again. */
export interface RestartWindow {
  /** Records a crash. `true`: start it again. */
  crashed(): boolean;
  /** Forgets earlier crashes, at the user's request. */
  forget(): void;
}

export interface RestartWindowOptions {
  /** Restarts within the window; the next crash is one too many. */
  readonly restarts: number;
  readonly windowMs: number;
  /** Milliseconds of a monotonic clock. */
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
