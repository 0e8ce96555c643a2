import type { SupervisorClient } from "../../../client/connection/supervisorClient.ts";
import type { Disposable } from "../../../shared/basics/disposable.ts";
import type { Endpoint } from "../../../shared/launch.ts";

/** How an app on another machine is reached, and what it is called there; its session's name names the machine too. */
export interface AppThere {
  readonly machine: string;
  readonly app: string;
  readonly connect: (endpoint: Endpoint) => Promise<SupervisorClient>;
  /** CPUs that the machine can use, once that is known. */
  readonly cores: () => number | undefined;
  /** Makes the inspector of a worker, which listens there, reachable from here. */
  readonly reach: (url: string) => Promise<ReachedInspector>;
}

/** A worker's inspector as a debugger here reaches it. */
export interface ReachedInspector extends Disposable {
  /** With `ws:`; it holds until it is disposed of. */
  readonly url: string;
}
