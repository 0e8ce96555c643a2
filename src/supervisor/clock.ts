/**
 * Epoch milliseconds that never jump: the wall clock when this process started plus the time it has run. Deadlines must
 * not be affected by changes of the system clock.
 */
export function steadyNow(): number {
  return Math.round(performance.timeOrigin + performance.now());
}

/** How far the wall clock may drift from the steady one before times are shown anew, in milliseconds. */
const worthCorrecting = 1_000;
let correction = 0;

/**
 * A steady time for display. The wall clock gains on the steady one while the machine sleeps, and jumps when it is set;
 * how long ago something was remains correct.
 */
export function shownTime(steady: number): number {
  const drift = Date.now() - steadyNow();
  if (Math.abs(drift - correction) > worthCorrecting) {
    correction = drift;
  }
  return steady + correction;
}
