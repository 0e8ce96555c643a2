/** The settings on which it depends how long a stop may take. */
interface StopSettings {
  readonly shutdownDelay: number;
  readonly drainTimeout: number;
  readonly killTimeout: number;
}

/** For the last output to be read, and for supervisor and command line to end, in milliseconds. */
const marginMs = 10_000;

/**
 * Seconds after which a graceful stop is over for certain: the delay, the drain, the end of workers that don't listen and
 * then of what they left behind, and a margin. A service manager or container runtime must not kill before.
 */
export function longestStopSeconds({ shutdownDelay, drainTimeout, killTimeout }: StopSettings): number {
  return Math.ceil((shutdownDelay + drainTimeout + 2 * killTimeout + marginMs) / 1_000);
}
