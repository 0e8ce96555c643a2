import type { CommandSpec, ParsedCommand } from "./arguments/commandSpec.ts";
import type { CliContext } from "./cliContext.ts";

export interface Command {
  readonly spec: CommandSpec;
  /** Resolves with the exit code. */
  run(context: CliContext, parsed: ParsedCommand): Promise<number>;
}

/** Prints one JSON value, for programs. */
export async function printJson(context: CliContext, value: unknown): Promise<void> {
  await context.stdout.write(`${jsonText(value, 2)}\n`);
}

/** JSON without characters that a terminal would interpret. `JSON.stringify` itself escapes only those below 0x20. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(
    /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

export async function printLine(context: CliContext, text: string): Promise<void> {
  await context.stdout.write(`${text}\n`);
}

/** Prints a message to stderr without waiting until earlier ones have been read. */
export function say(context: CliContext, text: string): void {
  void context.stderr.write(`${text}\n`);
}
