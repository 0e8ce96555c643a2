import type { WorkerView } from "../../shared/snapshot.ts";
import {
  type AppView,
  hasPrevious,
  isActive,
  isRenewable,
  isStartable,
  isWatched,
  webAddresses,
} from "../apps/appView.ts";
import { canBePrepared, type RemoteMachineView } from "../apps/machines/remoteMachineView.ts";

/** What can be done with an app, independent of the name of its state. */
const appFlags = {
  app: () => true,
  /** Its settings are valid. */
  valid: ({ state }: AppView) => state !== "invalid",
  startable: isStartable,
  renewable: isRenewable,
  active: isActive,
  /** There is a generation before the current one. */
  previous: hasPrevious,
  /** A renewal is under way whose cancelling still has an effect. */
  cancellable: ({ snapshot }: AppView) => snapshot?.renewal?.cancellable === true,
  /** Its files could be watched, and are not. */
  watchable: (app: AppView) => app.snapshot?.app.watch !== undefined && isActive(app) && !isWatched(app),
  watched: isWatched,
  /** Its output is written to files. */
  logging: ({ snapshot }: AppView) => snapshot?.app.logs !== undefined,
  /** It has an address that a browser can open. */
  web: (app: AppView) => webAddresses(app).length > 0,
};

const workerFlags = {
  worker: () => true,
  replaceable: ({ state }: WorkerView) => state === "ready",
  /** It has not been ordered to exit. */
  staying: ({ state }: WorkerView) => state === "starting" || state === "ready",
  draining: ({ state }: WorkerView) => state === "draining",
  /** A debugger has stopped it. */
  paused: ({ paused }: WorkerView) => paused !== undefined,
};

/** Of an app on another machine, of which much can't be done from here: its files and its settings are there. */
const appThereFlags = {
  appThere: () => true,
  startableThere: isStartable,
  renewableThere: isRenewable,
  activeThere: isActive,
  previousThere: hasPrevious,
  cancellableThere: appFlags.cancellable,
};

const workerThereFlags = {
  workerThere: () => true,
  replaceableThere: workerFlags.replaceable,
  stayingThere: workerFlags.staying,
  drainingThere: workerFlags.draining,
  pausedThere: workerFlags.paused,
};

const machineFlags = {
  machine: () => true,
  /** Its Hitless is missing, or too old or new for this one, and can be put there. */
  preparable: canBePrepared,
  otherVersion: ({ isOtherVersion, hitless }: RemoteMachineView) => isOtherVersion && hitless === undefined,
};

export type RowFlag =
  | keyof typeof appFlags
  | keyof typeof workerFlags
  | keyof typeof appThereFlags
  | keyof typeof workerThereFlags
  | keyof typeof machineFlags
  | "fleet"
  | "fleetBusy";

/** The `contextValue` of an app's row, such as `app;valid;renewable;active`: decides which buttons it has. */
export function appContext(app: AppView): string {
  return flagsOf(app.there === undefined ? appFlags : appThereFlags, app);
}

/** The same for a worker's row, such as `worker;draining`. */
export function workerContext(worker: WorkerView, there?: AppView["there"]): string {
  return flagsOf(there === undefined ? workerFlags : workerThereFlags, worker);
}

/** The same for a machine's row. */
export function machineContext(machine: RemoteMachineView): string {
  return flagsOf(machineFlags, machine);
}

/** The source of a regular expression that matches contexts with this flag. */
export function flagPattern(flag: RowFlag): string {
  return `(^|;)${flag}(;|$)`;
}

function flagsOf<Row>(flags: Readonly<Record<string, (row: Row) => boolean>>, row: Row): string {
  return Object.keys(flags)
    .filter((flag) => flags[flag]?.(row))
    .join(";");
}
