import { toHitlessError } from "../../../shared/errors.ts";
import { type CliContext, exitCodes } from "../../cliContext.ts";
import { say } from "../../command.ts";
import { errorText } from "../../show/statusTexts.ts";
import { count } from "../../terminal/units.ts";
import type { ChosenApp } from "../planStart.ts";
import { startApp } from "./startApp.ts";

/** An app of several; its settings are looked at when its turn has come. */
export interface NamedApp {
  readonly name: string;
  /** @throws HitlessError when something is wrong with it. */
  choose(): Promise<ChosenApp>;
}

/** Exit codes from here on mean that a signal ended the start. */
const firstSignalCode = 129;

/**
 * Starts several apps one after the other, which run on without this terminal. One that can't be started does not keep
 * the others from it, and one that runs already stays as it is. Returns the exit code: 1 when not all of them run.
 */
export async function startSeveral(context: CliContext, apps: readonly NamedApp[]): Promise<number> {
  const failed: string[] = [];
  for (const [index, { name, choose }] of apps.entries()) {
    const { paint } = context.stderr;
    say(context, `${paint("bold", name)} (${index + 1} of ${apps.length})`);
    try {
      const code = await startApp(context, await choose(), { detach: true, json: false });
      if (code >= firstSignalCode) {
        const left = apps.slice(index).map((app) => app.name);
        say(context, `Not started: ${left.join(", ")}. ${runsOn(apps.slice(0, index), failed)}`);
        return code;
      }
      failed.push(...(code === exitCodes.done ? [] : [name]));
    } catch (thrown) {
      const error = toHitlessError(thrown);
      if (error.code === "appAlreadyRunning") {
        say(context, `${name} runs already (see: hitless status ${name})`);
      } else {
        failed.push(name);
        say(context, errorText(error, paint));
      }
    }
  }
  if (failed.length > 0) {
    say(context, `${failed.length} of ${count(apps.length, "app")} could not be started: ${failed.join(", ")}`);
    return exitCodes.failed;
  }
  say(
    context,
    `${count(apps.length, "app")} started; they need this terminal no more (see: hitless list, hitless stop NAME…)`,
  );
  return exitCodes.done;
}

function runsOn(started: readonly NamedApp[], failed: readonly string[]): string {
  const names = started.map(({ name }) => name).filter((name) => !failed.includes(name));
  return names.length === 0 ? "Nothing was started." : `Running on: ${names.join(", ")}.`;
}
