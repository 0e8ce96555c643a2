import { isUsable, lookAtMachines, type MachineView } from "../../../client/machines/lookAtMachines.ts";
import { readProjectSettings } from "../../../client/settings/projectSettings.ts";
import type { MachinesOutput } from "../../../shared/cliOutput.ts";
import { helpFlag, jsonFlag } from "../../arguments/commandSpec.ts";
import { exitCodes } from "../../cliContext.ts";
import { type Command, printJson, printLine, say } from "../../command.ts";
import { chooseMachine } from "../../run/machines/findMachine.ts";
import { machineNotes, machinesTable } from "../../show/machinesTable.ts";
import { during } from "../../terminal/progressLine.ts";

export const machinesCommand: Command = {
  spec: {
    name: "machines",
    summary: "List the machines of this project: whether they can be reached, what they have, how busy they are",
    operands: [{ name: "MACHINE", what: "a machine, by its name or as ssh takes it", optional: true }],
    flags: [jsonFlag, helpFlag],
    details: [
      'Machines are named in "machines" of hitless.json, which is in this folder or one above, and in hitless.machines of\n' +
        ".vscode/settings.json. Each is what ssh takes: an alias of your ssh configuration, user@host, ssh://user@host:2222.",
      "Exits with 1 when one of them can't be used. A machine that is only the balancer of a fleet needs no Hitless.",
    ],
    examples: ["hitless machines", "hitless machines web1", "hitless machines --json"],
  },
  async run(context, parsed) {
    const { machines, fleets } = await readProjectSettings(context.cwd);
    const [named] = parsed.operands;
    const chosen = named === undefined ? machines : [chooseMachine(machines, named)];
    const looks = await during(context.stderr, "the machines to answer", lookAtMachines(chosen, fleets));
    if (parsed.has("json")) {
      await printJson(context, looks.map(machineOutput) satisfies MachinesOutput);
    } else if (looks.length === 0) {
      say(context, 'No machine is named here. Add one to hitless.json: { "machines": { "web1": "deploy@web1" } }');
    } else {
      await printLine(context, machinesTable(looks, context.stdout.paint));
      for (const line of looks.flatMap((look) => machineNotes(look, context.stderr.paint))) {
        say(context, line);
      }
    }
    return looks.every(isUsable) ? exitCodes.done : exitCodes.failed;
  },
};

function machineOutput({ machine, there, error, balancerOf }: MachineView): MachinesOutput[number] {
  const { name, ssh } = machine;
  return {
    name,
    ssh,
    reachable: there !== undefined,
    ...(balancerOf !== undefined && { balancerOf: [...balancerOf] }),
    ...(error !== undefined && { error: { code: error.code, message: error.message, detail: [...error.detail] } }),
    ...(there !== undefined && {
      version: there.greeting.version,
      nodeVersion: there.greeting.nodeVersion,
      hostname: there.facts.hostname,
      user: there.facts.user,
      platform: there.facts.platform,
      cores: there.facts.cores,
      ...(there.facts.load !== undefined && { load: there.facts.load }),
      memory: there.facts.memory,
      apps: there.apps,
      roundTripMs: Math.round(there.roundTripMs),
      clockOffsetMs: Math.round(there.clockOffsetMs),
    }),
  };
}
