import { writeFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { findPm2File, type Pm2Import, planPm2Import } from "../../../client/pm2/importPm2File.ts";
import { HitlessError } from "../../../shared/errors.ts";
import type { ImportOutput } from "../../../shared/output/importOutput.ts";
import { helpFlag, jsonFlag, type ParsedCommand } from "../../arguments/commandSpec.ts";
import { usageError } from "../../arguments/parseCommand.ts";
import { type CliContext, exitCodes } from "../../cliContext.ts";
import { type Command, printJson, printLine, say } from "../../command.ts";
import { onlyFlag, pm2ReadingOptions } from "../../run/pm2/pm2Operand.ts";
import { findingLines } from "../../show/pm2Text.ts";
import { confirm } from "../../terminal/confirm.ts";
import { lineDiff } from "../../terminal/lineDiff.ts";
import { during } from "../../terminal/progressLine.ts";
import { count } from "../../terminal/units.ts";

export const importCommand: Command = {
  spec: {
    name: "import",
    summary: "Write the apps of a pm2 file into hitless.json, the difference first",
    operands: [{ name: "FILE", what: "a pm2 file, such as ecosystem.config.js", optional: true }],
    flags: [
      onlyFlag,
      { name: "env", value: "NAME", help: "Take the env_NAME of the apps" },
      { name: "yes", help: "Do not ask" },
      { name: "dry-run", help: "Show the difference, and write nothing" },
      jsonFlag,
      helpFlag,
    ],
    details: [
      "Without FILE it is the ecosystem.config.js of this folder, or its like. It says of every option of every app what becomes\n" +
        "of it, shows what would change in hitless.json of this folder, and asks before it writes. What else is in hitless.json\n" +
        "stays. An app that Hitless can't start is not written. See docs/from-pm2.md.",
    ],
    examples: ["hitless import", "hitless import ecosystem.config.js --env production", "hitless import --dry-run"],
  },
  async run(context, parsed) {
    const [written] = parsed.operands;
    const file = written === undefined ? await findPm2File(context.cwd) : resolve(context.cwd, written);
    if (file === undefined) {
      throw new HitlessError(
        "badConfig",
        `There is no ecosystem.config.js or its like in ${context.cwd}. Name the file.`,
      );
    }
    const names = { only: parsed.value("only"), name: parsed.value("env") };
    const options = await pm2ReadingOptions(context, names);
    const plan = await during(context.stderr, `${file} to say what is in it`, planPm2Import(file, options));
    return parsed.has("json") ? writeForPrograms(context, parsed, plan) : showAndWrite(context, parsed, plan);
  },
};

async function showAndWrite(context: CliContext, parsed: ParsedCommand, plan: Pm2Import): Promise<number> {
  const { stderr, stdout } = context;
  for (const line of findingLines(plan.findings)) {
    say(context, line);
  }
  for (const { name, problems, findings } of plan.apps) {
    say(context, stderr.paint("bold", name));
    for (const problem of problems) {
      say(context, `  ${stderr.paint("red", "✖")} ${problem}`);
    }
    for (const line of findingLines(findings)) {
      say(context, line);
    }
  }
  const left = leftOf(plan);
  const imported = plan.apps.length - left.length;
  if (imported === 0) {
    say(context, "None of the apps can be started by Hitless, so nothing is written.");
    return exitCodes.failed;
  }
  const difference = lineDiff(plan.before ?? "", plan.after, stdout.paint);
  if (difference.length === 0) {
    await printLine(context, `${stdout.paint("green", "✔")} ${plan.file} says all that already`);
    return exitCodes.done;
  }
  for (const line of [`${plan.before === undefined ? "new file" : "changes in"} ${plan.file}`, ...difference]) {
    await printLine(context, line);
  }
  if (parsed.has("dry-run")) {
    return exitCodes.done;
  }
  if (!parsed.has("yes")) {
    if (!process.stdin.isTTY) {
      throw usageError(
        "import",
        "nobody can be asked here, and nothing was written; write --yes to write without asking",
      );
    }
    if (!(await confirm(stderr, `Write this into ${plan.file}?`))) {
      say(context, "Nothing was written.");
      return exitCodes.failed;
    }
  }
  await write(plan);
  const rest = left.length === 0 ? "" : `; not in it: ${left.join(", ")}`;
  await printLine(
    context,
    `${stdout.paint("green", "✔")} ${basename(plan.file)} has ${count(imported, "app")} of it now${rest} (start them with: hitless start --all)`,
  );
  return exitCodes.done;
}

async function writeForPrograms(context: CliContext, parsed: ParsedCommand, plan: Pm2Import): Promise<number> {
  const isWritten = parsed.has("yes") && !parsed.has("dry-run") && leftOf(plan).length < plan.apps.length;
  if (isWritten) {
    await write(plan);
  }
  const { file, after, findings } = plan;
  const apps = plan.apps.map(({ name, config, problems, findings: ofApp }) => ({
    name,
    ...(config !== undefined && { config }),
    problems: [...problems],
    findings: [...ofApp],
  }));
  await printJson(context, { file, written: isWritten, after, findings: [...findings], apps } satisfies ImportOutput);
  return exitCodes.done;
}

function leftOf({ apps }: Pm2Import): string[] {
  return apps.filter(({ config }) => config === undefined).map(({ name }) => name);
}

async function write({ file, after }: Pm2Import): Promise<void> {
  try {
    await writeFile(file, after);
  } catch (error) {
    throw new HitlessError("badConfig", `${file} can't be written: ${error instanceof Error ? error.message : error}.`);
  }
}
