import type { Disposable } from "../../shared/basics/disposable.ts";

export interface Coalesced extends Disposable {
  (): void;
}

/** Calls `run` once, `delayMs` milliseconds after the first of any number of calls. */
export function coalesce(delayMs: number, run: () => void): Coalesced {
  let timer: NodeJS.Timeout | undefined;
  const call = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      run();
    }, delayMs);
  };
  return Object.assign(call, { dispose: () => clearTimeout(timer) });
}
