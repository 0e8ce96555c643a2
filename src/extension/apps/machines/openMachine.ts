import { SupervisorClient } from "../../../client/connection/supervisorClient.ts";
import { MachineConnection } from "../../../client/machines/machineConnection.ts";
import type { Machine } from "../../../client/machines/sshMachine.ts";
import type { Endpoint } from "../../../shared/launch.ts";

/*
 * Access to other machines. Imported on first use, like that to supervisors: most workspaces name no machine.
 */

/** @throws HitlessError as `MachineConnection.open` does. */
export function openMachine(machine: Machine, signal: AbortSignal): Promise<MachineConnection> {
  return MachineConnection.open(machine, { signal });
}

/** Connects to a supervisor on a machine. */
export function connectThere(
  endpoint: Endpoint,
  { route }: MachineConnection,
  version: string,
): Promise<SupervisorClient> {
  return SupervisorClient.connect(endpoint, { name: "vscode", version }, { route });
}
