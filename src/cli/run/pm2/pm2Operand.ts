import { resolve } from "node:path";
import { resolveNodeToStart } from "../../../client/node/nodeProgram.ts";
import type { Pm2App } from "../../../client/pm2/pm2App.ts";
import { type Pm2File, type Pm2FileOptions, understandPm2File } from "../../../client/pm2/pm2File.ts";
import { isPm2FileName, pm2ReaderBeside } from "../../../client/pm2/readPm2File.ts";
import { isFile } from "../../../client/project/resolveScript.ts";
import { HitlessError } from "../../../shared/errors.ts";
import type { FlagSpec, ParsedCommand } from "../../arguments/commandSpec.ts";
import type { CliContext } from "../../cliContext.ts";
import { differenceLines } from "../../show/pm2Text.ts";
import { during } from "../../terminal/progressLine.ts";
import type { RecipeApp } from "../planStart.ts";

/** Of commands that take a pm2 file. */
export const onlyFlag: FlagSpec = {
  name: "only",
  value: "NAMES",
  help: "Of a pm2 file: only these apps, with commas between",
};

/**
 * The pm2 file that is the only operand of a command, absolute; `undefined` if it is something else.
 * @throws HitlessError `usage` with `--on`.
 */
export async function pm2Operand({ cwd }: CliContext, parsed: ParsedCommand): Promise<string | undefined> {
  const [written, ...others] = parsed.operands;
  if (written === undefined || others.length > 0 || !isPm2FileName(written)) {
    return undefined;
  }
  const file = resolve(cwd, written);
  if (!(await isFile(file))) {
    return undefined;
  }
  if (parsed.has("on")) {
    throw new HitlessError("usage", `${written} is a file of this machine; with --on name the apps.`);
  }
  return file;
}

/** Splits `--env production`, which is meant for the file, from `--env K=V`. */
export function environmentName(parsed: ParsedCommand): {
  readonly name: string | undefined;
  readonly rest: ParsedCommand;
} {
  const values = parsed.values("env");
  const names = values.filter((value) => !value.includes("="));
  const others = values.filter((value) => value.includes("="));
  return {
    name: names.at(-1),
    rest: {
      ...parsed,
      has: (flag) => (flag === "env" ? others.length > 0 : parsed.has(flag)),
      value: (flag) => (flag === "env" ? others.at(-1) : parsed.value(flag)),
      values: (flag) => (flag === "env" ? others : parsed.values(flag)),
    },
  };
}

/** How a pm2 file is read: as it would be by pm2 in the folder of the command. */
export async function pm2ReadingOptions(
  { cwd: folder, environment, stderr, supervisorFile }: CliContext,
  { only, name }: { readonly only: string | undefined; readonly name: string | undefined },
): Promise<Pm2FileOptions> {
  const node = await during(stderr, "Node.js to tell its version", resolveNodeToStart({ cwd: folder }));
  return {
    folder,
    environment,
    reader: pm2ReaderBeside(supervisorFile),
    node: node.path,
    envName: name,
    only: only?.split(/[\s,]+/).filter((each) => each !== ""),
  };
}

/**
 * Reads a pm2 file as it would be in the folder of the command.
 * @throws HitlessError, whatever is wrong with it.
 */
export async function readPm2Operand(
  context: CliContext,
  file: string,
  names: { readonly only: string | undefined; readonly name: string | undefined },
): Promise<Pm2File> {
  const options = await pm2ReadingOptions(context, names);
  return during(context.stderr, `${file} to say what is in it`, understandPm2File(file, options));
}

/**
 * How an app of a pm2 file is started.
 * @throws HitlessError `badConfig`, which says why it can't be.
 */
export function recipeOfPm2App(app: Pm2App, { variables }: Pm2File, folder: string): RecipeApp {
  const { config, problems } = app;
  if (config === undefined) {
    throw new HitlessError("badConfig", problems.map((problem) => `${app.name}: ${problem}.`).join("\n"));
  }
  const env = { ...variables, ...config.env };
  return {
    kind: "recipe",
    config: { ...config, ...(Object.keys(env).length > 0 && { env }) },
    folder,
    remarks: differenceLines(app),
    ...(app.mayBeNoServer === true && { mayBeNoServer: true }),
  };
}
