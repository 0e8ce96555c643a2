import type { RenewalKind } from "../../../shared/snapshot.ts";
import type { ParsedCommand } from "../../arguments/commandSpec.ts";
import { type CliContext, exitCodes } from "../../cliContext.ts";
import { say } from "../../command.ts";
import { findingLines } from "../../show/pm2Text.ts";
import { awaitRenewal } from "../awaitRenewal.ts";
import { connectTo, type Place } from "../findApp.ts";
import { planStart } from "../planStart.ts";
import { environmentName, readPm2Operand, recipeOfPm2App } from "../pm2/pm2Operand.ts";
import { startApp } from "../start/startApp.ts";
import { forEachNamed, restsUntilItsTime } from "./forEachApp.ts";

/**
 * Renews the apps of a pm2 file by what it says now, one after the other, and starts those that do not run, as
 * `pm2 reload FILE` does. Returns the exit code.
 */
export async function renewPm2File(
  context: CliContext,
  place: Place,
  { file, kind, parsed }: { readonly file: string; readonly kind: RenewalKind; readonly parsed: ParsedCommand },
): Promise<number> {
  const { name } = environmentName(parsed);
  const read = await readPm2Operand(context, file, { only: parsed.value("only"), name });
  for (const line of findingLines(read.findings)) {
    say(context, line);
  }
  const running = await place.list();
  const apps = read.apps.filter(({ autostart, name: app }) => autostart || running.some((one) => one.name === app));
  return forEachNamed(context, apps, async (app) => {
    const recipe = recipeOfPm2App(app, read, context.cwd);
    const endpoint = running.find((one) => one.name === app.name);
    if (endpoint === undefined) {
      return startApp(context, recipe, { detach: true, json: false });
    }
    const plan = await planStart(context, recipe);
    const client = await connectTo(context, place, endpoint);
    try {
      const resting = restsUntilItsTime(client.snapshot);
      if (resting !== undefined) {
        say(context, `${resting}; for what the file says now: hitless stop, then start`);
        return exitCodes.done;
      }
      const params = { kind, recipe: plan.recipe, origin: plan.origin };
      return await awaitRenewal(context, client, {
        request: (signal) => client.request("app/renew", params, { signal }),
        json: false,
      });
    } finally {
      client.dispose();
    }
  });
}

/** The names of the apps in a pm2 file, of those that run. */
export async function runningOfPm2File(
  context: CliContext,
  { list }: Place,
  { file, parsed }: { readonly file: string; readonly parsed: ParsedCommand },
): Promise<Awaited<ReturnType<Place["list"]>>> {
  const { apps } = await readPm2Operand(context, file, { only: parsed.value("only"), name: undefined });
  return (await list()).filter((endpoint) => apps.some(({ name }) => name === endpoint.name));
}
