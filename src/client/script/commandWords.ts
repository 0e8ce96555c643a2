/** An option at the beginning of a program's words. */
export interface LeadingOption {
  /** With its dashes. */
  readonly name: string;
  readonly value?: string;
  /** As written. */
  readonly text: string;
}

/** The options before the first other word, which is where those of a program that runs another end. */
export function leadingOptions(
  words: readonly string[],
  valued: readonly string[],
): { readonly options: readonly LeadingOption[]; readonly rest: readonly string[] } {
  const options: LeadingOption[] = [];
  let index = 0;
  for (; index < words.length; index += 1) {
    const word = words[index] ?? "";
    if (word === "--") {
      index += 1;
      break;
    }
    if (!word.startsWith("-") || word === "-") {
      break;
    }
    const [, name = word, inline] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
    const next = inline === undefined && valued.includes(name) ? words[index + 1] : undefined;
    const value = inline ?? next;
    options.push({ name, text: next === undefined ? word : `${word} ${next}`, ...(value !== undefined && { value }) });
    index += next === undefined ? 0 : 1;
  }
  return { options, rest: words.slice(index) };
}

/** `K=V` words at the beginning, and the rest. */
export function splitAssignments(words: readonly string[]): {
  readonly env: Readonly<Record<string, string>>;
  readonly rest: readonly string[];
} {
  const env: Record<string, string> = {};
  let index = 0;
  for (; index < words.length; index += 1) {
    const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(words[index] ?? "") ?? [];
    if (name === undefined || value === undefined) {
      break;
    }
    env[name] = value;
  }
  return { env, rest: words.slice(index) };
}

/** The name of the program that a first word of a command means: without folders, and what Windows adds. */
export function programName(word: string): string {
  return word.replace(/^.*[\\/]/, "").replace(/\.(?:cmd|exe|bat|ps1)$/i, "");
}
