/** What is called in the primary of a cluster, which a worker can't. */
export const primaryCalls: ReadonlySet<string> = new Set([
  "cluster#fork",
  "cluster#setupPrimary",
  "cluster#setupMaster",
  "cfork#default",
  "egg#startCluster",
  "egg-cluster#startCluster",
  "recluster#default",
]);

/** Packages that fork the workers, and in a worker only serve. */
export const managers: ReadonlySet<string> = new Set([
  "cluster-service#start",
  "sticky-session#listen",
  "throng#default",
  "throng#throng",
]);

/** Whether a function forks workers, by itself or by a package. */
export function forksWorkers(api: string | undefined): boolean {
  return api !== undefined && (api === "cluster#fork" || managers.has(api));
}
