/**
 * Epoch milliseconds that never jump: the wall clock when this process started plus the time it has run. What waits for a
 * deadline is not to be upset by somebody setting the clock.
 */
export function steadyNow(): number {
  return Math.round(performance.timeOrigin + performance.now());
}

/** The wall clock may drift by as much from the steady one before times are shown anew, in milliseconds. */
const worthCorrecting = 1_000;
let correction = 0;

/**
 * A steady time as people are to see it. The wall clock gains on the steady one while the machine sleeps, and jumps when
 * somebody sets it; how long ago something was stays right.
 */
export function shownTime(steady: number): number {
  const drift = Date.now() - steadyNow();
  if (Math.abs(drift - correction) > worthCorrecting) {
    correction = drift;
  }
  return steady + correction;
}
