import type { Disposable } from "../../shared/basics/disposable.ts";
import type { Balancer } from "../balancers/balancer.ts";
import { MachineConnection } from "../machines/machineConnection.ts";
import type { RunCommand } from "../machines/runCommand.ts";
import type { Machine } from "../machines/sshMachine.ts";
import type { Fleet, ProjectSettings } from "../settings/projectSettings.ts";
import { balancerOf, balancerRun } from "./fleetBalancer.ts";

/** Milliseconds for the machine of the balancer to write that down. */
const guardMs = 10_000;

/** A fleet's balancer; its machine is connected with the first command. Disposing closes that connection. */
export interface OpenedBalancer extends Disposable {
  readonly balancer: Balancer;
  readonly run: RunCommand;
  /** Tells the balancer's machine, where it has Hitless, what it is to put back when this connection dies. Never rejects. */
  guard(machine: string, out: boolean): Promise<void>;
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
    async guard(name, out) {
      const [connection] = opened;
      if (connection !== undefined && fleet.balancer !== undefined) {
        const params = { balancer: fleet.balancer, machine: name, out };
        // An older Hitless knows none; the next command puts it back then.
        await connection.request("guard", params, guardMs).catch(() => undefined);
      }
    },
    dispose() {
      for (const connection of opened) {
        connection.dispose();
      }
    },
  };
}
