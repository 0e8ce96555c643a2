import { type AppView, trouble } from "../apps/appView.ts";
import type { RemoteFleetView } from "../apps/machines/remoteFleetView.ts";
import type { RemoteMachineView } from "../apps/machines/remoteMachineView.ts";
import { appRow, type TreeSight } from "./rows/appRow.ts";
import { fleetRow } from "./rows/fleetRows.ts";
import { machineProblemRows, machineRow } from "./rows/machineRows.ts";
import type { TreeRow } from "./rows/treeRow.ts";

/** What the workspace says of other machines. */
export interface MachinesOfTree {
  readonly fleets?: readonly RemoteFleetView[];
  readonly machines: readonly RemoteMachineView[];
  /** What is wrong in the settings: a line for each fault. */
  readonly problems: readonly string[];
}

const noMachines: MachinesOfTree = { machines: [], problems: [] };

/**
 * The rows of the tree, those of apps in trouble first, and then fleets and other machines in the order of the settings. None when
 * there is a single app with nothing to show and no machine: the welcome text with its button takes their place.
 */
export function projectTree(
  apps: readonly AppView[],
  sight: TreeSight,
  { fleets = [], machines, problems }: MachinesOfTree = noMachines,
): TreeRow[] {
  const [only] = apps;
  const elsewhere = [
    ...machineProblemRows(problems, sight.t),
    ...fleets.map((fleet) => fleetRow(fleet, sight.t)),
    ...machines.map((machine) => machineRow(machine, sight)),
  ];
  if (apps.length === 1 && only?.state === "stopped" && elsewhere.length === 0) {
    return [];
  }
  const { now } = sight;
  const here = [...apps].sort((a, b) => trouble(a, now) - trouble(b, now)).map((app) => appRow(app, sight));
  return [...here, ...elsewhere];
}
