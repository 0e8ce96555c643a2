import { toHitlessError } from "../../../shared/errors.ts";
import type { CommandSpec, ParsedCommand } from "../../arguments/commandSpec.ts";
import { usageError } from "../../arguments/parseCommand.ts";
import { type CliContext, exitCodeOfSignal, type StopSignal } from "../../cliContext.ts";
import { onStopSignal } from "../interrupts.ts";
import { connectToMachine } from "./findMachine.ts";

/** Milliseconds for an app to come up on another machine; its own time-outs are shorter. */
const startDeadlineMs = 600_000;

/** Starts an app on another machine; see `runThere`. */
export async function startThere(context: CliContext, spec: CommandSpec, parsed: ParsedCommand): Promise<number> {
  if (!parsed.has("detach") && !parsed.has("explain")) {
    throw usageError(spec.name, "--on needs --detach: an app on another machine does not end with this terminal");
  }
  return runThere(context, spec, parsed);
}

/**
 * Runs the same command on another machine, by the Hitless there, and passes on what it says. Paths are those of that
 * machine, and relative ones begin at its user's home folder.
 * @returns Its exit code.
 */
export async function runThere(context: CliContext, spec: CommandSpec, parsed: ParsedCommand): Promise<number> {
  const connection = await connectToMachine(context, parsed.value("on") ?? "");
  const cancelling = new AbortController();
  let first: StopSignal | undefined;
  const signals = onStopSignal((signal) => {
    first ??= signal;
    cancelling.abort();
  });
  try {
    const { code } = await connection.run([spec.name, ...wordsOf(spec, parsed)], {
      itself: true,
      deadlineMs: startDeadlineMs,
      signal: cancelling.signal,
      onOutput: (stream, text) => void context[stream].write(text),
    });
    return code;
  } catch (error) {
    if (first !== undefined && toHitlessError(error).code === "cancelled") {
      return exitCodeOfSignal(first);
    }
    throw error;
  } finally {
    signals.dispose();
  }
}

/** The words that were parsed, but for the machine. */
function wordsOf({ flags }: CommandSpec, parsed: ParsedCommand): string[] {
  const given = flags.filter(({ name }) => name !== "on" && parsed.has(name));
  const words = given.flatMap(({ name, value }) =>
    value === undefined ? [`--${name}`] : parsed.values(name).map((one) => `--${name}=${one}`),
  );
  return [...words, ...parsed.operands, ...(parsed.appArgs.length > 0 ? ["--", ...parsed.appArgs] : [])];
}
