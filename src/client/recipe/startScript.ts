import { shellWords } from "./shellWords.ts";

/** The parts of a `scripts.start`. */
export interface StartScript {
  /** As written: relative, possibly without its extension. */
  readonly file: string;
  readonly nodeArgs: readonly string[];
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Options of Node.js whose value is the next word: https://nodejs.org/api/cli.html */
const takesValue = new Set([
  "-r",
  "--require",
  "--import",
  "--loader",
  "--experimental-loader",
  "-C",
  "--conditions",
  "--env-file",
  "--env-file-if-exists",
  "--icu-data-dir",
  "--openssl-config",
  "--title",
]);

/** Options with which Node.js runs no file, or another than the next word. */
const runsNoFile =
  /^(?:-e|--eval|-p|--print|-pe|-c|--check|-i|--interactive|-v|--version|-h|--help|--test|--run)(?:=|$)/;

/**
 * Parses a script `[cross-env] [KEY=VALUE…] node
 * tsx [flags] file [args]`; `undefined` for any other form.
 */
export function parseStartScript(script: string): StartScript | undefined {
  const words = shellWords(script);
  if (words === undefined) {
    return undefined;
  }
  if (/^cross-env(?:-shell)?$/.test(words[0] ?? "")) {
    words.shift();
  }
  const env: Record<string, string> = {};
  for (let match = assignment(words[0]); match !== undefined; match = assignment(words[0])) {
    env[match.name] = match.value;
    words.shift();
  }
  const program = words.shift();
  if (program !== "node" && program !== "node.exe" && program !== "tsx") {
    return undefined;
  }
  const nodeArgs: string[] = program === "tsx" ? ["--import", "tsx"] : [];
  if (program === "tsx" && words[0] === "watch") {
    words.shift();
  }
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (!word.startsWith("-") || word === "-") {
      return word === "-" ? undefined : { file: word, nodeArgs, args: words, env };
    }
    if (word === "--") {
      const file = words.shift();
      return file === undefined ? undefined : { file, nodeArgs, args: words, env };
    }
    if (runsNoFile.test(word)) {
      return undefined;
    }
    const value = takesValue.has(word) ? words.shift() : undefined;
    // Watch mode is for a program that runs alone: it would restart behind the supervisor's back.
    if (!word.startsWith("--watch")) {
      nodeArgs.push(word, ...(value === undefined ? [] : [value]));
    } else if (word === "--watch-path") {
      words.shift();
    }
  }
  return undefined;
}

function assignment(word: string | undefined): { name: string; value: string } | undefined {
  const match = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(word ?? "");
  return match === null ? undefined : { name: match[1] ?? "", value: match[2] ?? "" };
}
