import { parseArgs } from "node:util";
import { HitlessError } from "../../shared/errors.ts";
import { nearest } from "../../shared/text/suggestion.ts";
import type { CommandSpec, FlagSpec, ParsedCommand } from "./commandSpec.ts";

/**
 * Parses the words after the command's name. Node's own strict mode is not used: its messages name neither the command
 * nor the fix, and it would refuse `--node-arg --enable-source-maps`.
 * @throws HitlessError `usage`, which names the flag or the word and the fix.
 */
export function parseCommand(spec: CommandSpec, words: readonly string[]): ParsedCommand {
  const fail = (problem: string): never => {
    throw usageError(spec.name, problem);
  };
  const flags = new Map(spec.flags.map((flag) => [flag.name, flag]));
  const { tokens } = parseArgs({
    args: [...words],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: Object.fromEntries(spec.flags.map((flag) => [flag.name, optionOf(flag)])),
  });
  const given = new Map<string, string[]>();
  const operands: string[] = [];
  const appArgs: string[] = [];
  let terminated = false;
  for (const token of tokens) {
    if (token.kind === "option-terminator") {
      terminated = true;
    } else if (token.kind === "positional") {
      (terminated ? appArgs : operands).push(token.value);
    } else {
      const flag = flags.get(token.name) ?? fail(unknownFlag(token.rawName, [...flags.keys()]));
      const value = checkValue(flag, token.rawName, token.value, token.inlineValue ?? false, fail);
      const before = given.get(flag.name);
      if (before !== undefined && flag.value !== undefined && flag.repeatable !== true) {
        fail(`${token.rawName} is given twice; give it once`);
      }
      given.set(flag.name, [...(before ?? []), value]);
    }
  }
  if (!given.has("help")) {
    checkOperands(spec, operands, appArgs, fail);
  }
  return {
    operands,
    appArgs,
    has: (flag) => given.has(flag),
    value: (flag) => given.get(flag)?.at(-1),
    values: (flag) => given.get(flag) ?? [],
  };
}

export function usageError(command: string, problem: string): HitlessError {
  return new HitlessError(
    "usage",
    `hitless ${command}: ${problem}${problem.endsWith("?") ? "" : "."}\nSee: hitless ${command} --help`,
  );
}

type Fail = (problem: string) => never;

function optionOf(flag: FlagSpec): { type: "string" | "boolean"; short?: string } {
  return {
    type: flag.value === undefined ? "boolean" : "string",
    ...(flag.short === undefined ? {} : { short: flag.short }),
  };
}

function unknownFlag(written: string, known: readonly string[]): string {
  const meant = nearest(written.replace(/^-+/, ""), known);
  return `there is no flag ${written}${meant === undefined ? "" : `; did you mean --${meant}?`}`;
}

function checkValue(flag: FlagSpec, written: string, value: string | undefined, inline: boolean, fail: Fail): string {
  if (flag.value === undefined) {
    return value === undefined ? "" : fail(`${written} takes no value; write just ${written}`);
  }
  const missing = value === undefined || (!inline && value.startsWith("-") && flag.dashValue !== true);
  if (missing) {
    return fail(`${written} needs a value; write ${written}=${flag.value}`);
  }
  return value;
}

function checkOperands(spec: CommandSpec, operands: readonly string[], appArgs: readonly string[], fail: Fail): void {
  const missing = spec.operands[operands.length];
  if (missing !== undefined && missing.optional !== true) {
    fail(`${missing.name} is missing; give ${missing.what}`);
  }
  const extra = spec.operands.at(-1)?.several === true ? undefined : operands[spec.operands.length];
  if (extra !== undefined) {
    const fix = spec.takesAppArgs === true ? `arguments for the app come after --, as in: -- ${extra}` : "leave it out";
    fail(`unexpected argument "${extra}"; ${fix}`);
  }
  if (appArgs.length > 0 && spec.takesAppArgs !== true) {
    fail(`"--" is not allowed here; leave it out`);
  }
}
