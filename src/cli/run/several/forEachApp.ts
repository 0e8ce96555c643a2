import { toHitlessError } from "../../../shared/errors.ts";
import type { Endpoint } from "../../../shared/launch.ts";
import type { Snapshot } from "../../../shared/snapshot.ts";
import type { ParsedCommand } from "../../arguments/commandSpec.ts";
import { usageError } from "../../arguments/parseCommand.ts";
import { type CliContext, exitCodes } from "../../cliContext.ts";
import { say } from "../../command.ts";
import { errorText, finishedText } from "../../show/statusTexts.ts";
import { isAboutOne } from "../findApp.ts";

/** Exit codes from here on mean that a signal ended the command. */
const firstSignalCode = 129;

/**
 * Whether a command is about one app that was named, and not by a file with several.
 * @throws HitlessError `usage` when it is about several and is asked for what only one can have.
 */
export function oneApp(command: string, parsed: ParsedCommand, isFile = false): boolean {
  const one = !isFile && isAboutOne(parsed);
  const single = ["json", "worker"].find((flag) => parsed.has(flag));
  if (!one && single !== undefined) {
    throw usageError(command, `--${single} is for one app`);
  }
  return one;
}

/** What is said of a job in place of a renewal while nothing of it runs, though all is well; `undefined` of other apps. */
export function restsUntilItsTime({ app }: Snapshot): string | undefined {
  const { name, state, finished, schedule } = app;
  return state === "stopped" && finished && schedule !== undefined ? finishedText(name, schedule) : undefined;
}

/**
 * Does something with each app in turn; what goes wrong with one of several keeps the others from nothing. Returns the
 * exit code: that of the only one, else 1 when one of them failed.
 */
export async function forEachApp(
  context: CliContext,
  endpoints: readonly Endpoint[],
  one: boolean,
  act: (endpoint: Endpoint) => Promise<number>,
): Promise<number> {
  const [only] = endpoints;
  if (one && only !== undefined) {
    return act(only);
  }
  return forEachNamed(context, endpoints, act);
}

/** The same for whatever has a name. */
export async function forEachNamed<Named extends { readonly name: string }>(
  context: CliContext,
  named: readonly Named[],
  act: (one: Named) => Promise<number>,
): Promise<number> {
  const failed: string[] = [];
  for (const one of named) {
    try {
      const code = await act(one);
      if (code >= firstSignalCode) {
        return code;
      }
      failed.push(...(code === exitCodes.done ? [] : [one.name]));
    } catch (thrown) {
      failed.push(one.name);
      say(context, `${one.name}: ${errorText(toHitlessError(thrown), context.stderr.paint)}`);
    }
  }
  if (failed.length > 0) {
    say(context, `${failed.length} of ${named.length} failed: ${failed.join(", ")}`);
  }
  return failed.length === 0 ? exitCodes.done : exitCodes.failed;
}
