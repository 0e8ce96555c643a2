/*
 * The timers and clocks of the preload, taken before the app can replace them: libraries that fake the time put theirs
 * into `globalThis` and into `node:timers`, and a drain would wait for a clock that stands still.
 */

export const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate } = globalThis;

/** Milliseconds of a clock that never goes back. */
export const steadyNow: () => number = performance.now.bind(performance);

/** Epoch milliseconds. */
export const epochNow: () => number = Date.now;
