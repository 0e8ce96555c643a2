import * as v from "valibot";
import { MachineConnection } from "../../../client/machines/machineConnection.ts";
import type { Machine } from "../../../client/machines/sshMachine.ts";
import { readProjectSettings } from "../../../client/settings/projectSettings.ts";
import { HitlessError, toHitlessError } from "../../../shared/errors.ts";
import { destinationSchema } from "../../../shared/settings/machineSettings.ts";
import { nearest } from "../../../shared/text/suggestion.ts";
import { usageError } from "../../arguments/parseCommand.ts";
import type { CliContext } from "../../cliContext.ts";
import { during } from "../../terminal/progressLine.ts";

/** Connects to the machine that the user names; the connection is closed with the command. */
export async function connectToMachine(context: CliContext, name: string): Promise<MachineConnection> {
  const { machines } = await readProjectSettings(context.cwd);
  const machine = chooseMachine(machines, name);
  try {
    const connection = await during(context.stderr, `${name} to answer`, MachineConnection.open(machine));
    context.atEnd.push(connection);
    return connection;
  } catch (thrown) {
    const error = toHitlessError(thrown);
    // A name that is none of the project's is mistyped more often than it is a host without a name server.
    if (error.code === "machineUnreachable" && !machines.includes(machine)) {
      throw new HitlessError(error.code, `${error.message}\n${unknownText(machines, name)}`, {
        detail: error.detail,
        cause: error,
      });
    }
    throw error;
  }
}

/** A machine of the project, or else the destination of ssh itself. */
export function chooseMachine(machines: readonly Machine[], name: string): Machine {
  const known = machines.find((machine) => machine.name === name);
  if (known !== undefined) {
    return known;
  }
  const destination = v.safeParse(destinationSchema, name);
  if (!destination.success) {
    throw usageError("--on", `MACHINE ${destination.issues[0].message}, not "${name}"`);
  }
  return { name, ssh: name };
}

function unknownText(machines: readonly Machine[], name: string): string {
  const names = machines.map((machine) => machine.name);
  if (names.length === 0) {
    return `No machine is called "${name}" here: there is no "machines" in hitless.json or hitless.machines in .vscode/settings.json.`;
  }
  const meant = nearest(name, names);
  return `No machine is called "${name}" here. ${meant === undefined ? `There are: ${names.join(", ")}.` : `Did you mean "${meant}"?`}`;
}
