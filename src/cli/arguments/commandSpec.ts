export interface FlagSpec {
  /** Without the dashes. */
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** Placeholder of its value in the help; absent for a flag without value. */
  readonly value?: string;
  /** All that its value may be, where they are a few words. */
  readonly words?: readonly string[];
  readonly repeatable?: boolean;
  /** Whether its value may begin with a dash when it is the next word. */
  readonly dashValue?: boolean;
  /** Heading of the help under which it is listed; default: "Flags". */
  readonly group?: string;
  readonly help: string;
}

/** The operands and flags of a command; its help is made from it. */
export interface CommandSpec {
  readonly name: string;
  readonly summary: string;
  /** What follows the name, such as `NAME N`. */
  readonly operands: readonly OperandSpec[];
  /** The flags without which it can't be called, as the help writes them behind the operands: `--worker ID`. */
  readonly needs?: string;
  /** Whether words after `--` belong to the app. */
  readonly takesAppArgs?: boolean;
  readonly flags: readonly FlagSpec[];
  /** Paragraphs below the summary. */
  readonly details?: readonly string[];
  readonly examples: readonly string[];
}

interface OperandSpec {
  /** As in the help, such as `NAME`. */
  readonly name: string;
  /** What is expected, for the error when it is missing. */
  readonly what: string;
  readonly optional?: boolean;
  /** Whether it may be given again; only the last one may. */
  readonly several?: boolean;
}

/** The arguments of a command as the user gave them. */
export interface ParsedCommand {
  readonly operands: readonly string[];
  /** The words after `--`. */
  readonly appArgs: readonly string[];
  has(flag: string): boolean;
  /** The value of a flag; `undefined` if it was not given. */
  value(flag: string): string | undefined;
  /** All values of a repeatable flag. */
  values(flag: string): readonly string[];
}

export const jsonFlag: FlagSpec = { name: "json", help: "Print JSON for programs (shapes: docs/cli.md)" };
/** Of commands that take several apps. */
export const allFlag: FlagSpec = { name: "all", help: "All apps that run (see: hitless list), one after the other" };
export const onFlag: FlagSpec = {
  name: "on",
  value: "MACHINE",
  help: "On another machine, over ssh (see: hitless machines)",
};
export const helpFlag: FlagSpec = { name: "help", short: "h", help: "Show this help" };
