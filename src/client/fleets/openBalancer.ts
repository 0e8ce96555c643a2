import type { Disposable } from "../../shared/basics/disposable.ts";
import type { Balancer } from "../balancers/balancer.ts";
import { MachineConnection } from "../machines/machineConnection.ts";
import type { RunCommand } from "../machines/runCommand.ts";
import type { Machine } from "../machines/sshMachine.ts";
import type { Fleet, ProjectSettings } from "../settings/projectSettings.ts";
import { balancerOf, balancerRun } from "./fleetBalancer.ts";

/** A fleet's balancer; its machine is connected with the first command. Disposing closes that connection. */
export interface OpenedBalancer extends Disposable {
  readonly balancer: Balancer;
  readonly run: RunCommand;
}

export function openBalancer(fleet: Fleet, settings: ProjectSettings, machines: readonly Machine[]): OpenedBalancer {
  const opened: MachineConnection[] = [];
  const machine = settings.machines.find(({ name }) => name === fleet.balancer?.machine);
  const run = balancerRun(machine, async (there) => {
    const connection = await MachineConnection.open(there);
    opened.push(connection);
    return connection;
  });
  return {
    balancer: balancerOf(fleet, machines, run),
    run,
    dispose() {
      for (const connection of opened) {
        connection.dispose();
      }
    },
  };
}
