import { fitsGlob, isGlob } from "../../../client/globs.ts";
import { withFlags } from "../../../client/recipe/rereadRecipe.ts";
import { HitlessError } from "../../../shared/errors.ts";
import type { ParsedCommand } from "../../arguments/commandSpec.ts";
import { usageError } from "../../arguments/parseCommand.ts";
import type { CliContext } from "../../cliContext.ts";
import { findingLines } from "../../show/pm2Text.ts";
import { configuredApps } from "../configuredApps.ts";
import { type ChosenApp, chooseApp, flagsOfStart, recipeOfConfigured } from "../planStart.ts";
import { environmentName, pm2Operand, readPm2Operand, recipeOfPm2App } from "../pm2/pm2Operand.ts";
import type { NamedApp } from "./startSeveral.ts";

/** What a start is about: one app, or several, which are started without this terminal. */
export type ChosenApps = (
  | { readonly kind: "one"; readonly app: ChosenApp }
  | { readonly kind: "several"; readonly apps: readonly NamedApp[] }
) & {
  /** What the person should know of the file that names them: lines. */
  readonly remarks?: readonly string[];
};

/** What can't be the same for several apps. */
const ofOne = ["name", "cwd", "health-port"];

/** Resolves the operands: nothing, a file, names or patterns of names of the project's apps; or all of them. */
export async function chooseApps(context: CliContext, parsed: ParsedCommand): Promise<ChosenApps> {
  const { operands } = parsed;
  const all = parsed.has("all");
  if (all && operands.length > 0) {
    throw usageError("start", `--all starts every app of the project; leave "${operands.join(" ")}" out`);
  }
  const file = await pm2Operand(context, parsed);
  if (file !== undefined) {
    return choosePm2Apps(context, parsed, file);
  }
  if (parsed.has("only")) {
    throw usageError("start", "--only is for a pm2 file; name the apps instead");
  }
  if (!all && operands.length <= 1 && !operands.some(isGlob)) {
    return { kind: "one", app: await chooseApp(context, parsed) };
  }
  const known = await configuredApps(context.cwd);
  const named = (name: string) => known.filter((app) => (isGlob(name) ? fitsGlob(name, app.name) : app.name === name));
  const missing = operands.find((operand) => named(operand).length === 0);
  if (missing !== undefined || known.length === 0) {
    const [first = ""] = operands;
    if (operands.length > 1 && !isGlob(first) && named(first).length === 0) {
      // What follows a file is meant for the app.
      await chooseApp(context, parsed, [first]);
      const extra = operands[1] ?? "";
      throw usageError(
        "start",
        `unexpected argument "${extra}"; arguments for the app come after --, as in: -- ${extra}`,
      );
    }
    const names = known.map(({ name }) => name).join(", ");
    const there =
      known.length === 0
        ? 'There is no "apps" in hitless.json or hitless.apps in .vscode/settings.json here.'
        : `There are: ${names}.`;
    const problem = missing === undefined ? "" : `No app ${isGlob(missing) ? "fits" : "is called"} "${missing}". `;
    throw new HitlessError("entryNotFound", `${problem}${there}`);
  }
  const flags = flagsOfStart(parsed);
  requireNothingOfOne(parsed);
  const chosen = all ? known : known.filter((app) => operands.some((operand) => named(operand).includes(app)));
  return {
    kind: "several",
    apps: chosen.map((app) => ({
      name: app.name,
      choose: () => Promise.resolve().then(() => recipeOfConfigured(app, flags)),
    })),
  };
}

/** The apps of a pm2 file; those that pm2 would not start with it only where they are named. */
async function choosePm2Apps(context: CliContext, parsed: ParsedCommand, file: string): Promise<ChosenApps> {
  const { name, rest } = environmentName(parsed);
  const read = await readPm2Operand(context, file, { only: parsed.value("only"), name });
  const apps = read.apps.filter(({ autostart }) => autostart || parsed.has("only"));
  const left = read.apps.filter((app) => !apps.includes(app)).map((app) => app.name);
  const remarks = [
    ...findingLines(read.findings),
    ...(left.length === 0 ? [] : [`  ${left.join(", ")} · not started: autostart is false (start them with --only)`]),
  ];
  const flags = flagsOfStart(rest);
  const chosen = apps.map((app) => ({
    name: app.name,
    choose: async () => {
      const recipe = recipeOfPm2App(app, read, context.cwd);
      return { ...recipe, config: withFlags(recipe.config, flags) };
    },
  }));
  const [only, ...others] = chosen;
  if (only === undefined) {
    throw new HitlessError(
      "entryNotFound",
      `No app of ${file} is started with it: autostart is false. Name one with --only.`,
    );
  }
  if (others.length === 0) {
    return { kind: "one", app: await only.choose(), remarks };
  }
  requireNothingOfOne(rest);
  return { kind: "several", apps: chosen, remarks };
}

function requireNothingOfOne(parsed: ParsedCommand): void {
  const single = ofOne.find((flag) => parsed.has(flag)) ?? (parsed.appArgs.length > 0 ? "" : undefined);
  if (single !== undefined) {
    throw usageError("start", `--${single} is for one app; write it into hitless.json`);
  }
}
