/** The settings on which it depends how long a worker may take to become ready. */
interface ReadySettings {
  readonly server: boolean;
  readonly waitReady: boolean;
  readonly readyTimeout: number;
  readonly minReady: number;
  readonly warmup?: readonly string[] | undefined;
}

/** Milliseconds for one path of `warmup`: what is compiled or connected with the first request takes a while. */
export const warmupPathMs = 10_000;

/**
 * Milliseconds after which a worker is ready, or has failed to be: `readyTimeout`, of one that is no server the time that it is to
 * stay up, and the paths of `warmup`, which no other deadline limits.
 */
export function longestReadyMs({ server, waitReady, readyTimeout, minReady, warmup = [] }: ReadySettings): number {
  const uptime = server || waitReady ? 0 : minReady;
  return readyTimeout + uptime + warmup.length * warmupPathMs;
}
