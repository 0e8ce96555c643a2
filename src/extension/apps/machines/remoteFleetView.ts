import type { FleetRun } from "../../../shared/machines/fleetRun.ts";
import type { AppView } from "../appView.ts";
import type { RemoteMachineView } from "./remoteMachineView.ts";

/** All that views show of a fleet. */
export interface RemoteFleetView {
  /** Unique in the window. */
  readonly key: string;
  readonly name: string;
  readonly app: string;
  /** In the order of the settings. */
  readonly members: readonly FleetMemberView[];
  /** What this window does to it, or did last. */
  readonly run?: FleetRun;
}

/** A machine of a fleet; without `machine` the settings name none of this name. */
export interface FleetMemberView {
  readonly name: string;
  readonly machine?: RemoteMachineView;
}

/** The app of a fleet on one of its machines, as far as the machine is known. */
export function appOfMember({ app }: RemoteFleetView, { machine }: FleetMemberView): AppView | undefined {
  return machine?.apps.find(({ there }) => there?.app === app);
}
