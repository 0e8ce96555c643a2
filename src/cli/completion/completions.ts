import type { CommandSpec, FlagSpec } from "../arguments/commandSpec.ts";

/** What may stand at the cursor. */
export interface Completion {
  readonly value: string;
  /** One line. */
  readonly about: string;
}

/** What is known only while the command line is typed. */
export type Source = "runningApps" | "configuredApps" | "workers" | "machines" | "fleets" | "files" | "folders";

export interface Answer {
  /** Those that fit what is typed already. */
  readonly found: readonly Completion[];
  /** What else may stand there; `workers` are those of `app`. */
  readonly sources: readonly Source[];
  /** The app that the command is about, if its name is there. */
  readonly app?: string;
  /** What stands before the values of the sources in their word, such as `--on=`. */
  readonly prefix: string;
}

type Sources = Readonly<Record<string, readonly Source[]>>;

/** What the placeholders of values of flags stand for; those of numbers and free texts for nothing. */
const sourcesOfValue: Sources = {
  FILE: ["files"],
  PATH: ["files"],
  D: ["folders"],
  MACHINE: ["machines"],
  SLOT: ["workers"],
  ID: ["workers"],
};

/** What those of operands stand for. */
const sourcesOfOperand: Sources = {
  FILE: ["files"],
  MACHINE: ["machines"],
  NAME: ["runningApps"],
  "entry|app": ["configuredApps", "files"],
};

const overview: readonly Completion[] = [
  { value: "--help", about: "Show the help" },
  { value: "--version", about: "Show the version" },
];

/**
 * What may stand at the cursor of a command line.
 * @param before The words before it, after `hitless`.
 * @param current The word at it, as far as it is typed.
 */
export function completionsOf(commands: readonly CommandSpec[], before: readonly string[], current: string): Answer {
  const fits = ({ value }: Completion) => value.startsWith(current);
  const answer = (found: readonly Completion[], more: Partial<Answer> = {}): Answer => ({
    found: found.filter(fits),
    sources: [],
    prefix: "",
    ...more,
  });
  const command = commandOf(commands, before);
  if (command === undefined) {
    return answer([...commandWords(commands, before), ...(before.length === 0 ? overview : [])]);
  }
  const { spec, rest } = command;
  if (rest.includes("--")) {
    return answer([], { sources: ["files"] });
  }
  const { operands, given, open } = readWords(spec, rest);
  const app = operands[0] === undefined || given.has("on") ? {} : { app: operands[0] };
  const inline = /^(--[^=]+)=/.exec(current);
  const named = inline === null ? open : spec.flags.find(({ name }) => inline[1] === `--${name}`);
  if (inline !== null || named !== undefined) {
    const prefix = inline?.[0] ?? "";
    return answer(
      wordsOf(named).map((value) => ({ value: prefix + value, about: "" })),
      { ...app, prefix, sources: sourcesOfValue[named?.value ?? ""] ?? [] },
    );
  }
  if (current.startsWith("-")) {
    return answer(
      spec.flags
        .filter(({ name, repeatable }) => repeatable === true || !given.has(name))
        .map(({ name, help }) => ({ value: `--${name}`, about: help })),
    );
  }
  const operand = spec.operands[operands.length] ?? severalOf(spec);
  if (operand === undefined) {
    return answer([]);
  }
  return answer(
    choicesOf(operand.name.replace("…", "")).map((value) => ({ value, about: "" })),
    { ...app, sources: given.has("on") ? [] : operandSources(spec, operand.name) },
  );
}

/** The command that the first words name, and the words after its name. */
function commandOf(
  commands: readonly CommandSpec[],
  words: readonly string[],
): { readonly spec: CommandSpec; readonly rest: readonly string[] } | undefined {
  for (const length of [2, 1]) {
    const name = words.slice(0, length).join(" ");
    const spec = words.length < length ? undefined : commands.find((known) => known.name === name);
    if (spec !== undefined) {
      return { spec, rest: words.slice(length) };
    }
  }
  return undefined;
}

/** The words that continue the name of a command. */
function commandWords(commands: readonly CommandSpec[], before: readonly string[]): Completion[] {
  const start = before.map((word) => `${word} `).join("");
  const found = new Map<string, string>();
  for (const { name, summary } of commands) {
    const [word = "", ...others] = name.slice(start.length).split(" ");
    if (name.startsWith(start) && !found.has(word)) {
      found.set(word, others.length === 0 ? firstLine(summary) : "…");
    }
  }
  return [...found].map(([value, about]) => ({ value, about }));
}

/** The operands and flags among the words of a command, and the flag at the end that has no value yet. */
function readWords(
  { flags }: CommandSpec,
  words: readonly string[],
): { readonly operands: readonly string[]; readonly given: ReadonlySet<string>; readonly open: FlagSpec | undefined } {
  const operands: string[] = [];
  const given = new Set<string>();
  let open: FlagSpec | undefined;
  for (const word of words) {
    if (open !== undefined) {
      open = undefined;
    } else if (word.startsWith("-") && word.length > 1) {
      const [name = "", value] = word.split("=", 2);
      const flag = flags.find((known) => name === `--${known.name}` || name === `-${known.short}`);
      given.add(flag?.name ?? "");
      open = value === undefined && flag?.value !== undefined ? flag : undefined;
    } else {
      operands.push(word);
    }
  }
  return { operands, given, open };
}

function severalOf({ operands }: CommandSpec): CommandSpec["operands"][number] | undefined {
  const last = operands.at(-1);
  return last?.several === true ? last : undefined;
}

function operandSources(spec: CommandSpec, name: string): readonly Source[] {
  const placeholder = name.replace("…", "");
  const isFleet = placeholder === "NAME" && spec.name.startsWith("fleet ");
  return isFleet ? ["fleets"] : (sourcesOfOperand[placeholder] ?? []);
}

function wordsOf(flag: FlagSpec | undefined): readonly string[] {
  return flag?.words ?? choicesOf(flag?.value ?? "");
}

/** The words that a placeholder such as `on|off` or `N|max` names itself. */
function choicesOf(placeholder: string): string[] {
  const words = placeholder in sourcesOfOperand ? [] : placeholder.split("|");
  return words.filter((word) => words.length > 1 && /^[a-z]+$/.test(word));
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
