import cluster from "node:cluster";

/** The `code` of the error that an app gets when it tries to be a cluster primary inside a supervised worker. */
export const nestedClusterCode = "HITLESS_NESTED_CLUSTER";

/**
 * In a cluster worker `cluster.fork` and `cluster.setupPrimary` do not exist, so an app that calls them dies of
 * "cluster.fork is not a function". It still dies, of an error that says why. An app that asks `cluster.isPrimary` first
 * takes its worker branch and runs as it is.
 */
export function explainNestedCluster(): void {
  for (const name of ["fork", "setupPrimary", "setupMaster"]) {
    if (!(name in cluster)) {
      Object.defineProperty(cluster, name, { value: refuse, configurable: true, writable: true });
    }
  }
}

function refuse(): never {
  const error = new Error(
    "This app starts its own cluster, but it runs as a worker of Hitless already. " +
      "Let the entry be the file that listens, and set the number of workers in Hitless.",
  );
  throw Object.assign(error, { code: nestedClusterCode });
}
