import type { CommandSpec, ParsedCommand } from "./arguments/commandSpec.ts";
import type { CliContext } from "./cliContext.ts";

export interface Command {
  readonly spec: CommandSpec;
  /** Resolves with the exit code. */
  run(context: CliContext, parsed: ParsedCommand): Promise<number>;
}

/** Prints one JSON value, for programs. */
export async function printJson(context: CliContext, value: unknown): Promise<void> {
  await context.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
}

export async function printLine(context: CliContext, text: string): Promise<void> {
  await context.stdout.write(`${text}\n`);
}

/** Says something to the person on stderr; what was said before need not have been read. */
export function say(context: CliContext, text: string): void {
  void context.stderr.write(`${text}\n`);
}
