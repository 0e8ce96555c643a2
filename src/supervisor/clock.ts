/**
 * Epoch milliseconds that never jump: the wall clock when this process started plus the time it has run. What waits for a
 * deadline is not to be upset by somebody setting the clock.
 */
export function steadyNow(): number {
  return Math.round(performance.timeOrigin + performance.now());
}
