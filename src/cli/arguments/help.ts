import type { Paint } from "../terminal/paint.ts";
import type { CommandSpec, FlagSpec } from "./commandSpec.ts";

/** `hitless --help`. */
export function overviewHelp(commands: readonly CommandSpec[], version: string, paint: Paint): string {
  const rows = commands.map((command): Row => [synopsis(command), command.summary]);
  return [
    `Hitless ${version}: runs a Node.js server under a supervisor and renews it without losing a request.`,
    "",
    paint("bold", "Usage"),
    "  hitless COMMAND [flags]",
    "",
    paint("bold", "Commands"),
    ...columns(rows, 40),
    "",
    paint("bold", "Flags"),
    ...columns([
      ["-h, --help", "Show this help; after a command, the command's"],
      ["-v, --version", "Show the version"],
    ]),
    "",
    "Exit codes: 0 done · 1 failed or rolled back · 2 wrong usage · 3 no such app",
    "",
  ].join("\n");
}

/** `hitless COMMAND --help`. */
export function commandHelp(command: CommandSpec, paint: Paint): string {
  const appArgs = command.takesAppArgs === true ? " [-- args…]" : "";
  return [
    command.summary,
    "",
    paint("bold", "Usage"),
    `  hitless ${synopsis(command)} [flags]${appArgs}`,
    "",
    ...(command.details ?? []).flatMap((paragraph) => [paragraph, ""]),
    ...flagLines(command.flags, paint),
    paint("bold", "Examples"),
    ...command.examples.map((example) => `  ${example}`),
    "",
  ].join("\n");
}

type Row = readonly [string, string];

function synopsis({ name, operands, needs }: CommandSpec): string {
  const words = operands.map((operand) => (operand.optional === true ? `[${operand.name}]` : operand.name));
  return [name, ...words, ...(needs === undefined ? [] : [needs])].join(" ");
}

/** The flags under the headings of their groups, all in columns of one width. */
function flagLines(flags: readonly FlagSpec[], paint: Paint): string[] {
  const groups = [...new Set(flags.map(({ group }) => group ?? "Flags"))];
  const rows = columns(flags.map((flag): Row => [flagText(flag), flag.help]));
  return groups.flatMap((group) => [
    paint("bold", group),
    ...rows.filter((_, index) => (flags[index]?.group ?? "Flags") === group),
    "",
  ]);
}

function flagText({ name, short, value, repeatable }: FlagSpec): string {
  const long = value === undefined ? `--${name}` : `--${name} ${value}${repeatable === true ? "…" : ""}`;
  return short === undefined ? `    ${long}` : `-${short}, ${long}`;
}

function columns(rows: readonly Row[], widest = 32): string[] {
  const width = Math.min(widest, Math.max(...rows.map(([left]) => left.length)));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
