import { dirname } from "node:path";
import { answeringHitless, planPreparation, prepareMachine } from "../../../client/machines/machinePreparation.ts";
import { readProjectSettings } from "../../../client/settings/projectSettings.ts";
import type { PrepareOutput } from "../../../shared/cliOutput.ts";
import { helpFlag, jsonFlag } from "../../arguments/commandSpec.ts";
import { usageError } from "../../arguments/parseCommand.ts";
import { exitCodes } from "../../cliContext.ts";
import { type Command, printJson, printLine, say } from "../../command.ts";
import { chooseMachine } from "../../run/machines/findMachine.ts";
import { confirm } from "../../terminal/confirm.ts";
import { during } from "../../terminal/progressLine.ts";
import { byteCount } from "../../terminal/units.ts";

export const prepareCommand: Command = {
  spec: {
    name: "machine prepare",
    summary: "Copy this command line to another machine, into its user's folder",
    operands: [{ name: "MACHINE", what: "a machine, by its name or as ssh takes it" }],
    flags: [
      { name: "yes", help: "Do not ask" },
      { name: "force", help: "Copy it though a Hitless of this version answers" },
      jsonFlag,
      helpFlag,
    ],
    details: [
      "Only where Hitless is missing or speaks another version of the protocol. It asks first, and says where and how much.\n" +
        "The machine needs Node.js 20 or newer. Nothing is installed for others, nothing runs as root, nothing listens.",
    ],
    examples: ["hitless machine prepare web1", "hitless machine prepare web1 --yes"],
  },
  async run(context, parsed) {
    const json = parsed.has("json");
    const { machines } = await readProjectSettings(context.cwd);
    const machine = chooseMachine(machines, parsed.operands[0] ?? "");
    const greeting = await during(context.stderr, `${machine.name} to answer`, answeringHitless(machine));
    if (greeting !== undefined && !parsed.has("force")) {
      const { nodeVersion, version } = greeting;
      const text = `${machine.name} has Hitless ${version} already, on Node.js ${nodeVersion}; there is nothing to do`;
      await (json
        ? printJson(context, { name: machine.name, copied: false, nodeVersion } satisfies PrepareOutput)
        : printLine(context, `${context.stdout.paint("green", "✔")} ${text}`));
      return exitCodes.done;
    }
    const planning = planPreparation(machine, dirname(context.supervisorFile));
    const preparation = await during(context.stderr, `${machine.name} to tell its Node.js`, planning);
    const { standing, bytes } = preparation;
    const { version } = context.identity;
    if (!parsed.has("yes")) {
      if (json || !process.stdin.isTTY) {
        throw usageError("machine prepare", "nobody can be asked here; write --yes to copy without asking");
      }
      const what = `Copy Hitless ${version} (${byteCount(bytes)}) to ${standing.folder} on ${machine.name}? It will run on ${standing.node} (${standing.nodeVersion}).`;
      if (!(await confirm(context.stderr, what))) {
        say(context, "Nothing was copied.");
        return exitCodes.failed;
      }
    }
    const preparing = prepareMachine(preparation, version);
    const greeted = await during(context.stderr, `the files to arrive on ${machine.name}, and it to answer`, preparing);
    const { folder: path, nodeVersion } = standing;
    await (json
      ? printJson(context, { name: machine.name, copied: true, path, bytes, nodeVersion } satisfies PrepareOutput)
      : printLine(
          context,
          `${context.stdout.paint("green", "✔")} ${machine.name} has Hitless ${greeted.version} in ${path} now, on Node.js ${nodeVersion}`,
        ));
    return exitCodes.done;
  },
};
