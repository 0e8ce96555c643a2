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

/** The options among all words up to `--`, and the other words; `--` stays in front of what follows it. */
export function optionsAnywhere(
  words: readonly string[],
  valued: readonly string[],
): { readonly options: readonly LeadingOption[]; readonly rest: readonly string[] } {
  const end = words.indexOf("--");
  const options: LeadingOption[] = [];
  const rest: string[] = [];
  let left = end === -1 ? words : words.slice(0, end);
  while (left.length > 0) {
    const read = leadingOptions(left, valued);
    options.push(...read.options);
    rest.push(...read.rest.slice(0, 1));
    left = read.rest.slice(1);
  }
  return { options, rest: [...rest, ...(end === -1 ? [] : words.slice(end))] };
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

/**
 * The program that a file belongs to which does no more than run another in a process of its own, such as `tsx` of
 * `node_modules/tsx/dist/cli.mjs` and of `node_modules/.bin/tsx`, or `npm` of `/usr/bin/npm`; `undefined` of other files.
 */
export function programOfFile(path: string): string | undefined {
  const file = path.replaceAll("\\", "/").replace(/\.(?:cmd|exe|ps1)$/i, "");
  const known = programFiles.find(([pattern]) => pattern.test(file));
  return known?.[1] ?? /(?:^|\/)(?:bin|\.bin|shims|nodejs)\/([\w-]+)$/.exec(file)?.[1];
}

const programFiles: readonly (readonly [RegExp, string])[] = [
  [/npm\/bin\/npm-cli\.js$/, "npm"],
  [/npm\/bin\/npx-cli\.js$/, "npx"],
  [/yarn\/bin\/yarn\.js$/, "yarn"],
  [/pnpm\/bin\/pnpm\.[cm]?js$/, "pnpm"],
  [/tsx\/dist\/cli\.[cm]?js$/, "tsx"],
  [/ts-node\/dist\/bin\.js$/, "ts-node"],
  [/ts-node-dev\/lib\/bin\.js$/, "ts-node-dev"],
  [/nodemon\/bin\/nodemon\.js$/, "nodemon"],
];

/** Programs that run another one in a process of their own, where Hitless runs that one itself. */
export const runsAnother =
  /^(?:npm|npx|pnpm|pnpx|yarn|bun|bunx|node|nodejs|tsx|esno|ts-node|ts-node-esm|ts-node-dev|tsnd|babel-node|sucrase-node|nodemon)$/;
