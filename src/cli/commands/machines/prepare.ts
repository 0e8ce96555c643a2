import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { commandLineBundles } from "../../../client/machines/commandLineBundles.ts";
import { MachineConnection } from "../../../client/machines/machineConnection.ts";
import { copyToMachine, probeForPrepare } from "../../../client/machines/prepareMachine.ts";
import type { Machine } from "../../../client/machines/sshMachine.ts";
import { readProjectSettings } from "../../../client/settings/projectSettings.ts";
import type { PrepareOutput } from "../../../shared/cliOutput.ts";
import { HitlessError, toHitlessError } from "../../../shared/errors.ts";
import type { Greeting } from "../../../shared/machines/machineProtocol.ts";
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
    const greeting = await during(context.stderr, `${machine.name} to answer`, greetingOf(machine));
    if (greeting !== undefined && !parsed.has("force")) {
      const { nodeVersion, version } = greeting;
      const text = `${machine.name} has Hitless ${version} already, on Node.js ${nodeVersion}; there is nothing to do`;
      await (json
        ? printJson(context, { name: machine.name, copied: false, nodeVersion } satisfies PrepareOutput)
        : printLine(context, `${context.stdout.paint("green", "✔")} ${text}`));
      return exitCodes.done;
    }
    refuseOwn(machine);
    const files = commandLineBundles.map((name) => join(dirname(context.supervisorFile), name));
    const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    const standing = await during(context.stderr, `${machine.name} to tell its Node.js`, probeForPrepare(machine));
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
    await during(context.stderr, `the files to arrive on ${machine.name}`, copyToMachine(machine, files, version));
    const connection = await during(context.stderr, `${machine.name} to answer`, MachineConnection.open(machine));
    connection.dispose();
    const { folder: path, nodeVersion } = standing;
    await (json
      ? printJson(context, { name: machine.name, copied: true, path, bytes, nodeVersion } satisfies PrepareOutput)
      : printLine(
          context,
          `${context.stdout.paint("green", "✔")} ${machine.name} has Hitless ${connection.greeting.version} in ${path} now, on Node.js ${nodeVersion}`,
        ));
    return exitCodes.done;
  },
};

/** What answers there; `undefined` where Hitless is missing or speaks another version. */
async function greetingOf(machine: Machine): Promise<Greeting | undefined> {
  try {
    const connection = await MachineConnection.open(machine);
    connection.dispose();
    return connection.greeting;
  } catch (thrown) {
    const error = toHitlessError(thrown);
    if (error.code === "hitlessMissing" || error.code === "protocolMismatch") {
      return undefined;
    }
    throw error;
  }
}

/** What a person has put there, and named, is not overruled. */
function refuseOwn({ name, hitless }: Machine): void {
  if (hitless !== undefined) {
    throw new HitlessError(
      "badConfig",
      `${name} runs ${hitless}, as its "hitless" in the settings says. Leave that out, or put a Hitless of this version there.`,
    );
  }
}
