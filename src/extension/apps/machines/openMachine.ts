import { SupervisorClient } from "../../../client/connection/supervisorClient.ts";
import { MachineConnection } from "../../../client/machines/machineConnection.ts";
import { openForward } from "../../../client/machines/sshForward.ts";
import type { Machine } from "../../../client/machines/sshMachine.ts";
import type { Endpoint } from "../../../shared/launch.ts";
import type { ReachedInspector } from "../session/appThere.ts";

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

/**
 * Makes the inspector of a worker on a machine reachable from here, by an address that holds until it is disposed of.
 * @throws HitlessError as `openForward` does.
 */
export async function reachInspector(machine: Machine, url: string, signal: AbortSignal): Promise<ReachedInspector> {
  const address = new URL(url);
  const forward = await openForward(machine, Number(address.port), { signal });
  address.host = `127.0.0.1:${forward.port}`;
  return { url: address.href, dispose: () => forward.dispose() };
}
