import type { Target } from "../../test/support/process/strictConnection.ts";

/** What a peer is asked to run. */
export interface PeerOptions {
  /** Its copy of the app: `server.cjs` and `version.txt`. */
  readonly folder: string;
  readonly port: number;
  readonly workers: number;
  /** The Node.js program for everything that runs on Node. */
  readonly node: string;
}

/** An app that runs under a peer. */
export interface PeerRun {
  readonly target: Target;
  /** Processes of the peer itself, without the app's workers. */
  readonly supervisors: readonly number[];
  /** Renews the app its own way; resolves when it says that it is done, as far as it says so. */
  reload(): Promise<ReloadTimes>;
  /** Stops everything. */
  stop(): Promise<void>;
}

export interface ReloadTimes {
  /** Milliseconds from the command to the first new worker that is ready; absent if the peer does not tell. */
  readonly firstReadyMs?: number;
}

/** Something that runs an app on several workers and can renew it. */
export interface Peer {
  readonly name: string;
  /** Its version, or why it can't take part. */
  prepare(): Promise<{ readonly version: string } | { readonly missing: string }>;
  /** Starts the app; resolves when it answers. */
  start(options: PeerOptions): Promise<PeerRun>;
  /** Makes the next reload bring this build. Default: `version.txt` beside the app. */
  build?(options: PeerOptions, version: string): void;
  /** It runs the app itself; a static server does not, and can't take part where that matters. */
  readonly runsApp: boolean;
}
