/** What the page keeps while it is hidden and when the window is reloaded. */
export interface SavedState {
  readonly app?: string;
  readonly worker?: number;
  /** The text of the trace box. */
  readonly trace: string;
  readonly open: readonly string[];
  readonly seconds: number;
  readonly busyOnly: boolean;
  readonly comparing: boolean;
  /** Ids of the compared workers; absent: the suggested pair. */
  readonly pair?: readonly [left: number, right: number];
  /** Pixels. */
  readonly scroll: number;
}

export const freshState: SavedState = {
  trace: "",
  open: [],
  seconds: 5,
  busyOnly: false,
  comparing: false,
  scroll: 0,
};

/** Lengths of a sample to choose from, in seconds. */
export const sampleLengths: readonly number[] = [2, 5, 15, 60];

/** Takes what is valid; an older version of the page may have saved something else. */
export function readSavedState(input: unknown): SavedState {
  if (typeof input !== "object" || input === null) {
    return freshState;
  }
  const saved: Partial<Record<keyof SavedState, unknown>> = input;
  const { app, worker, trace, open, seconds, busyOnly, comparing, pair, scroll } = saved;
  const [left, right]: unknown[] = Array.isArray(pair) ? pair : [];
  return {
    ...(typeof app === "string" && { app }),
    ...(typeof worker === "number" && { worker }),
    trace: typeof trace === "string" ? trace : "",
    open: Array.isArray(open) ? open.filter((id): id is string => typeof id === "string") : [],
    seconds: typeof seconds === "number" && sampleLengths.includes(seconds) ? seconds : freshState.seconds,
    busyOnly: busyOnly === true,
    comparing: comparing === true,
    ...(typeof left === "number" && typeof right === "number" && { pair: [left, right] as const }),
    scroll: typeof scroll === "number" && scroll >= 0 ? scroll : 0,
  };
}
